#include "dynajob/market/posting_index.h"

#include <array>
#include <cstdint>

#include "hash_index.h"

namespace dynajob {
namespace {

// Lower-case letters and digits as they count; 0 for what does not.
constexpr std::array<unsigned char, 256> kFolded = [] {
  std::array<unsigned char, 256> folded{};
  for (size_t c = 0; c < folded.size(); ++c) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
    if (kept) folded[c] = static_cast<unsigned char>(c);
    if (c >= 'A' && c <= 'Z') folded[c] = static_cast<unsigned char>(c - 'A' + 'a');
  }
  return folded;
}();

// Hashes what counts of a text, eight bytes at a time.
class FoldedHash {
 public:
  // Returns how many bytes counted.
  size_t Add(std::string_view text) {
    size_t counted = 0;
    for (const char c : text) {
      const unsigned char folded = kFolded[static_cast<unsigned char>(c)];
      if (folded == 0) continue;
      word_ = word_ << 8 | folded;
      if (++counted % sizeof word_ == 0) hash_ = MixInto(hash_, word_);
    }
    // The end of a field counts too: "ab" and "c" are not "a" and "bc".
    hash_ = MixInto(hash_, word_ ^ counted << 32);
    word_ = 0;
    return counted;
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0;
  uint64_t word_ = 0;
};

}  // namespace

struct PostingIndex::State {
  HashIndex first;  // fingerprint -> where the id of the first posting begins in `ids`
  std::string ids;  // one after another, each ended by '\n'
};

PostingIndex::PostingIndex() : state_(std::make_unique<State>()) {}
PostingIndex::~PostingIndex() = default;

std::optional<std::string> PostingIndex::Add(const Job& job) {
  FoldedHash hash;
  if (hash.Add(job.description) < kMinDescriptionBytes) return std::nullopt;
  hash.Add(job.title);
  hash.Add(job.company);
  hash.Add(job.location);
  const auto [at, is_new] = state_->first.Add(hash.value(), state_->ids.size());
  if (is_new) {
    state_->ids += job.id;
    state_->ids += '\n';
    return std::nullopt;
  }
  std::string first = state_->ids.substr(at, state_->ids.find('\n', at) - at);
  if (first == job.id) return std::nullopt;
  return first;
}

}  // namespace dynajob
