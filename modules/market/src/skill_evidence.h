// Whether the words around a phrase show that it means a skill: "proficient in R", "Go developer",
// "Python, R and SQL"; and when they show that it does not: "the recruiting team".
#ifndef DYNAJOB_MARKET_SKILL_EVIDENCE_H_
#define DYNAJOB_MARKET_SKILL_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "skill_scan.h"
#include "word_table.h"

namespace dynajob {

// The tokens of a phrase, both included.
struct SkillSpan {
  size_t first_token = 0;
  size_t last_token = 0;
};

// Immutable; safe for concurrent use.
class SkillEvidence {
 public:
  // Adds the words that it looks for to `words`, whose ids scans must have.
  explicit SkillEvidence(WordTable& words);

  // A word such as "programming" after the phrase, or "proficient in" before it, or nothing else.
  bool HasCue(const SkillScan& scan, const SkillSpan& hit) const;
  // "The recruiting team", "with procurement, sales and finance colleagues": whoever follows the
  // phrase, or the end of a short list that it is in, is meant.
  bool NamesPeople(const SkillScan& scan, const SkillSpan& hit) const;
  // Whether the phrase is all of a line or of an item of a list.
  static bool StandsAlone(const SkillScan& scan, const SkillSpan& hit);
  // Whether two phrases, in this order, are items of one list.
  bool AreListNeighbours(const SkillScan& scan, const SkillSpan& left,
                         const SkillSpan& right) const;
  // "SQL on Snowflake", "unit tests with Jest": a preposition between two skills.
  bool AreJoinedByPreposition(const SkillScan& scan, const SkillSpan& left,
                              const SkillSpan& right) const;

 private:
  bool Is(WordTable::Id word, uint8_t role) const {
    return word < roles_.size() && (roles_[word] & role) != 0;
  }
  void AddRole(WordTable& words, std::string_view word, uint8_t role);

  std::vector<uint8_t> roles_;  // by word: what it says about a skill beside it
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SKILL_EVIDENCE_H_
