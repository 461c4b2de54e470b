#include "pretraining.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "arm_identity.h"

namespace dynajob {
namespace {

constexpr uint64_t kProgressSteps = 50;  // of pre-training, between two reports of labels

}  // namespace

Pretraining::Pretraining(const Catalog& catalog, const ExperimentOptions& options,
                         const ExperimentParts& parts, const Labeller& labels,
                         PretrainedAgents* agents, ProgressSink* progress,
                         const CancellationToken* cancellation)
    : catalog_(catalog),
      options_(options),
      parts_(parts),
      labels_(labels),
      agents_(agents),
      progress_(progress),
      cancellation_(cancellation) {
  if (Uses(Strategy::kBaseline)) needed_.push_back(Training::kBaseline);
  if (Uses(Strategy::kCosine) || Uses(Strategy::kHybrid))
    needed_.push_back(Training::kCosineThenHybrid);
  if (Uses(Strategy::kLlm)) needed_.push_back(Training::kLlm);
}

bool Pretraining::Uses(Strategy strategy) const {
  const std::vector<std::string>& arms = options_.comparison.arms;
  return std::any_of(arms.begin(), arms.end(),
                     [&](const std::string& arm) { return SpecOf(arm).agent == strategy; });
}

Status Pretraining::Train(SeedContext& context, Training training, size_t seeds) {
  total_ = seeds * needed_.size();
  switch (training) {
    case Training::kBaseline:
      DYNAJOB_RETURN_IF_ERROR(Make(context, Strategy::kBaseline, nullptr));
      break;
    case Training::kLlm:
      DYNAJOB_RETURN_IF_ERROR(Make(context, Strategy::kLlm, nullptr));
      break;
    case Training::kCosineThenHybrid:
      DYNAJOB_RETURN_IF_ERROR(Make(context, Strategy::kCosine, nullptr));
      if (Uses(Strategy::kHybrid))
        DYNAJOB_RETURN_IF_ERROR(
            Make(context, Strategy::kHybrid, context.For(Strategy::kCosine).agent.get()));
      break;
  }
  const uint64_t now = ++trained_;
  if (progress_ != nullptr) progress_->Report({"train", now, total_, {}});
  return Status::Ok();
}

Status Pretraining::Make(SeedContext& context, Strategy strategy, const DynaQAgent* cosine_agent) {
  PretrainedAgent& made = context.For(strategy);
  const auto train = [&] { return Run(context, strategy, cosine_agent); };
  if (agents_ == nullptr) {
    DYNAJOB_ASSIGN_OR_RETURN(made, train());
    return Status::Ok();
  }
  DYNAJOB_ASSIGN_OR_RETURN(made,
                           agents_->Get(TrainingIdentity(options_, strategy), context.seed, train));
  // One that another experiment trained goes online as this one has it.
  auto agent = std::make_shared<DynaQAgent>(*made.agent);
  agent->ChangeOptions(options_.trainer.learner);
  made.agent = std::move(agent);
  return Status::Ok();
}

Result<PretrainedAgent> Pretraining::Run(const SeedContext& context, Strategy strategy,
                                         const DynaQAgent* cosine_agent) {
  // Labels are counted per arm, so each arm has a source of its own.
  UserSimulator& user = labels_.user != nullptr ? *labels_.user : *parts_.surrogate;
  DYNAJOB_ASSIGN_OR_RETURN(const auto llm, SimulatedUserReward::Create(
                                               catalog_, user, options_.rewards, options_.labels));
  const TrainerInputs inputs{.encoder = parts_.encoder.get(),
                             .candidates = context.split.training_candidates,
                             .jobs = context.training_pools != nullptr
                                         ? context.training_pools->open_jobs()
                                         : context.split.training_jobs,
                             .pools = context.training_pools.get(),
                             .cosine = parts_.cosine.get(),
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
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  // A hybrid's agent borrows the encoder that its cosine phase was made with.
  const bool continued = cosine_agent != nullptr;
  return PretrainedAgent{
      .encoder = continued ? context.For(Strategy::kCosine).encoder : parts_.encoder,
      .agent = std::make_shared<const DynaQAgent>((*trainer)->agent()),
      .labels = (*trainer)->labels_bought(),
      .predicted_rewards = (*trainer)->predicted_rewards(),
      .unanswered = (*trainer)->unanswered(),
      .seconds = spent.count() + (continued ? context.For(Strategy::kCosine).seconds : 0)};
}

// Labels may take long to come: shows that they do.
void Pretraining::ReportLabels(const Trainer& trainer, uint64_t& reported) {
  const uint64_t fresh = trainer.labels_bought() - reported;
  reported += fresh;
  const uint64_t bought = labels_bought_ += fresh;
  if (progress_ != nullptr && fresh > 0)
    progress_->Report({"train", trained_, total_, fmt::format("{} labels", bought)});
}

}  // namespace dynajob
