// Sentence embeddings of the sample market without a model: every phrase that the generator can put
// into an embedded field, with its vector by all-MiniLM-L6-v2, compiled into the program. A market
// of any size consists of the same phrases.
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

// An embedder with these vectors.
Result<std::unique_ptr<PhraseEmbedder>> OpenSampleEmbedder();

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SAMPLE_VECTORS_H_
