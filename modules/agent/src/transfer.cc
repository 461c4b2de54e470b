// A learner that moves to another catalog.
#include <algorithm>
#include <numeric>

#include "dynajob/agent/checkpoint.h"

namespace dynajob {
namespace {

ReplayBuffer MoveRows(const ReplayBuffer& from, const AgentSnapshot::RowMap& rows) {
  std::vector<uint32_t> order(from.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto is_gone = [&](uint32_t index) {
    const Pair pair = from.at(index).pair;
    return !rows.candidates.at(pair.candidate) || !rows.jobs.at(pair.job);
  };
  // Slots stay where they are unless there are fewer: then the rest stands in order of age.
  const bool complete = std::none_of(order.begin(), order.end(), is_gone);
  if (!complete) {
    std::erase_if(order, is_gone);
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return from.serial(a) < from.serial(b); });
  }
  std::vector<Transition> slots;
  for (const uint32_t index : order) {
    const Transition& old = from.at(index);
    Transition& moved = slots.emplace_back();
    moved.pair = {*rows.candidates[old.pair.candidate], *rows.jobs[old.pair.job]};
    moved.reward = old.reward;
    for (const JobRow job : old.next_set)
      if (rows.jobs.at(job)) moved.next_set.push_back(*rows.jobs[job]);
  }
  const uint64_t added = complete ? from.added() : slots.size();
  return ReplayBuffer(from.capacity(), added, std::move(slots));
}

void CopyNetwork(const PairNetwork& from, PairNetwork& to) {
  to.SetParameters(from.parameters());
  to.SetOptimizerState(from.optimizer_state());
}

}  // namespace

void AgentSnapshot::Transfer(const DynaQAgent& from, const RowMap& rows, DynaQAgent& to) {
  CopyNetwork(from.q_network_.online(), to.q_network_.online());
  CopyNetwork(from.q_network_.target(), to.q_network_.target());
  for (size_t i = 0; i < from.world_model_.members().size(); ++i)
    CopyNetwork(from.world_model_.members()[i], to.world_model_.members()[i]);
  to.replay_ = MoveRows(from.replay_, rows);
  to.rehearsal_ = nullptr;
  if (from.rehearsal_ != nullptr) {
    ReplayBuffer rehearsal = MoveRows(*from.rehearsal_, rows);
    if (rehearsal.size() > 0)
      to.rehearsal_ = std::make_shared<const ReplayBuffer>(std::move(rehearsal));
  }
  to.replay_cache_ = {};
  to.rehearsal_cache_ = {};
  to.tried_.clear();
  for (const uint64_t key : from.tried_) {
    const auto candidate = rows.candidates.at(key >> 32);
    const auto job = rows.jobs.at(static_cast<JobRow>(key));
    if (candidate && job) to.tried_.insert(PairKey({*candidate, *job}));
  }
  to.counts_ = from.counts_;
  to.settings_ = from.settings_;
  to.phase_steps_ = from.phase_steps_;
}

}  // namespace dynajob
