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

std::vector<float> ValuesOf(const DynaQAgent& agent, RankBy rank_by, CandidateRow candidate,
                            std::span<const JobRow> jobs) {
  std::vector<float> values(jobs.size());
  if (rank_by == RankBy::kQ) {
    agent.q_network().Evaluate(candidate, jobs, values);
    return values;
  }
  std::vector<Pair> pairs;
  for (const JobRow job : jobs) pairs.push_back({candidate, job});
  std::vector<float> deviations(jobs.size());
  agent.world_model().Predict(pairs, values, deviations);
  return values;
}

void ScoreBy(const DynaQAgent& agent, RankBy rank_by, CandidateRow candidate,
             std::span<const JobRow> jobs, std::span<double> scores) {
  const std::vector<float> values = ValuesOf(agent, rank_by, candidate, jobs);
  std::copy(values.begin(), values.end(), scores.begin());
}

class LearnerArm final : public Arm {
 public:
  LearnerArm(const DynaQAgent& agent, const OnlineOptions& options, Protocol protocol, bool warm,
             RankBy rank_by)
      : warm_agent_(agent), protocol_(protocol), rank_by_(rank_by) {
    settings_ = {.learning_rate = warm ? options.learning_rate_warm : options.learning_rate_cold,
                 .target_sync = agent.options().target_sync_online,
                 .updates_per_step = options.updates_per_step,
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
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<double> loss, rank_by_ == RankBy::kQ
                                                                   ? StepByQ(environment)
                                                                   : StepByModel(environment));
    if (loss && !std::isfinite(*loss)) {
      return FailedPrecondition(fmt::format(
          "online learning diverged at step {}: loss = {}; online learning_rate = {} is too high "
          "for this data",
          steps_, *loss, settings_.learning_rate));
    }
    return Status::Ok();
  }

  void Score(CandidateRow candidate, std::span<const JobRow> jobs,
             std::span<double> scores) override {
    ScoreBy(warm_agent_, rank_by_, candidate, jobs, scores);
  }

  LearnerCounts counts() const override { return Add(spent_, Spent()); }

 private:
  // Each gives the loss of the step's last update, if it made one.
  Result<std::optional<double>> StepByQ(Environment& environment) {
    DYNAJOB_ASSIGN_OR_RETURN(const StepReport report,
                             online_->Step(environment, epsilon_.At(steps_++)));
    return report.q_loss;
  }

  Result<std::optional<double>> StepByModel(Environment& environment) {
    const CandidateRow person = environment.candidate();
    const std::span<const JobRow> set = environment.candidate_set();
    Rng rng = Rng::Derive(online_->seed(), "explore-model", static_cast<uint64_t>(steps_));
    const Choice choice =
        EpsilonGreedy(ValuesOf(*online_, rank_by_, person, set), epsilon_.At(steps_++), rng);
    const JobRow job = set[choice.index];
    DYNAJOB_ASSIGN_OR_RETURN(const double reward, environment.Recommend(job));
    online_->Observe({person, job}, reward, environment.candidate_set());
    std::optional<double> loss;
    if (steps_ <= settings_.warmup_steps) return loss;
    for (int64_t i = 0; i < settings_.updates_per_step + settings_.planning_steps; ++i)
      loss = online_->LearnWorldModel();
    return loss;
  }

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
  RankBy rank_by_;
  PhaseSettings settings_;
  LinearSchedule epsilon_;
  std::unique_ptr<DynaQAgent> online_;
  LearnerCounts spent_;
  int64_t steps_ = 0;
};

class FrozenArm final : public Arm {
 public:
  FrozenArm(const DynaQAgent& agent, RankBy rank_by) : agent_(agent), rank_by_(rank_by) {}

  Status Step(Environment& environment) override {
    const std::span<const JobRow> set = environment.candidate_set();
    const size_t best = Greedy(ValuesOf(agent_, rank_by_, environment.candidate(), set));
    const auto reward = environment.Recommend(set[best]);
    return reward.ok() ? Status::Ok() : Status(reward.error());
  }

  void Score(CandidateRow candidate, std::span<const JobRow> jobs,
             std::span<double> scores) override {
    ScoreBy(agent_, rank_by_, candidate, jobs, scores);
  }

 private:
  DynaQAgent agent_;
  RankBy rank_by_;
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
                                    Protocol protocol, bool warm, RankBy rank_by) {
  return std::make_unique<LearnerArm>(agent, options, protocol, warm, rank_by);
}
std::unique_ptr<Arm> MakeFrozenArm(const DynaQAgent& agent, RankBy rank_by) {
  return std::make_unique<FrozenArm>(agent, rank_by);
}
std::unique_ptr<Arm> MakeRandomArm(uint64_t seed) { return std::make_unique<RandomArm>(seed); }
std::unique_ptr<Arm> MakeRankingArm(PairScore score) {
  return std::make_unique<RankingArm>(std::move(score));
}

}  // namespace dynajob
