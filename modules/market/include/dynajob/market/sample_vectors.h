// Sentence embeddings of the sample market without a model: every phrase that the generator can put
// into an embedded field, with its vector by all-MiniLM-L6-v2, compiled into the program. A market
// of any size consists of the same phrases.
//
// The vectors are rotated to their principal axes, which leaves every cosine as it is and lets them
// be cut: with 64 of 384 coordinates cosines still correlate with the whole ones by .977.
//
// People paste profiles and post jobs of their own into a sample market: a text that is none of the
// phrases gets the vectors of those that are spelled most like it (the nearest by lexical_embedder.h,
// weighted by similarity), and arbitrary ones when none is. That is a makeshift, not a sentence
// embedding.
//
// `make sample-vectors` makes the file anew, after a change of the vocabulary or of the sentences.
#ifndef DYNAJOB_MARKET_SAMPLE_VECTORS_H_
#define DYNAJOB_MARKET_SAMPLE_VECTORS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/embeddings/phrase_embedder.h"

namespace dynajob {

// Skills, titles, and the sentences of experience requirements; sorted, without duplicates.
std::vector<std::string> SampleMarketPhrases();

// The file, in the format of phrase_embedder.h.
std::string_view SampleVectorsFile();

// How many phrases are taken for another text at the most.
inline constexpr size_t kPhrasesOfAnotherText = 5;

// An embedder with the first `dimension` coordinates of these vectors, all 384 by default.
Result<std::unique_ptr<PhraseEmbedder>> OpenSampleEmbedder(
    size_t dimension = PhraseEmbedder::kWhole);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SAMPLE_VECTORS_H_
