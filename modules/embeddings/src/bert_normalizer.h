// The text normalisation of BERT models, as Hugging Face's tokenizers library does it, since that
// is what the published models' vectors were made with.
//
// That library's tables stand at Unicode 8: a character that is newer has no category for it, so it
// is neither punctuation nor a mark here either. Lower case and decomposition are those of ICU.
// Safe for concurrent use.
#ifndef DYNAJOB_EMBEDDINGS_SRC_BERT_NORMALIZER_H_
#define DYNAJOB_EMBEDDINGS_SRC_BERT_NORMALIZER_H_

#include <string>
#include <string_view>

#include "dynajob/embeddings/wordpiece_tokenizer.h"

namespace dynajob {

// Bytes that are not UTF-8 count as U+FFFD, one for each maximal part of a broken sequence, as
// Python's bytes.decode(errors="replace") gives them. In this order: control characters and U+FFFD
// removed and white space made blanks (clean_text), blanks around CJK ideographs
// (split_cjk), canonical decomposition without non-spacing marks (strip_accents), lower case.
std::u32string NormalizeForBert(std::string_view text, const WordPieceOptions& options);

bool IsBertWhitespace(char32_t character);
// ASCII symbols count as punctuation, as in the original BERT.
bool IsBertPunctuation(char32_t character);

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_BERT_NORMALIZER_H_
