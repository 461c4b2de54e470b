#include "dynajob/market/sample_vectors.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <set>
#include <tuple>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/embeddings/lexical_embedder.h"
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
namespace {

// Texts are alike that have the beginning of a word in common. Lexical vectors alone do not say so:
// those of short texts may agree by chance.
constexpr size_t kBeginning = 4;  // bytes; shorter words count as a whole
constexpr double kLeastWeight = 0.01;

std::set<std::string> WordBeginnings(std::string_view text) {
  std::set<std::string> beginnings;
  for (const std::string& word : Words(text)) beginnings.insert(word.substr(0, kBeginning));
  return beginnings;
}

// The phrases that are spelled like a text; where none is, those whose lexical vectors are nearest,
// which is chance. Made ready when first asked.
class SpellingNeighbours {
 public:
  std::vector<WeightedPhrase> Of(std::string_view text) const {
    std::call_once(once_, [this] {
      const std::vector<std::string> phrases = SampleMarketPhrases();
      lexical_ = LexicalEmbedder::Create().value();
      DYNAJOB_CHECK(lexical_->Embed(phrases, vectors_).ok(), "lexical never fails");
      for (const std::string& phrase : phrases) beginnings_.push_back(WordBeginnings(phrase));
    });
    Matrix wanted;
    const std::vector<std::string> texts = {std::string(text)};
    DYNAJOB_CHECK(lexical_->Embed(texts, wanted).ok(), "lexical never fails");
    const std::set<std::string> beginnings = WordBeginnings(text);
    std::vector<Neighbour> neighbours;
    for (size_t i = 0; i < vectors_.rows(); ++i)
      neighbours.push_back(
          {.alike = std::ranges::any_of(
               beginnings_[i], [&](const std::string& word) { return beginnings.contains(word); }),
           .cosine = std::inner_product(vectors_.Row(i).begin(), vectors_.Row(i).end(),
                                        wanted.Row(0).begin(), 0.0),
           .phrase = i});
    const auto nearest = std::span(neighbours).first(kPhrasesOfAnotherText);
    std::partial_sort(neighbours.begin(), neighbours.begin() + kPhrasesOfAnotherText,
                      neighbours.end(), Nearer);
    std::vector<WeightedPhrase> phrases;
    for (const Neighbour& neighbour : nearest)
      if (neighbour.alike == nearest.front().alike)
        phrases.push_back({neighbour.phrase, std::max(neighbour.cosine, kLeastWeight)});
    return phrases;
  }

 private:
  struct Neighbour {
    bool alike = false;
    double cosine = 0;
    size_t phrase = 0;
  };
  static bool Nearer(const Neighbour& a, const Neighbour& b) {
    return std::tuple(!a.alike, -a.cosine, a.phrase) < std::tuple(!b.alike, -b.cosine, b.phrase);
  }

  mutable std::once_flag once_;
  mutable std::unique_ptr<LexicalEmbedder> lexical_;
  // Of the phrases, in the order of the file.
  mutable Matrix vectors_;
  mutable std::vector<std::set<std::string>> beginnings_;
};

}  // namespace

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

Result<std::unique_ptr<PhraseEmbedder>> OpenSampleEmbedder(size_t dimension) {
  auto neighbours = std::make_shared<SpellingNeighbours>();
  return PhraseEmbedder::Parse(
      "sample-market+spelling", SampleVectorsFile(), dimension,
      [neighbours](std::string_view text) { return neighbours->Of(text); });
}

}  // namespace dynajob
