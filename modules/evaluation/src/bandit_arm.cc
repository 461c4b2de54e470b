#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "dynajob/evaluation/linear_bandit.h"

namespace dynajob {
namespace {

class BanditArm final : public Arm {
 public:
  BanditArm(const BanditFeatures& features, const BanditOptions& options, BanditPolicy policy,
            BanditPrior prior, Protocol protocol, uint64_t seed)
      : features_(features),
        options_(options),
        policy_(policy),
        protocol_(protocol),
        seed_(seed),
        prior_(prior == BanditPrior::kCosine ? features.CosineWeights()
                                             : std::vector<double>(features.dimension(), 0.0),
               options.ridge),
        posterior_(prior_) {}

  void BeginCandidate(CandidateRow) override {
    if (protocol_ == Protocol::kNewUser) posterior_ = prior_;
  }

  Status Step(Environment& environment) override {
    const CandidateRow person = environment.candidate();
    const std::span<const JobRow> set = environment.candidate_set();
    std::vector<double> features(set.size() * features_.dimension());
    const auto row = [&](size_t i) {
      return std::span(features).subspan(i * features_.dimension(), features_.dimension());
    };
    for (size_t i = 0; i < set.size(); ++i) features_.Encode({person, set[i]}, row(i));

    std::vector<double> scores(set.size());
    if (policy_ == BanditPolicy::kThompson) {
      Rng rng = Rng::Derive(seed_, "thompson", person, steps_);
      const std::vector<double> weights = posterior_.Sample(options_.thompson_scale, rng);
      for (size_t i = 0; i < set.size(); ++i)
        scores[i] = std::inner_product(weights.begin(), weights.end(), row(i).begin(), 0.0);
    } else {
      for (size_t i = 0; i < set.size(); ++i)
        scores[i] = posterior_.Mean(row(i)) + options_.ucb_width * posterior_.Deviation(row(i));
    }
    const auto best =
        static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    const auto reward = environment.Recommend(set[best]);
    if (!reward.ok()) return reward.error();
    posterior_.Update(row(best), *reward);
    ++steps_;
    return Status::Ok();
  }

  void Score(CandidateRow candidate, std::span<const JobRow> jobs,
             std::span<double> scores) override {
    std::vector<double> features(features_.dimension());
    for (size_t i = 0; i < jobs.size(); ++i) {
      features_.Encode({candidate, jobs[i]}, features);
      scores[i] = prior_.Mean(features);
    }
  }

  LearnerCounts counts() const override { return {.env_steps = steps_}; }

 private:
  const BanditFeatures& features_;
  BanditOptions options_;
  BanditPolicy policy_;
  Protocol protocol_;
  uint64_t seed_;
  LinearPosterior prior_;
  LinearPosterior posterior_;
  uint64_t steps_ = 0;
};

}  // namespace

Status BanditOptions::Validate() const {
  if (components < 0 || components > 1024)
    return InvalidArgument(
        fmt::format("bandit.components = {}: must be from 0 to 1024", components));
  struct Limit {
    const char* key;
    double value;
    double low;
  };
  for (const Limit& limit :
       {Limit{"bandit.ridge", ridge, 1e-6}, Limit{"bandit.ucb_width", ucb_width, 0.0},
        Limit{"bandit.thompson_scale", thompson_scale, 0.0}}) {
    if (!(limit.value >= limit.low && limit.value <= 1e6))
      return InvalidArgument(
          fmt::format("{} = {}: must be from {} to 1000000", limit.key, limit.value, limit.low));
  }
  return Status::Ok();
}

void BanditOptions::Bind(ConfigRegistry& registry) {
  registry.Add("bandit.components", &components,
               "dimensions of job vectors that linear references see", 0, 1024);
  registry.Add("bandit.ridge", &ridge, "weight of the linear references' prior", 1e-6, 1e6);
  registry.Add("bandit.ucb_width", &ucb_width, "LinUCB: standard deviations above the mean", 0.0,
               1e6);
  registry.Add("bandit.thompson_scale", &thompson_scale,
               "Thompson sampling: scale of the posterior's spread", 0.0, 1e6);
}

std::unique_ptr<Arm> MakeBanditArm(const BanditFeatures& features, const BanditOptions& options,
                                   BanditPolicy policy, BanditPrior prior, Protocol protocol,
                                   uint64_t seed) {
  return std::make_unique<BanditArm>(features, options, policy, prior, protocol, seed);
}

}  // namespace dynajob
