#include "dynajob/evaluation/arm.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace dynajob {

std::string_view ToString(Protocol protocol) {
  return protocol == Protocol::kNewUser ? "new-user" : "new-system";
}

Result<Protocol> ParseProtocol(std::string_view text) {
  for (const Protocol protocol : {Protocol::kNewUser, Protocol::kNewSystem})
    if (ToString(protocol) == text) return protocol;
  return InvalidArgument(
      fmt::format("protocol '{}' is not known: must be new-user or new-system", text));
}

namespace {

void ScoreByQ(const DynaQAgent& agent, CandidateRow candidate, std::span<const JobRow> jobs,
              std::span<double> scores) {
  std::vector<float> values(jobs.size());
  agent.q_network().Evaluate(candidate, jobs, values);
  std::copy(values.begin(), values.end(), scores.begin());
}

class LearnerArm final : public Arm {
 public:
  LearnerArm(const DynaQAgent& agent, const OnlineOptions& options, Protocol protocol, bool warm)
      : warm_agent_(agent), protocol_(protocol) {
    settings_ = {.learning_rate = warm ? options.learning_rate_warm : options.learning_rate_cold,
                 .target_sync = agent.options().target_sync_online,
                 .updates_per_step = 1,
                 .planning_steps = agent.options().planning_steps,
                 .warmup_steps = options.warmup_steps,
                 .rehearsal = protocol == Protocol::kNewUser ? options.rehearsal_new_user
                                                             : options.rehearsal_new_system};
    epsilon_ = {.start = warm ? options.epsilon_warm : options.epsilon_cold,
                .end = 0,
                .steps = options.epsilon_decay_steps};
    // Once here, so that clones share the rehearsal data instead of copying it.
    warm_agent_.BeginPhase(settings_, /*keep_for_rehearsal=*/settings_.rehearsal > 0);
    online_ = std::make_unique<DynaQAgent>(warm_agent_);
  }

  void BeginCandidate(CandidateRow candidate) override {
    if (protocol_ == Protocol::kNewSystem) return;
    // A fresh clone; what earlier clones spent stays on the bill.
    spent_ = Add(spent_, Spent());
    online_ = std::make_unique<DynaQAgent>(warm_agent_);
    online_->Reseed(MixHash(HashBytes("new-user", warm_agent_.seed()), candidate));
    steps_ = 0;
  }

  Status Step(Environment& environment) override {
    const auto report = online_->Step(environment, epsilon_.At(steps_++));
    if (!report.ok()) return report.error();
    if (report->q_loss && !std::isfinite(*report->q_loss)) {
      return FailedPrecondition(fmt::format(
          "online learning diverged at step {}: loss = {}; online learning_rate = {} is too high "
          "for this data",
          steps_, *report->q_loss, settings_.learning_rate));
    }
    return Status::Ok();
  }

  void Score(CandidateRow candidate, std::span<const JobRow> jobs,
             std::span<double> scores) override {
    ScoreByQ(warm_agent_, candidate, jobs, scores);
  }

  LearnerCounts counts() const override { return Add(spent_, Spent()); }

 private:
  LearnerCounts Spent() const { return Subtract(online_->counts(), warm_agent_.counts()); }

  static LearnerCounts Add(const LearnerCounts& a, const LearnerCounts& b) {
    return {.env_steps = a.env_steps + b.env_steps,
            .q_updates = a.q_updates + b.q_updates,
            .planning_updates = a.planning_updates + b.planning_updates,
            .model_updates = a.model_updates + b.model_updates,
            .target_syncs = a.target_syncs + b.target_syncs};
  }
  static LearnerCounts Subtract(const LearnerCounts& a, const LearnerCounts& b) {
    return {.env_steps = a.env_steps - b.env_steps,
            .q_updates = a.q_updates - b.q_updates,
            .planning_updates = a.planning_updates - b.planning_updates,
            .model_updates = a.model_updates - b.model_updates,
            .target_syncs = a.target_syncs - b.target_syncs};
  }

  DynaQAgent warm_agent_;
  Protocol protocol_;
  PhaseSettings settings_;
  LinearSchedule epsilon_;
  std::unique_ptr<DynaQAgent> online_;
  LearnerCounts spent_;
  int64_t steps_ = 0;
};

class FrozenArm final : public Arm {
 public:
  explicit FrozenArm(const DynaQAgent& agent) : agent_(agent) {}

  Status Step(Environment& environment) override {
    const Choice choice = agent_.Act(environment.candidate(), environment.candidate_set(), 0);
    const auto reward = environment.Recommend(environment.candidate_set()[choice.index]);
    return reward.ok() ? Status::Ok() : Status(reward.error());
  }

  void Score(CandidateRow candidate, std::span<const JobRow> jobs,
             std::span<double> scores) override {
    ScoreByQ(agent_, candidate, jobs, scores);
  }

 private:
  DynaQAgent agent_;
};

class RandomArm final : public Arm {
 public:
  explicit RandomArm(uint64_t seed) : seed_(seed) {}

  Status Step(Environment& environment) override {
    Rng rng = Rng::Derive(seed_, "random-arm", step_++);
    const std::span<const JobRow> set = environment.candidate_set();
    const auto reward = environment.Recommend(set[rng.Below(set.size())]);
    return reward.ok() ? Status::Ok() : Status(reward.error());
  }

  void Score(CandidateRow candidate, std::span<const JobRow> jobs,
             std::span<double> scores) override {
    for (size_t i = 0; i < jobs.size(); ++i)
      scores[i] = Rng::Derive(seed_, "random-score", candidate, jobs[i]).Uniform();
  }

 private:
  uint64_t seed_;
  uint64_t step_ = 0;
};

class RankingArm final : public Arm {
 public:
  explicit RankingArm(PairScore score) : score_(std::move(score)) {}

  Status Step(Environment& environment) override {
    const std::span<const JobRow> set = environment.candidate_set();
    std::vector<double> scores(set.size());
    Score(environment.candidate(), set, scores);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    const auto reward = environment.Recommend(set[static_cast<size_t>(best)]);
    return reward.ok() ? Status::Ok() : Status(reward.error());
  }

  void Score(CandidateRow candidate, std::span<const JobRow> jobs,
             std::span<double> scores) override {
    for (size_t i = 0; i < jobs.size(); ++i) scores[i] = score_({candidate, jobs[i]});
  }

 private:
  PairScore score_;
};

}  // namespace

std::unique_ptr<Arm> MakeLearnerArm(const DynaQAgent& agent, const OnlineOptions& options,
                                    Protocol protocol, bool warm) {
  return std::make_unique<LearnerArm>(agent, options, protocol, warm);
}
std::unique_ptr<Arm> MakeFrozenArm(const DynaQAgent& agent) {
  return std::make_unique<FrozenArm>(agent);
}
std::unique_ptr<Arm> MakeRandomArm(uint64_t seed) { return std::make_unique<RandomArm>(seed); }
std::unique_ptr<Arm> MakeRankingArm(PairScore score) {
  return std::make_unique<RankingArm>(std::move(score));
}

}  // namespace dynajob
