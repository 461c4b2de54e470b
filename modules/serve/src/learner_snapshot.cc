// Snapshots of the policy: tried on what was held back, published or rolled back.
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/core/time.h"

#include "learner.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kPoints = 500;
constexpr size_t kRollbacks = 50;
// Trying and publishing take at most this share of the time: a snapshot of many jobs costs a pass
// over all of them.
constexpr int kCostFactor = 10;

std::optional<double> Mean(double sum, size_t count) {
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

std::optional<double> MeanOf(const std::vector<double>& values) {
  return Mean(std::accumulate(values.begin(), values.end(), 0.0), values.size());
}

void Keep(std::deque<LearningPoint>& points, const LearningPoint& point, size_t most) {
  points.push_back(point);
  if (points.size() > most) points.pop_front();
}

}  // namespace

Learner::Weights Learner::Capture() const {
  const QNetwork& q = mind_.agent->q_network();
  const auto copy = [](const PairNetwork& network) {
    return Weights::Network{{network.parameters().begin(), network.parameters().end()},
                            network.optimizer_state()};
  };
  Weights weights{.online = copy(q.online()),
                  .target = {q.target().parameters().begin(), q.target().parameters().end()},
                  .world_models = {}};
  for (const PairNetwork& member : mind_.agent->world_model().members())
    weights.world_models.push_back(copy(member));
  return weights;
}

void Learner::Restore(const Weights& weights) {
  QNetwork& q = mind_.agent->q_network();
  q.online().SetParameters(weights.target);
  q.SyncTarget();  // tells the caches of its values
  const auto put = [](const Weights::Network& from, PairNetwork& to) {
    to.SetParameters(from.parameters);
    to.SetOptimizerState(from.optimizer);
  };
  put(weights.online, q.online());
  for (size_t i = 0; i < weights.world_models.size(); ++i)
    put(weights.world_models[i], mind_.agent->world_model().members()[i]);
}

std::string Learner::VersionNow() const {
  const auto parameters = mind_.agent->q_network().online().parameters();
  const std::string_view bytes(reinterpret_cast<const char*>(parameters.data()),
                               parameters.size_bytes());
  return fmt::format("{}+{}-{:08x}", base_->name, own_.learned, Crc32(bytes));
}

Status Learner::Publish() {
  DYNAJOB_ASSIGN_OR_RETURN(
      Model model, Model::Copy(*mind_.agent, base_->model.info(), parts_.market->catalog()));
  current_ = std::make_shared<const Policy>(Policy{base_->name, VersionNow(), std::move(model)});
  parts_.snapshots->Publish(current_);
  good_ = Capture();
  return Status::Ok();
}

void Learner::TrySnapshot(bool now) {
  const SteadyTime begin = steady_clock::now();
  if (failed_ || !changed_since_snapshot_ || (!now && begin < next_snapshot_)) return;
  changed_since_snapshot_ = false;
  LearningPoint point{.time_ms = NowMs(),
                      .responses = own_.learned,
                      .reward = Mean(window_.reward, window_.responses),
                      .explored = Mean(static_cast<double>(window_.explored), window_.known),
                      .q_loss = Mean(window_.q_loss, window_.updates),
                      .model_loss = Mean(window_.model_loss, window_.updates),
                      .version = VersionNow()};
  const auto gamma = mind_.agent->options().gamma;
  const PairNetwork& q = mind_.agent->q_network().online();
  bool worse = point.q_loss && !std::isfinite(*point.q_loss);
  if (held_.all().size() >= static_cast<size_t>(parts_.options.min_held_back)) {
    const std::vector<double> before = held_.Errors(current_->model.q_network(), gamma);
    const std::vector<double> after = held_.Errors(q, gamma);
    point.error_before = MeanOf(before);
    point.error = MeanOf(after);
    worse = worse || IsWorse(before, after, parts_.options.rollback_z);
  }
  point.rolled_back = worse;
  if (worse) {
    Restore(good_);
    ++own_.rolled_back;
    Keep(own_.rollbacks, point, kRollbacks);
    parts_.log(fmt::format(
        "learning: snapshot {} was rolled back to {}: squared error {} on {} held-back responses, "
        "{} before",
        point.version, current_->version, point.error.value_or(NAN), held_.all().size(),
        point.error_before.value_or(NAN)));
  } else if (const Status published = Publish(); !published.ok()) {
    parts_.log("learning: " + published.error().message);
    return;
  } else {
    ++own_.published;
  }
  parts_.metrics->Count("dynajob_learning_snapshots_total",
                        {{"outcome", worse ? "rolled_back" : "published"}});
  Keep(own_.points, point, kPoints);
  window_ = {};
  ShareStatus();
  const auto cost = steady_clock::now() - begin;
  next_snapshot_ =
      steady_clock::now() +
      std::max<steady_clock::duration>(milliseconds(parts_.options.publish_ms), kCostFactor * cost);
}

}  // namespace dynajob
