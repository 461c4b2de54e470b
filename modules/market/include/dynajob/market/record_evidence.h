// Why a stored job or candidate says what it says: every fact with the words that it was read from,
// found again in the stored text by the code that the importer uses.
//
// All functions are pure and safe for concurrent use; time is linear in the text.
#ifndef DYNAJOB_MARKET_RECORD_EVIDENCE_H_
#define DYNAJOB_MARKET_RECORD_EVIDENCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/types.h"
#include "dynajob/market/text_facts.h"
#include "dynajob/market/vocabulary.h"

namespace dynajob {

// Where a fact stands.
struct TextPlace {
  std::string field;  // "title", "requirements", "description", "location", "bio" or "resume"
  TextSpan span;      // bytes of that field
};

struct FactEvidence {
  std::string fact;   // "technical skill", "soft skill", "seniority", "salary", …
  std::string value;  // as the record has it
  // The first place that states it; nullopt when none does: the row that was imported had a field
  // of its own for it.
  std::optional<TextPlace> place;
};

// The text that the facts of a job or candidate are found in, and the field of each of its parts.
std::string FactText(const Job& job);
std::string FactText(const Candidate& candidate);

std::vector<FactEvidence> ExplainJob(const Job& job, const SkillVocabulary& vocabulary);
std::vector<FactEvidence> ExplainCandidate(const Candidate& candidate,
                                           const SkillVocabulary& vocabulary);

// "EUR 45,000 - 55,000 a year".
std::string PayText(const Pay& pay);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_RECORD_EVIDENCE_H_
