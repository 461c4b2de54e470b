#include "word_table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace dynajob {
namespace {

constexpr uint64_t kCaseBits = 0x2020202020202020ULL;
constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;

constexpr std::array<char, 256> kLower = [] {
  std::array<char, 256> lower{};
  for (size_t c = 0; c < lower.size(); ++c)
    lower[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}();

char Lower(char c) { return kLower[static_cast<unsigned char>(c)]; }

bool EqualLower(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(),
                                                   [](char a, char b) { return Lower(a) == b; });
}

// Words that end in s and mean something else without it.
constexpr std::array<std::string_view, 9> kNotPlurals = {
    "initiatives", "sales", "news", "teams", "access", "windows", "canvas", "acls", "saas"};

// The part of a word that the plural does not change: all of it, or all but a final "s".
std::string_view Singular(std::string_view word) {
  const size_t n = word.size();
  if (n <= 3 || Lower(word[n - 1]) != 's') return word;
  const char before = Lower(word[n - 2]);
  if (before == 's' || before == 'u' || before == 'i') return word;
  const bool kept = std::any_of(kNotPlurals.begin(), kNotPlurals.end(),
                                [&](std::string_view other) { return EqualLower(word, other); });
  return kept ? word : word.substr(0, n - 1);
}

template <typename Word>
uint64_t Load(const char* bytes) {
  Word word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// The same for both cases: 0x20 is what tells them apart. Words that differ in more may collide,
// which the comparison after the look-up sorts out.
uint64_t HashLower(std::string_view word) {
  const size_t n = word.size();
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t middle = 0;
  if (n >= 8) {
    first = Load<uint64_t>(word.data());
    last = Load<uint64_t>(word.data() + n - 8);
    for (size_t i = 8; i + 8 < n; i += 8)
      middle = (middle ^ (Load<uint64_t>(word.data() + i) | kCaseBits)) * kMultiplier;
  } else if (n >= 4) {
    first = Load<uint32_t>(word.data());
    last = Load<uint32_t>(word.data() + n - 4);
  } else {
    for (const char c : word) first = first << 8 | static_cast<unsigned char>(c);
  }
  uint64_t hash = ((first | kCaseBits) * kMultiplier) ^ middle;
  hash = (hash ^ hash >> 29 ^ (last | kCaseBits)) * kMultiplier;
  return (hash ^ hash >> 32) + n;
}

}  // namespace

WordTable::WordTable() : words_(1), filter_(size_t{1} << 19), slots_(1024) {}

void WordTable::Grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id == kUnknown) continue;
    size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].id != kUnknown) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

WordTable::Id WordTable::Add(std::string_view word) {
  if (const Id known = Find(word); known != kUnknown) return known;
  if (words_.size() * 2 >= slots_.size()) Grow();
  filter_[FilterOf(word)] = true;
  std::string lower(Singular(word));
  for (char& c : lower) c = Lower(c);
  const uint64_t hash = HashLower(lower);
  size_t at = hash & (slots_.size() - 1);
  while (slots_[at].id != kUnknown) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {hash, static_cast<Id>(words_.size())};
  words_.push_back(std::move(lower));
  return slots_[at].id;
}

WordTable::Id WordTable::Lookup(std::string_view word) const {
  const std::string_view singular = Singular(word);
  const uint64_t hash = HashLower(singular);
  for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.id == kUnknown) return kUnknown;
    if (slot.hash == hash && EqualLower(singular, words_[slot.id])) return slot.id;
  }
}

}  // namespace dynajob
