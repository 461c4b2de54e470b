// What a Trainer is between two steps, as tensors, and back.
#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/agent/trainer.h"

namespace dynajob {
namespace {

// Doubles as their bits, which a checkpoint keeps exactly.
std::vector<uint64_t> Bits(const std::vector<double>& values) {
  std::vector<uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<uint64_t>(value));
  return bits;
}

std::vector<double> Doubles(const std::vector<uint64_t>& bits) {
  std::vector<double> values;
  for (const uint64_t word : bits) values.push_back(std::bit_cast<double>(word));
  return values;
}

}  // namespace

uint64_t Trainer::Identity() const {
  uint64_t identity = HashBytes("trainer", agent_.seed());
  for (const Phase& phase : phases_)
    identity = MixHash(HashBytes(phase.name, identity), static_cast<uint64_t>(phase.options.steps));
  // How far ahead jobs are chosen shapes the result, too.
  identity = MixHash(identity, static_cast<uint64_t>(pool_));
  return pool_ == 1 ? identity
                    : MixHash(identity, static_cast<uint64_t>(options_.pretrain.pools_ahead));
}

void Trainer::SaveChosen(TensorBundle& bundle) const {
  std::vector<uint32_t> pairs, ends, set_sizes, sets;
  for (const ChosenStep& step : ahead_) {
    pairs.push_back(step.pair.candidate);
    pairs.push_back(step.pair.job);
    ends.push_back(step.ends_episode ? 1 : 0);
    set_sizes.push_back(static_cast<uint32_t>(step.next_set.size()));
    sets.insert(sets.end(), step.next_set.begin(), step.next_set.end());
  }
  bundle.Put("trainer.chosen.pairs", std::span<const uint32_t>(pairs));
  bundle.Put("trainer.chosen.ends", std::span<const uint32_t>(ends));
  bundle.Put("trainer.chosen.set_sizes", std::span<const uint32_t>(set_sizes));
  bundle.Put("trainer.chosen.sets", std::span<const uint32_t>(sets));
  bundle.Put("trainer.chosen.episode", std::span<const uint32_t>(episode_jobs_));
}

Status Trainer::LoadChosen(const TensorBundle& bundle) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto pairs, bundle.Words("trainer.chosen.pairs"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto ends, bundle.Words("trainer.chosen.ends"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto set_sizes, bundle.Words("trainer.chosen.set_sizes"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto sets, bundle.Words("trainer.chosen.sets"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto episode, bundle.Words("trainer.chosen.episode"));
  const Catalog& catalog = agent_.encoder().catalog();
  const auto known_job = [&](uint32_t job) { return job < catalog.job_count(); };
  uint64_t set_total = 0;
  for (const uint32_t size : set_sizes) set_total += size;
  bool valid = pairs.size() == 2 * ends.size() && set_sizes.size() == ends.size() &&
               set_total == sets.size() && std::all_of(sets.begin(), sets.end(), known_job) &&
               std::all_of(episode.begin(), episode.end(), known_job);
  for (size_t i = 0; valid && i < ends.size(); ++i)
    valid = pairs[2 * i] < catalog.candidate_count() && known_job(pairs[2 * i + 1]);
  // Of the phase that the trainer is in: no more steps than it has left, no episode of negative
  // start.
  const int64_t phase_steps = phase_ < phases_.size() ? phases_[phase_].options.steps : 0;
  const auto chosen = static_cast<int64_t>(ends.size());
  valid = valid && step_ >= 0 && step_ <= phase_steps && chosen <= phase_steps - step_ &&
          static_cast<int64_t>(episode.size()) <= step_ + chosen;
  if (!valid) return CorruptData("'trainer.chosen' does not fit the catalog and the phase");

  ahead_.clear();
  size_t offset = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    const auto begin = sets.begin() + static_cast<std::ptrdiff_t>(offset);
    offset += set_sizes[i];
    ahead_.push_back({.pair = {pairs[2 * i], pairs[2 * i + 1]},
                      .next_set = {begin, begin + static_cast<std::ptrdiff_t>(set_sizes[i])},
                      .ends_episode = ends[i] != 0});
  }
  episode_jobs_ = episode;
  return Status::Ok();
}

TensorBundle Trainer::Save() const {
  TensorBundle bundle;
  AgentSnapshot::Save(agent_, bundle);
  const std::vector<uint64_t> state = {
      phase_,     static_cast<uint64_t>(step_), steps_done_, phase_updates_, calibrated_ ? 1u : 0u,
      Identity(), predicted_rewards_,           unanswered_};
  bundle.Put("trainer.state", std::span<const uint64_t>(state));
  SaveChosen(bundle);
  std::vector<uint64_t> labelled(labelled_.begin(), labelled_.end());
  std::sort(labelled.begin(), labelled.end());
  bundle.Put("trainer.labelled", std::span<const uint64_t>(labelled));
  bundle.Put("trainer.calibration.cosine", Bits(calibration_sample_.cosines));
  bundle.Put("trainer.calibration.label", Bits(calibration_sample_.labels));
  return bundle;
}

Status Trainer::Load(const TensorBundle& bundle) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<uint64_t> state, bundle.LongWords("trainer.state"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto labelled, bundle.LongWords("trainer.labelled"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto cosines, bundle.LongWords("trainer.calibration.cosine"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto labels, bundle.LongWords("trainer.calibration.label"));
  if (state.size() != 8 || state[0] > phases_.size() || cosines.size() != labels.size())
    return CorruptData("trainer.state has another shape");
  if (state[5] != Identity())
    return InvalidArgument(fmt::format(
        "the checkpoint was not made by this training: seed {}, {} steps in {} phases and pools of "
        "{} steps",
        agent_.seed(), TotalSteps(), phases_.size(), pool_));
  DYNAJOB_RETURN_IF_ERROR(AgentSnapshot::Load(bundle, agent_));
  phase_ = state[0];
  step_ = static_cast<int64_t>(state[1]);
  steps_done_ = state[2];
  phase_updates_ = state[3];
  calibrated_ = state[4] != 0;
  predicted_rewards_ = state[6];
  unanswered_ = state[7];
  DYNAJOB_RETURN_IF_ERROR(LoadChosen(bundle));
  labelled_ = {labelled.begin(), labelled.end()};
  ResumeBuying(labelled);
  calibration_sample_ = {Doubles(cosines), Doubles(labels)};
  return cosines.empty() ? Status::Ok() : FitCalibration();
}

// Tells the simulated user what this training has bought, and what it waits for.
void Trainer::ResumeBuying(std::span<const uint64_t> labelled) {
  if (inputs_.llm == nullptr) return;
  std::vector<Pair> bought, awaited;
  for (const uint64_t key : labelled)
    bought.push_back({static_cast<CandidateRow>(key >> 32), static_cast<JobRow>(key)});
  for (const ChosenStep& step : ahead_) awaited.push_back(step.pair);
  inputs_.llm->MarkBought(bought);
  if (pool_ > 1) inputs_.llm->Prefetch(awaited);
}

}  // namespace dynajob
