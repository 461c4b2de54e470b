// GET /v1/learning.
#include <algorithm>

#include "dynajob/core/time.h"

#include "api.h"

namespace dynajob {
namespace {

Json OrNull(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json ToJson(const LearningPoint& point) {
  return {{"time", FormatIso8601(point.time_ms)},
          {"responses", point.responses},
          {"reward", OrNull(point.reward)},
          {"explored", OrNull(point.explored)},
          {"q_loss", OrNull(point.q_loss)},
          {"model_loss", OrNull(point.model_loss)},
          {"held_back_error", OrNull(point.error)},
          {"held_back_error_before", OrNull(point.error_before)},
          {"outcome", point.rolled_back ? "rolled_back" : "published"},
          {"version", point.version}};
}

// The newest of them.
Json ToJson(const std::deque<LearningPoint>& points, size_t most) {
  Json list = Json::array();
  const size_t first = points.size() - std::min(points.size(), most);
  for (size_t i = first; i < points.size(); ++i) list.push_back(ToJson(points[i]));
  return list;
}

const char* NameOf(LearningState state) {
  switch (state) {
    case LearningState::kOff:
      return "off";
    case LearningState::kIdle:
      return "idle";
    case LearningState::kWorking:
      return "working";
  }
  return "off";
}

Json RandomStartJson(Service& service) {
  const auto random = service.random_start_status();
  if (!random) return nullptr;
  const LearningStatus& status = random->learning;
  return {{"model_version", random->version},
          {"learned", status.learned},
          {"held_back", status.held_back},
          {"waiting", status.waiting},
          {"snapshots", {{"published", status.published}, {"rolled_back", status.rolled_back}}}};
}

}  // namespace

Reply ReadLearning(Service& service, const Call& call) {
  const auto most = static_cast<size_t>(std::stoul(call.Query("points", "1000")));
  const LearningStatus status = service.learning();
  const bool on = status.state != LearningState::kOff;
  return JsonResponse(
      {{"enabled", on},
       {"state", NameOf(status.state)},
       {"why_off", on ? Json(nullptr) : Json(status.why_off)},
       {"base_version", on ? Json(status.base_version) : Json(nullptr)},
       {"model_version", service.snapshots().Current()->version()},
       {"exploration", service.options().epsilon},
       {"responses",
        {{"learned", status.learned},
         {"revised", status.revised},
         {"held_back", status.held_back},
         {"repeated", status.repeated},
         {"limited", status.limited},
         {"unusable", status.unusable},
         {"undecided", status.undecided},
         {"waiting", status.waiting}}},
       {"updates",
        {{"q", status.counts.q_updates},
         {"planning", status.counts.planning_updates},
         {"model", status.counts.model_updates},
         {"target_syncs", status.counts.target_syncs}}},
       {"snapshots", {{"published", status.published}, {"rolled_back", status.rolled_back}}},
       {"buffer", {{"size", status.buffer_size}, {"capacity", status.buffer_capacity}}},
       {"random_start", RandomStartJson(service)},
       {"points", ToJson(status.points, most)},
       {"rollbacks", ToJson(status.rollbacks, most)}});
}

}  // namespace dynajob
