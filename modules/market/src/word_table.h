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
  Id Find(std::string_view word) const;
  size_t size() const { return words_.size(); }  // the greatest Id plus 1

 private:
  struct Slot {
    uint64_t hash = 0;
    Id id = kUnknown;
  };
  void Grow();

  std::vector<std::string> words_;  // by Id, in lower case and the singular
  std::vector<Slot> slots_;         // open addressing; a power of two, at most half full
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_WORD_TABLE_H_
