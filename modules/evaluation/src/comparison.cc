#include "dynajob/evaluation/comparison.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

#include "dynajob/core/parallel.h"

#include "arm_factory.h"
#include "before_online.h"
#include "pretraining.h"

namespace dynajob {
namespace {

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Of the network that the arm recommends by.
uint64_t UpdatesOf(const ArmSpec& spec, const LearnerCounts& counts) {
  return spec.form == ArmForm::kModelLearner ? counts.model_updates : counts.q_updates;
}

class Comparison {
 public:
  Comparison(const Catalog& catalog, const ExperimentOptions& options, const Labeller& labels,
             ProgressSink* progress, const CancellationToken* cancellation,
             const CandidateSets* candidate_sets, PretrainedAgents* agents)
      : catalog_(catalog),
        options_(options),
        labels_(labels),
        progress_(progress),
        cancellation_(cancellation),
        candidate_sets_(candidate_sets),
        agents_(agents) {}

  Result<ComparisonTraces> Run();

 private:
  void ReportPools(const SeedContext& context, ComparisonTraces& traces) const;
  Status PrepareAndTrain(std::vector<SeedContext>& contexts);
  ComparisonTraces EmptyTraces(const std::vector<SeedContext>& contexts,
                               const std::vector<std::string>& arms) const;
  ArmParts PartsFor(const ArmSpec& spec, const SeedContext& context) const;
  Status RunArm(const SeedContext& context, const std::string& name, size_t seed_index,
                size_t arm_index, ComparisonTraces& traces);
  std::vector<Trace> Before(const SeedContext& context, Arm& arm) const;
  Status CheckCancelled() const;
  std::vector<std::string> ArmsWithOracle() const;
  void Report(const std::string& stage, std::atomic<uint64_t>& done, uint64_t total) const;

