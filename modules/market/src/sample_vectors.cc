#include "dynajob/market/sample_vectors.h"

#include <set>

#include "dynajob/market/vocabulary.h"

#include "market_text.h"

// The bytes of the file, without a detour over source code that a compiler would have to parse.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    "dynajob_sample_vectors_begin:\n"
    ".incbin \"" DYNAJOB_SAMPLE_VECTORS
    "\"\n"
    "dynajob_sample_vectors_end:\n"
    ".popsection\n");

extern "C" const char dynajob_sample_vectors_begin[];
extern "C" const char dynajob_sample_vectors_end[];

namespace dynajob {

std::vector<std::string> SampleMarketPhrases() {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  std::set<std::string> phrases;
  for (const auto& skills : {vocabulary.hard_skills(), vocabulary.soft_skills()})
    phrases.insert(skills.begin(), skills.end());
  for (const Occupation& occupation : vocabulary.occupations()) {
    for (const LadderRung& rung : occupation.ladder) phrases.insert(rung.title);
    const std::vector<std::string> sentences = market_text::ExperienceSentences(occupation);
    phrases.insert(sentences.begin(), sentences.end());
  }
  return {phrases.begin(), phrases.end()};
}

std::string_view SampleVectorsFile() {
  return {dynajob_sample_vectors_begin,
          static_cast<size_t>(dynajob_sample_vectors_end - dynajob_sample_vectors_begin)};
}

Result<std::unique_ptr<PhraseEmbedder>> OpenSampleEmbedder() {
  return PhraseEmbedder::Parse("sample-market", SampleVectorsFile());
}

}  // namespace dynajob
