// The texts of a catalog as numbers, so that the surrogate compares integers and never strings.
#ifndef DYNAJOB_REWARDS_SRC_SURROGATE_INDEX_H_
#define DYNAJOB_REWARDS_SRC_SURROGATE_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dynajob/core/catalog.h"

namespace dynajob {

// Distinct numbers. The mask answers most of the questions about absent ones.
class NumberSet {
 public:
  NumberSet() = default;
  explicit NumberSet(std::vector<uint32_t> numbers);

  bool Contains(uint32_t number) const {
    return (mask_[number / 64 % kMaskWords] >> (number % 64) & 1) != 0 && Find(number);
  }
  const std::vector<uint32_t>& numbers() const { return numbers_; }  // ascending

 private:
  static constexpr size_t kMaskWords = 8;  // one cache line

  bool Find(uint32_t number) const;

  std::array<uint64_t, kMaskWords> mask_{};  // bit n % 512 is set for every member n
  std::vector<uint32_t> numbers_;
};

// A word with its share of the weight of the text it belongs to; the shares of a text sum to 1.
struct WeightedWord {
  uint32_t word;
  double share;
};

// The skills that a job asks for, in one piece of memory each for phrases and words.
struct RequiredSkills {
  struct Phrase {
    uint32_t number;
    uint32_t words_end;  // its words end here, and begin where those of the phrase before end
  };
  std::vector<Phrase> phrases;
  std::vector<WeightedWord> words;
};

// The skills that a candidate states.
struct StatedSkills {
  NumberSet phrases;
  NumberSet words;
};

struct CandidateTexts {
  StatedSkills technical;
  StatedSkills soft;
  NumberSet profile_words;  // of bio, résumé and category
};

struct JobTexts {
  RequiredSkills technical;
  RequiredSkills soft;
  std::vector<WeightedWord> title;
};

struct CatalogTexts {
  std::vector<CandidateTexts> candidates;
  std::vector<JobTexts> jobs;
};

CatalogTexts ReadTexts(const Catalog& catalog);

// Mean over the phrases of 1 for a stated one, else `partial_credit` times the share of its words
// that occur among the stated words; 0 when nothing is required.
double Coverage(const RequiredSkills& required, const StatedSkills& stated, double partial_credit);

// Sum of the shares of the words in `known`.
double Overlap(std::span<const WeightedWord> words, const NumberSet& known);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_SRC_SURROGATE_INDEX_H_
