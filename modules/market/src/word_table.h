// Numbers for the words of the skill vocabulary, looked up straight from a text: no copy is made,
// whatever the case, and "tests" finds "test".
#ifndef DYNAJOB_MARKET_SRC_WORD_TABLE_H_
#define DYNAJOB_MARKET_SRC_WORD_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dynajob {

// Add everything first; then Find is safe for concurrent use.
class WordTable {
 public:
  using Id = uint32_t;
  static constexpr Id kUnknown = 0;

  WordTable();

  // A word in any form; the same Id for every form. Ids count from 1.
  Id Add(std::string_view word);
  Id Find(std::string_view word) const { return filter_[FilterOf(word)] ? Lookup(word) : kUnknown; }
  size_t size() const { return words_.size(); }  // the greatest Id plus 1

 private:
  struct Slot {
    uint64_t hash = 0;
    Id id = kUnknown;
  };
  // Start and length of a word, the same for both numbers of a noun and for both cases: most words
  // of a text are none of the vocabulary's, and most of these are known by it.
  static size_t FilterOf(std::string_view word) {
    const auto letter = [&](size_t i) {
      return i < word.size() ? static_cast<size_t>(word[i]) & 31 : 0;
    };
    size_t length = word.size();
    if (length > 3 && (word[length - 1] | 32) == 's') --length;
    return letter(0) << 14 | letter(1) << 9 | letter(2) << 4 | (length < 15 ? length : 15);
  }
  Id Lookup(std::string_view word) const;
  void Grow();

  std::vector<std::string> words_;  // by Id, in lower case and the singular
  std::vector<bool> filter_;        // by FilterOf: whether such a word was added
  std::vector<Slot> slots_;         // open addressing; a power of two, at most half full
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_WORD_TABLE_H_
