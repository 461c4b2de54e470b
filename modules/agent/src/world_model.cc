#include "dynajob/agent/world_model.h"

#include <algorithm>
#include <cmath>

namespace dynajob {

WorldModel::WorldModel(const PairEncoder& encoder, const NetworkOptions& options,
                       OptimizerKind optimizer, size_t ensemble, uint64_t seed) {
  DYNAJOB_CHECK(ensemble > 0, "a world model has at least one member");
  members_.reserve(ensemble);
  for (size_t i = 0; i < ensemble; ++i)
    members_.emplace_back(encoder, options.world_model_layers, options, optimizer,
                          MixHash(HashBytes("world-model", seed), i));
}

template <typename Evaluate>
void WorldModel::PredictWith(const Evaluate& evaluate, std::span<float> mean,
                             std::span<float> deviation) const {
  evaluate(members_.front(), mean);
  std::fill(deviation.begin(), deviation.end(), 0.0f);
  if (members_.size() == 1) return;
  std::vector<double> sum(mean.begin(), mean.end());
  std::vector<double> square(mean.size());
  for (size_t i = 0; i < mean.size(); ++i) square[i] = sum[i] * sum[i];
  std::vector<float> prediction(mean.size());
  for (const PairNetwork& member : std::span(members_).subspan(1)) {
    evaluate(member, std::span<float>(prediction));
    for (size_t i = 0; i < mean.size(); ++i) {
      sum[i] += static_cast<double>(prediction[i]);
      square[i] += static_cast<double>(prediction[i]) * static_cast<double>(prediction[i]);
    }
  }
  const auto count = static_cast<double>(members_.size());
  for (size_t i = 0; i < mean.size(); ++i) {
    const double average = sum[i] / count;
    mean[i] = static_cast<float>(average);
    deviation[i] =
        static_cast<float>(std::sqrt(std::max(0.0, square[i] / count - average * average)));
  }
}

void WorldModel::Predict(std::span<const Pair> pairs, std::span<float> mean,
                         std::span<float> deviation) const {
  PredictWith([&](const PairNetwork& member, std::span<float> out) { member.Evaluate(pairs, out); },
              mean, deviation);
}

void WorldModel::Predict(const CandidateView& candidate, std::span<const JobView> jobs,
                         std::span<float> mean, std::span<float> deviation) const {
  PredictWith([&](const PairNetwork& member,
                  std::span<float> out) { member.Evaluate(candidate, jobs, out); },
              mean, deviation);
}

double WorldModel::Train(std::span<const Pair> pairs, std::span<const float> rewards,
                         double learning_rate, Rng dropout) {
  double loss = 0;
  for (PairNetwork& member : members_) {
    loss += member.Train(pairs, rewards, learning_rate, dropout);
    dropout = Rng(dropout());
  }
  return loss / static_cast<double>(members_.size());
}

void WorldModel::Rescale(double slope, double intercept) {
  for (PairNetwork& member : members_) member.RescaleOutput(slope, intercept);
}

}  // namespace dynajob
