// A map from 64-bit hashes to 64-bit values in 16 bytes a slot: what millions of rows leave behind
// while an import runs.
#ifndef DYNAJOB_MARKET_SRC_HASH_INDEX_H_
#define DYNAJOB_MARKET_SRC_HASH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace dynajob {

// A hash of bytes for tables in memory, eight at a time; it differs between machines of different
// byte order and must not be stored.
inline uint64_t MixInto(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
  return hash ^ hash >> 32;
}
inline uint64_t QuickHash(std::string_view bytes) {
  uint64_t hash = 0x2545F4914F6CDD1DULL ^ bytes.size();
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = MixInto(hash, word);
    bytes.remove_prefix(sizeof word);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  hash = MixInto(hash, rest);
  return MixInto(hash, hash >> 29);
}

// Open addressing with linear probing, at most 3/4 full. Hashes that are equal are one key.
class HashIndex {
 public:
  HashIndex() : slots_(kFirstSlots) {}

  // The value of `hash`, which is `value` if it is new; and whether it is.
  std::pair<uint64_t, bool> Add(uint64_t hash, uint64_t value) {
    hash += hash == 0 ? 1 : 0;  // 0 marks a free slot
    if (4 * (size_ + 1) > 3 * slots_.size()) Grow();
    Slot& slot = Find(hash);
    if (slot.hash == hash) return {slot.value, false};
    slot = {hash, value};
    ++size_;
    return {value, true};
  }
  size_t size() const { return size_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint64_t value = 0;
  };
  static constexpr size_t kFirstSlots = 1024;

  Slot& Find(uint64_t hash) {
    size_t at = hash & (slots_.size() - 1);
    while (slots_[at].hash != 0 && slots_[at].hash != hash) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void Grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.hash != 0) Find(slot.hash) = slot;
  }

  std::vector<Slot> slots_;  // a power of two
  size_t size_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_HASH_INDEX_H_
