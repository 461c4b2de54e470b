// Experience replay (Lin 1992; Mnih et al. 2015): a ring of transitions that refer to candidates
// and jobs by catalog row. No vector is ever copied into it.
#ifndef DYNAJOB_AGENT_REPLAY_BUFFER_H_
#define DYNAJOB_AGENT_REPLAY_BUFFER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/rng.h"

namespace dynajob {

// (s, a, r) and A', the candidate set of the next step; s' = s. An empty A' ends the episode: there
// is nothing left to recommend.
struct Transition {
  Pair pair;
  float reward = 0;
  std::vector<JobRow> next_set;
};

// Not safe for concurrent writes.
class ReplayBuffer {
 public:
  explicit ReplayBuffer(size_t capacity);
  // A ring as it was: `slots` in the order of at(), `added` transitions so far. Requires
  // slots.size() == min(added, capacity).
  ReplayBuffer(size_t capacity, uint64_t added, std::vector<Transition> slots);

  // Overwrites the oldest transition when full.
  void Add(Transition transition);

  size_t size() const { return transitions_.size(); }
  size_t capacity() const { return capacity_; }
  // In order of insertion since the buffer was made; identifies a transition for caches.
  uint64_t serial(size_t index) const;
  uint64_t added() const { return added_; }
  const Transition& at(size_t index) const { return transitions_.at(index); }

  // Index of the newest transition of this pair; nullopt when there is none. Looks at all of them.
  std::optional<size_t> Find(Pair pair) const;
  void SetReward(size_t index, float reward) { transitions_.at(index).reward = reward; }

  // `count` indices, uniform with replacement. Requires size() > 0.
  void Sample(size_t count, Rng& rng, std::vector<uint32_t>& indices) const;

 private:
  size_t capacity_;
  uint64_t added_ = 0;
  std::vector<Transition> transitions_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_REPLAY_BUFFER_H_
