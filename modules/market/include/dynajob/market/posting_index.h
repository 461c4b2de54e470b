// Finds postings that are in the data several times under different ids, as job boards and scrapers
// leave them: recommending all of them wastes places, and one in the training and one in the test
// set is a leak.
//
// Two postings are the same when title, company, location and description agree in their letters
// and digits, whatever the case, the punctuation and the white space. A posting whose description
// has fewer than kMinDescriptionBytes of these is not compared: too many differ in nothing else.
//
// Memory: about 32 bytes and the id per posting (64-bit hashes; among a million postings any two
// collide with a probability below 10^-7). Not safe for concurrent use.
#ifndef DYNAJOB_MARKET_POSTING_INDEX_H_
#define DYNAJOB_MARKET_POSTING_INDEX_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "dynajob/core/types.h"

namespace dynajob {

class PostingIndex {
 public:
  static constexpr size_t kMinDescriptionBytes = 100;

  PostingIndex();
  ~PostingIndex();
  PostingIndex(const PostingIndex&) = delete;
  PostingIndex& operator=(const PostingIndex&) = delete;

  // The id of the first posting that is the same as this one; nullopt when this is the first or has
  // the id of the first.
  std::optional<std::string> Add(const Job& job);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_POSTING_INDEX_H_
