// Finds any of a set of phrases in a text in one pass: Aho and Corasick (1975), as a table over
// bytes, so that the time is linear in the text whatever the phrases are.
#ifndef DYNAJOB_MARKET_SRC_PHRASE_SCANNER_H_
#define DYNAJOB_MARKET_SRC_PHRASE_SCANNER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dynajob {

// Immutable after construction; safe for concurrent use.
class PhraseScanner {
 public:
  // In lower case; they match in any case. With `any_separator`, white space and hyphens all count
  // as one blank, so that "entry level" also finds "Entry-level".
  explicit PhraseScanner(const std::vector<std::string_view>& phrases, bool any_separator = false);

  // Calls use(begin, end) with the longest phrase that ends at each place, in order of the ends.
  template <typename Use>
  void ForEach(std::string_view text, Use&& use) const {
    size_t row = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      if (row == 0) i = SkipToStart(text, i);
      const size_t next = next_[row + class_of_[static_cast<unsigned char>(text[i])]];
      row = next & ~kEndsPhrase;
      if ((next & kEndsPhrase) == 0) continue;
      const size_t length = length_at_[row / class_count_];
      use(i + 1 - length, i + 1);
    }
  }

  bool FoundIn(std::string_view text) const;

 private:
  static constexpr uint32_t kEndsPhrase = uint32_t{1} << 31;

  static size_t StartIndex(char a, char b, char c) {
    return (static_cast<size_t>(a) & 31) << 10 | (static_cast<size_t>(b) & 31) << 5 |
           (static_cast<size_t>(c) & 31);
  }
  // The next place at or after `i` where three bytes may begin a phrase, or one of the last two:
  // what the automaton would pass in its first state is passed without it.
  size_t SkipToStart(std::string_view text, size_t i) const {
    while (i + 2 < text.size() && starts_[StartIndex(text[i], text[i + 1], text[i + 2])] == 0) ++i;
    return i;
  }
  void AddStarts(std::string_view phrase, bool any_separator);

  std::vector<uint8_t> starts_ = std::vector<uint8_t>(1 << 15);  // by StartIndex
  std::array<uint8_t, 256> class_of_{};  // bytes that no phrase has are class 0
  size_t class_count_ = 1;
  // By state and class: where the next state's row begins, and whether a phrase ends there.
  std::vector<uint32_t> next_;
  std::vector<uint8_t> length_at_;  // of the longest phrase that ends in this state, or 0
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_PHRASE_SCANNER_H_