  const Catalog& catalog_;
  const ExperimentOptions& options_;
  const Labeller& labels_;
  ProgressSink* progress_;
  const CancellationToken* cancellation_;
  const CandidateSets* candidate_sets_;
  PretrainedAgents* agents_;
  ExperimentParts parts_;
  std::atomic<uint64_t> people_done_{0};
  uint64_t people_total_ = 0;
};

Result<ComparisonTraces> Comparison::Run() {
  DYNAJOB_RETURN_IF_ERROR(options_.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(parts_, ExperimentParts::Create(catalog_, options_));
  const ComparisonOptions& comparison = options_.comparison;
  const auto workers = static_cast<size_t>(comparison.workers);
  std::vector<SeedContext> contexts(static_cast<size_t>(comparison.seeds));
  for (size_t i = 0; i < contexts.size(); ++i)
    contexts[i].seed = static_cast<uint64_t>(comparison.seed) + i;
  DYNAJOB_RETURN_IF_ERROR(PrepareAndTrain(contexts));

  const std::vector<std::string> arms = ArmsWithOracle();
  ComparisonTraces traces = EmptyTraces(contexts, arms);
  people_total_ = arms.size() * traces.protocols.size();
  uint64_t people = 0;
  for (const SeedContext& context : contexts) people += context.people.size();
  people_total_ *= people;
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(contexts.size() * arms.size(), workers, [&](size_t i) {
    const size_t seed_index = i / arms.size();
    const size_t arm_index = i % arms.size();
    return RunArm(contexts[seed_index], arms[arm_index], seed_index, arm_index, traces);
  }));

  const auto seeds = static_cast<double>(contexts.size());
  for (const SeedContext& context : contexts) {
    for (size_t r = 0; r < kResponseCount; ++r)
      traces.judge.shares[r] += context.report.shares[r] / seeds;
    traces.judge.surrogate_rank_correlation += context.report.surrogate_rank_correlation / seeds;
    traces.judge.cosine_rank_correlation += context.report.cosine_rank_correlation / seeds;
    ReportPools(context, traces);
  }
  const bool oracle_wanted = arms.size() == comparison.arms.size();
  for (ProtocolTraces& protocol : traces.protocols) {
    const auto oracle = std::find_if(protocol.arms.begin(), protocol.arms.end(),
                                     [](const ArmTraces& arm) { return arm.name == "oracle"; });
    protocol.oracle = *oracle;
    if (!oracle_wanted) protocol.arms.erase(oracle);
  }
  return traces;
}

// Seeds first, so that a mistake in the options is found before hours of training.
Status Comparison::PrepareAndTrain(std::vector<SeedContext>& contexts) {
  const auto workers = static_cast<size_t>(options_.comparison.workers);
  const auto prepare = [&](size_t i) -> Status {
    DYNAJOB_RETURN_IF_ERROR(CheckCancelled());
    return PrepareSeed(catalog_, options_, parts_, candidate_sets_, contexts[i]);
  };
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(contexts.size(), workers, prepare));
  Pretraining pretraining(catalog_, options_, parts_, labels_, agents_, progress_, cancellation_);
  const std::vector<Training>& needed = pretraining.needed();
  return ParallelFor(contexts.size() * needed.size(), workers, [&](size_t i) {
    return pretraining.Train(contexts[i / needed.size()], needed[i % needed.size()],
                             contexts.size());
  });
}

ComparisonTraces Comparison::EmptyTraces(const std::vector<SeedContext>& contexts,
                                         const std::vector<std::string>& arms) const {
  ComparisonTraces traces;
  traces.llm_kind = labels_.kind;
  traces.lowest_reward = options_.rewards.ignore;
  traces.catalog = {catalog_.candidate_count(), catalog_.job_count(), catalog_.exclusions()};
  for (const SeedContext& context : contexts) {
    traces.seeds.push_back(context.seed);
    std::vector<std::string>& people = traces.people.emplace_back();
    for (const CandidateRow person : context.people)
      people.push_back(catalog_.candidate(person).id);
  }
  for (const std::string& name : options_.comparison.protocols) {
    ProtocolTraces& protocol = traces.protocols.emplace_back();
    protocol.protocol = *ParseProtocol(name);
    for (const std::string& arm : arms)
      protocol.arms.push_back({arm, std::string(SpecOf(arm).kind()),
                               std::vector<std::vector<Trace>>(contexts.size()),
                               std::vector<ArmCost>(contexts.size())});
  }
  return traces;
}

void Comparison::ReportPools(const SeedContext& context, ComparisonTraces& traces) const {
  if (candidate_sets_ == nullptr || candidate_sets_->trivial()) return;
  if (!traces.candidate_sets)
    traces.candidate_sets = {std::string(ToString(candidate_sets_->options().source)),
                             std::string(ToString(candidate_sets_->search())),
                             candidate_sets_->expired(),
                             {},
                             {}};
  traces.candidate_sets->training += context.training_pools->counts();
  traces.candidate_sets->evaluation += context.evaluation_pools->counts();
}

ArmParts Comparison::PartsFor(const ArmSpec& spec, const SeedContext& context) const {
  return {.options = options_,
          .cosine = *parts_.cosine,
          .surrogate = *parts_.surrogate,
          .judge = *context.judge,
          .agent = spec.agent ? context.For(*spec.agent).agent.get() : nullptr,
          .bandit_features = context.bandit_features ? &*context.bandit_features : nullptr,
          .seed = context.seed};
}

Status Comparison::RunArm(const SeedContext& context, const std::string& name, size_t seed_index,
                          size_t arm_index, ComparisonTraces& traces) {
  const ArmSpec& spec = SpecOf(name);
  std::vector<Trace> before;
  for (ProtocolTraces& protocol : traces.protocols) {
    const auto start = std::chrono::steady_clock::now();
    const std::unique_ptr<Arm> arm = MakeArm(spec, PartsFor(spec, context), protocol.protocol);
    if (before.empty()) before = Before(context, *arm);
    std::vector<Trace>& people = protocol.arms[arm_index].by_seed[seed_index];
    people = before;
    for (size_t i = 0; i < context.people.size(); ++i) {
      DYNAJOB_RETURN_IF_ERROR(CheckCancelled());
      JudgedEnvironment environment(*context.judge, context.EvaluationPool(context.people[i]),
                                    static_cast<size_t>(options_.comparison.candidate_set_size),
                                    context.people[i], context.seed);
      arm->BeginCandidate(context.people[i]);
      for (int64_t step = 0; step < options_.comparison.steps; ++step)
        DYNAJOB_RETURN_IF_ERROR(arm->Step(environment));
      people[i].steps = environment.outcomes();
      Report("evaluate", people_done_, people_total_);
    }
    const LearnerCounts online = arm->counts();
    ArmCost cost{.env_steps = online.env_steps,
                 .updates = UpdatesOf(spec, online),
                 .online_s = SecondsSince(start)};
    if (spec.agent) {
      const PretrainedAgent& trained = context.For(*spec.agent);
      cost.llm_calls += trained.labels;
      cost.predicted_rewards += trained.predicted_rewards;
      cost.unanswered += trained.unanswered;
      cost.pretraining_env_steps = trained.agent->counts().env_steps;
      cost.pretraining_updates = UpdatesOf(spec, trained.agent->counts());
      cost.env_steps += cost.pretraining_env_steps;
      cost.updates += cost.pretraining_updates;
      cost.training_s = trained.seconds;
    }
    if (spec.form == ArmForm::kSurrogateRank)
      cost.llm_calls += context.people.size() * context.evaluation_jobs().size();
    protocol.arms[arm_index].cost_by_seed[seed_index] = cost;
  }
  return Status::Ok();
}

std::vector<Trace> Comparison::Before(const SeedContext& context, Arm& arm) const {
  std::vector<Trace> traces;
  for (const CandidateRow person : context.people)
    traces.push_back(
        MeasureBeforeOnline(arm, {*context.judge, options_, context.seed, person,
                                  context.EvaluationPool(person), context.evaluation_jobs()}));
  return traces;
}

Status Comparison::CheckCancelled() const {
  if (cancellation_ != nullptr && cancellation_->cancelled())
    return Error{ErrorCode::kCancelled, "the comparison was cancelled"};
  return Status::Ok();
}

std::vector<std::string> Comparison::ArmsWithOracle() const {
  std::vector<std::string> arms = options_.comparison.arms;
  if (std::find(arms.begin(), arms.end(), "oracle") == arms.end()) arms.push_back("oracle");
  return arms;
}

void Comparison::Report(const std::string& stage, std::atomic<uint64_t>& done,
                        uint64_t total) const {
  const uint64_t now = ++done;
  if (progress_ != nullptr) progress_->Report({stage, now, total, {}});
}

}  // namespace

Result<ComparisonTraces> RunComparison(const Catalog& catalog, const ExperimentOptions& options,
                                       const Labeller& labels, ProgressSink* progress,
                                       const CancellationToken* cancellation,
                                       const CandidateSets* candidate_sets,
                                       PretrainedAgents* agents) {
  return Comparison(catalog, options, labels, progress, cancellation, candidate_sets, agents).Run();
}

}  // namespace dynajob
