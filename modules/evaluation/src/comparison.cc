#include "dynajob/evaluation/comparison.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "dynajob/core/parallel.h"
#include "dynajob/evaluation/split.h"

#include "arm_catalog.h"
#include "arm_factory.h"
#include "before_online.h"
#include "judge_report.h"

namespace dynajob {
namespace {

constexpr uint64_t kProgressSteps = 50;  // of pre-training, between two reports of labels

struct Trained {
  std::unique_ptr<DynaQAgent> agent;
  uint64_t labels = 0;
  uint64_t predicted_rewards = 0;
  uint64_t unanswered = 0;
  double seconds = 0;  // of pre-training, that of the cosine phase of a hybrid included
};

// What all arms of one seed share.
struct SeedContext {
  uint64_t seed = 0;
  Split split;
  std::unique_ptr<SplitPools> training_pools;  // null: all jobs of the split
  std::unique_ptr<SplitPools> evaluation_pools;
  std::optional<Judge> judge;
  std::vector<CandidateRow> people;  // the unseen candidates that arms meet
  std::array<Trained, 4> trained;    // by Strategy
  std::optional<BanditFeatures> bandit_features;
  JudgeReport report;

  // The jobs that may be recommended to unseen candidates, and to one of them.
  std::span<const JobRow> evaluation_jobs() const {
    if (evaluation_pools == nullptr) return split.evaluation_jobs;
    return evaluation_pools->open_jobs();
  }
  std::span<const JobRow> EvaluationPool(CandidateRow person) const {
    return evaluation_pools != nullptr ? evaluation_pools->Pool(person) : evaluation_jobs();
  }
  const Trained& TrainedFor(const ArmSpec& spec) const {
    return trained[static_cast<size_t>(*spec.agent)];
  }
};

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
             const CandidateSets* candidate_sets)
      : catalog_(catalog),
        options_(options),
        labels_(labels),
        progress_(progress),
        cancellation_(cancellation),
        candidate_sets_(candidate_sets) {}

  Result<ComparisonTraces> Run();

 private:
  enum class Training { kBaseline, kCosineThenHybrid, kLlm };

  Status Prepare(SeedContext& context);
  Status PreparePools(SeedContext& context) const;
  void ReportPools(const SeedContext& context, ComparisonTraces& traces) const;
  Status Train(SeedContext& context, Training training);
  Status RunStrategy(SeedContext& context, Strategy strategy, const DynaQAgent* cosine_agent);
  ArmParts PartsFor(const ArmSpec& spec, const SeedContext& context) const;
  Status RunArm(const SeedContext& context, const std::string& name, size_t seed_index,
                size_t arm_index, ComparisonTraces& traces);
  std::vector<Trace> Before(const SeedContext& context, Arm& arm) const;
  Status CheckCancelled() const;
  bool Uses(std::string_view wanted) const;
  std::vector<std::string> ArmsWithOracle() const;
  void Report(const std::string& stage, std::atomic<uint64_t>& done, uint64_t total) const;
  void ReportLabels(const Trainer& trainer, uint64_t& reported);

  const Catalog& catalog_;
  const ExperimentOptions& options_;
  const Labeller& labels_;
  ProgressSink* progress_;
  const CancellationToken* cancellation_;
  const CandidateSets* candidate_sets_;
  std::optional<PairEncoder> encoder_;
  std::unique_ptr<CosineReward> cosine_;
  std::unique_ptr<SurrogateUser> surrogate_;
  std::atomic<uint64_t> trained_{0};
  uint64_t training_total_ = 0;
  std::atomic<uint64_t> labels_bought_{0};
  std::atomic<uint64_t> people_done_{0};
  uint64_t people_total_ = 0;
};

// Names are validated.
const ArmSpec& SpecOf(std::string_view arm) {
  const ArmSpec* spec = FindArmSpec(arm);
  DYNAJOB_CHECK(spec != nullptr, "unknown arm " + std::string(arm));
  return *spec;
}

