// GET /v1/learning.
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

Json ToJson(const std::deque<LearningPoint>& points) {
  Json list = Json::array();
  for (const LearningPoint& point : points) list.push_back(ToJson(point));
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

}  // namespace

Reply ReadLearning(Service& service, const Call&) {
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
       {"points", ToJson(status.points)},
       {"rollbacks", ToJson(status.rollbacks)}});
}

}  // namespace dynajob
