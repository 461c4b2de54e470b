#include "dynajob/market/posting_index.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

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

// Hashes what counts of a text.
class FoldedHash {
 public:
  // Returns how many bytes counted.
  size_t Add(std::string_view text) {
    size_t counted = 0;
    while (!text.empty()) {
      // Into a buffer without a branch for each byte: a byte that does not count is overwritten.
      std::array<char, 512> folded;
      size_t size = 0;
      const std::string_view piece = text.substr(0, folded.size());
      for (const char c : piece) {
        const unsigned char kept = kFolded[static_cast<unsigned char>(c)];
        folded[size] = static_cast<char>(kept);
        size += kept != 0 ? 1 : 0;
      }
      Take({folded.data(), size});
      counted += size;
      text.remove_prefix(piece.size());
    }
    // The end of a field counts too: "ab" and "c" are not "a" and "bc".
    hash_ = MixInto(hash_, QuickHash({rest_.data(), rest_size_}) ^ counted);
    rest_size_ = 0;
    return counted;
  }
  uint64_t value() const { return hash_; }

 private:
  // Words of eight bytes count from the first byte of the field, wherever the pieces end.
  void Take(std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t take = std::min(bytes.size(), rest_.size() - rest_size_);
      if (take == rest_.size()) {
        uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        hash_ = MixInto(hash_, word);
      } else {
        bytes.copy(rest_.data() + rest_size_, take);
        rest_size_ += take;
        if (rest_size_ == rest_.size()) {
          uint64_t word = 0;
          std::memcpy(&word, rest_.data(), sizeof word);
          hash_ = MixInto(hash_, word);
          rest_size_ = 0;
        }
      }
      bytes.remove_prefix(take);
    }
  }

  uint64_t hash_ = 0;
  std::array<char, 8> rest_{};
  size_t rest_size_ = 0;
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