Result<ComparisonTraces> Comparison::Run() {
  DYNAJOB_RETURN_IF_ERROR(options_.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(encoder_, PairEncoder::Create(catalog_, options_.trainer.network));
  DYNAJOB_ASSIGN_OR_RETURN(cosine_, CosineReward::Create(catalog_, options_.cosine));
  DYNAJOB_ASSIGN_OR_RETURN(surrogate_, SurrogateUser::Create(catalog_, options_.surrogate));

  const ComparisonOptions& comparison = options_.comparison;
  const auto workers = static_cast<size_t>(comparison.workers);
  std::vector<SeedContext> contexts(static_cast<size_t>(comparison.seeds));
  for (size_t i = 0; i < contexts.size(); ++i)
    contexts[i].seed = static_cast<uint64_t>(comparison.seed) + i;
  DYNAJOB_RETURN_IF_ERROR(
      ParallelFor(contexts.size(), workers, [&](size_t i) { return Prepare(contexts[i]); }));

  std::vector<Training> trainings;
  if (Uses("baseline")) trainings.push_back(Training::kBaseline);
  if (Uses("cosine") || Uses("hybrid")) trainings.push_back(Training::kCosineThenHybrid);
  if (Uses("llm")) trainings.push_back(Training::kLlm);
  training_total_ = contexts.size() * trainings.size();
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(training_total_, workers, [&](size_t i) {
    const Status status = Train(contexts[i / trainings.size()], trainings[i % trainings.size()]);
    if (status.ok()) Report("train", trained_, training_total_);
    return status;
  }));

  const std::vector<std::string> arms = ArmsWithOracle();
  ComparisonTraces traces;
  traces.llm_kind = labels_.kind;
  traces.lowest_reward = options_.rewards.ignore;
  for (const SeedContext& context : contexts) traces.seeds.push_back(context.seed);
  for (const std::string& name : comparison.protocols) {
    ProtocolTraces& protocol = traces.protocols.emplace_back();
    protocol.protocol = *ParseProtocol(name);
    for (const std::string& arm : arms)
      protocol.arms.push_back({arm, std::string(SpecOf(arm).kind()),
                               std::vector<std::vector<Trace>>(contexts.size()),
                               std::vector<ArmCost>(contexts.size())});
  }
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

Status Comparison::Prepare(SeedContext& context) {
  DYNAJOB_RETURN_IF_ERROR(CheckCancelled());
  DYNAJOB_ASSIGN_OR_RETURN(context.split,
                           MakeSplit(catalog_, options_.comparison.training_share, context.seed));
  DYNAJOB_RETURN_IF_ERROR(PreparePools(context));
  const auto steps = static_cast<size_t>(options_.comparison.steps);
  if (steps > context.evaluation_jobs().size()) {
    return InvalidArgument(fmt::format(
        "compare.steps = {}: must be at most {}, the number of open jobs held out for evaluation, "
        "since none is shown twice",
        steps, context.evaluation_jobs().size()));
  }
  DYNAJOB_ASSIGN_OR_RETURN(context.judge,
                           Judge::Create(catalog_, options_.judge, options_.rewards, context.seed));
  const size_t people = std::min(static_cast<size_t>(options_.comparison.candidates),
                                 context.split.evaluation_candidates.size());
  context.people.assign(
      context.split.evaluation_candidates.begin(),
      context.split.evaluation_candidates.begin() + static_cast<std::ptrdiff_t>(people));
  context.report = MeasureJudge(*context.judge, *cosine_, *surrogate_, options_.rewards,
                                context.split, context.seed);
  if (std::any_of(options_.comparison.arms.begin(), options_.comparison.arms.end(),
                  [](const std::string& arm) { return SpecOf(arm).is_bandit(); })) {
    context.bandit_features.emplace(*cosine_, context.split.training_candidates,
                                    context.split.training_jobs,
                                    static_cast<size_t>(options_.bandit.components), context.seed);
  }
  return Status::Ok();
}

// Each pool holds enough jobs to fill every candidate set of an episode.
Status Comparison::PreparePools(SeedContext& context) const {
  if (candidate_sets_ == nullptr) return Status::Ok();
  const PretrainOptions& pretrain = options_.trainer.pretrain;
  const ComparisonOptions& comparison = options_.comparison;
  DYNAJOB_ASSIGN_OR_RETURN(context.training_pools,
                           candidate_sets_->Over(context.split.training_jobs,
                                                 static_cast<size_t>(pretrain.candidate_set_size +
                                                                     pretrain.episode_steps - 1),
                                                 context.seed));
  DYNAJOB_ASSIGN_OR_RETURN(
      context.evaluation_pools,
      candidate_sets_->Over(
          context.split.evaluation_jobs,
          static_cast<size_t>(comparison.candidate_set_size + comparison.steps - 1), context.seed));
  return Status::Ok();
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

Status Comparison::Train(SeedContext& context, Training training) {
  switch (training) {
    case Training::kBaseline:
      return RunStrategy(context, Strategy::kBaseline, nullptr);
    case Training::kLlm:
      return RunStrategy(context, Strategy::kLlm, nullptr);
    case Training::kCosineThenHybrid:
      DYNAJOB_RETURN_IF_ERROR(RunStrategy(context, Strategy::kCosine, nullptr));
      if (!Uses("hybrid")) return Status::Ok();
      return RunStrategy(context, Strategy::kHybrid,
                         context.trained[static_cast<size_t>(Strategy::kCosine)].agent.get());
  }
  return Status::Ok();
}

Status Comparison::RunStrategy(SeedContext& context, Strategy strategy,
                               const DynaQAgent* cosine_agent) {
  // Labels are counted per arm, so each arm has a source of its own.
  UserSimulator& user = labels_.user != nullptr ? *labels_.user : *surrogate_;
  DYNAJOB_ASSIGN_OR_RETURN(const auto llm, SimulatedUserReward::Create(
                                               catalog_, user, options_.rewards, options_.labels));
  const TrainerInputs inputs{.encoder = &*encoder_,
                             .candidates = context.split.training_candidates,
                             .jobs = context.training_pools != nullptr
                                         ? context.training_pools->open_jobs()
                                         : context.split.training_jobs,
                             .pools = context.training_pools.get(),
                             .cosine = cosine_.get(),
                             .llm = llm.get()};
  auto trainer = cosine_agent != nullptr
                     ? Trainer::ContinueAsHybrid(inputs, options_.trainer, *cosine_agent)
                     : Trainer::Create(inputs, options_.trainer, strategy, context.seed);
  if (!trainer.ok()) return trainer.error();
  const auto start = std::chrono::steady_clock::now();
  Trainer::Hooks hooks;
  hooks.cancellation = cancellation_;
  hooks.interval = kProgressSteps;
  uint64_t labels = 0;
  hooks.progress = [&](const TrainingProgress&) { ReportLabels(**trainer, labels); };
  DYNAJOB_RETURN_IF_ERROR((*trainer)->Run(hooks));
  Trained& trained = context.trained[static_cast<size_t>(strategy)];
  trained.agent = std::make_unique<DynaQAgent>((*trainer)->agent());
  trained.labels = (*trainer)->labels_bought();
  trained.predicted_rewards = (*trainer)->predicted_rewards();
  trained.unanswered = (*trainer)->unanswered();
  trained.seconds = SecondsSince(start);
  if (cosine_agent != nullptr)
    trained.seconds += context.trained[static_cast<size_t>(Strategy::kCosine)].seconds;
  return Status::Ok();
}

ArmParts Comparison::PartsFor(const ArmSpec& spec, const SeedContext& context) const {
  return {.options = options_,
          .cosine = *cosine_,
          .surrogate = *surrogate_,
          .judge = *context.judge,
          .agent = spec.agent ? context.TrainedFor(spec).agent.get() : nullptr,
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
      const Trained& trained = context.TrainedFor(spec);
      cost.llm_calls += trained.labels;
      cost.predicted_rewards += trained.predicted_rewards;
      cost.unanswered += trained.unanswered;
      cost.env_steps += trained.agent->counts().env_steps;
      cost.updates += UpdatesOf(spec, trained.agent->counts());
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

bool Comparison::Uses(std::string_view wanted) const {
  return std::any_of(options_.comparison.arms.begin(), options_.comparison.arms.end(),
                     [&](const std::string& arm) {
                       const auto& strategy = SpecOf(arm).agent;
                       return strategy && ToString(*strategy) == wanted;
                     });
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

// Labels may take long to come: shows that they do.
void Comparison::ReportLabels(const Trainer& trainer, uint64_t& reported) {
  const uint64_t fresh = trainer.labels_bought() - reported;
  reported += fresh;
  const uint64_t bought = labels_bought_ += fresh;
  if (progress_ != nullptr && fresh > 0)
    progress_->Report({"train", trained_, training_total_, fmt::format("{} labels", bought)});
}

}  // namespace

Result<ComparisonTraces> RunComparison(const Catalog& catalog, const ExperimentOptions& options,
                                       const Labeller& labels, ProgressSink* progress,
                                       const CancellationToken* cancellation,
                                       const CandidateSets* candidate_sets) {
  return Comparison(catalog, options, labels, progress, cancellation, candidate_sets).Run();
}

}  // namespace dynajob
