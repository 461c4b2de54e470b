#include "dynajob/agent/replay_buffer.h"

#include <algorithm>

#include "dynajob/core/check.h"

namespace dynajob {

ReplayBuffer::ReplayBuffer(size_t capacity) : capacity_(capacity) {
  DYNAJOB_CHECK(capacity > 0, "a replay buffer needs a capacity of at least 1");
}

ReplayBuffer::ReplayBuffer(size_t capacity, uint64_t added, std::vector<Transition> slots)
    : capacity_(capacity), added_(added), transitions_(std::move(slots)) {
  DYNAJOB_CHECK(transitions_.size() == std::min<uint64_t>(added, capacity),
                "a restored ring holds what was added, up to its capacity");
}

void ReplayBuffer::Add(Transition transition) {
  if (transitions_.size() < capacity_) {
    transitions_.push_back(std::move(transition));
  } else {
    transitions_[added_ % capacity_] = std::move(transition);
  }
  ++added_;
}

uint64_t ReplayBuffer::serial(size_t index) const {
  DYNAJOB_CHECK(index < transitions_.size(), "transition out of range");
  if (added_ <= capacity_) return index;
  const uint64_t newest_slot = (added_ - 1) % capacity_;
  const uint64_t age = (newest_slot + capacity_ - index) % capacity_;
  return added_ - 1 - age;
}

std::optional<size_t> ReplayBuffer::Find(Pair pair) const {
  std::optional<size_t> newest;
  for (size_t i = 0; i < transitions_.size(); ++i)
    if (transitions_[i].pair == pair && (!newest || serial(i) > serial(*newest))) newest = i;
  return newest;
}

void ReplayBuffer::Sample(size_t count, Rng& rng, std::vector<uint32_t>& indices) const {
  DYNAJOB_CHECK(!transitions_.empty(), "sampling from an empty replay buffer");
  for (size_t i = 0; i < count; ++i)
    indices.push_back(static_cast<uint32_t>(rng.Below(transitions_.size())));
}

}  // namespace dynajob
