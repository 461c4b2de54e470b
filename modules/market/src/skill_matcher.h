// Finds spellings of known skills in a text: a trie over words, longest match first.
//
// A spelling that is also plain English is guarded. kExactCase: it counts only when written in
// exactly that case ("SAP"). kEvidence: the case must be exact and something beside it must show
// that a skill is meant: a known skill next to it in a list ("Python, R and SQL"), a word such as
// "programming" after it, or a phrase such as "proficient in" before it. kContext: in any case,
// with the same evidence, and not where it names other people ("the recruiting team"); a line or a
// list item of its own counts as evidence.
//
// Plural forms match singular ones and the other way round; '&' matches "and"; hyphens, slashes and
// apostrophes match spaces. A phrase never spans a comma, a full stop or an empty line.
//
// Time is linear in the text: a word is looked up once, and a phrase has at most kMaxPhraseWords.
#ifndef DYNAJOB_MARKET_SKILL_MATCHER_H_
#define DYNAJOB_MARKET_SKILL_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skill_evidence.h"
#include "skill_scan.h"
#include "word_table.h"

namespace dynajob {

enum class SpellingGuard { kNone, kExactCase, kContext, kEvidence };

// Add everything first; then Find is safe for concurrent use.
class SkillMatcher {
 public:
  static constexpr int kNotASkill = -1;
  static constexpr size_t kMaxPhraseWords = 16;

  struct Match {
    int target = kNotASkill;
    size_t begin = 0;  // bytes of the text
    size_t end = 0;
  };

  enum class Added { kNew, kKnown, kTaken, kNoWord, kTooLong };

  SkillMatcher();

  // `target` is the caller's number of the skill, or kNotASkill. kTaken: the spelling belongs to
  // another target already and was not added; kNoWord: it has no letter or digit.
  Added Add(std::string_view spelling, int target, SpellingGuard guard);

  // What `text` mentions, in order of appearance, repetitions included. At most 4 GiB are searched.
  std::vector<Match> Find(std::string_view text) const;

  // The target of a phrase that is as a whole one spelling, whatever its guard; kNotASkill if none.
  int Lookup(std::string_view phrase) const;

 private:
  using WordId = WordTable::Id;
  struct Spelling {
    int target = kNotASkill;
    SpellingGuard guard = SpellingGuard::kNone;
    std::string exact;
  };
  struct Node {
    std::vector<Spelling> spellings;
    std::vector<std::pair<WordId, uint32_t>> children;  // few, but for the root
  };
  struct Hit : SkillSpan {
    const Spelling* spelling = nullptr;
    bool accepted = false;
    int target() const { return spelling->target; }
  };

  // The node that a phrase beginning with this word leads to; 0: none.
  uint32_t First(WordId word) const { return word < first_.size() ? first_[word] : 0; }
  uint32_t Child(uint32_t node, WordId word) const;  // 0: none
  uint32_t AddChild(uint32_t node, WordId word);
  const Spelling* BestSpelling(const Node& node, std::string_view source) const;
  Hit LongestHit(const SkillScan& scan, size_t first) const;
  std::vector<Hit> CollectHits(const SkillScan& scan) const;
  void AcceptInDenseLines(const SkillScan& scan, std::vector<Hit>& hits) const;

  WordTable words_;
  SkillEvidence evidence_;
  std::vector<Node> nodes_;      // nodes_[0] is the root
  std::vector<uint32_t> first_;  // by word: the root's child
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SKILL_MATCHER_H_
