// WordPiece tokenisation of BERT models (Devlin et al. 2019, "BERT", section 3; the greedy matching
// is that of Wu et al. 2016, "Google's Neural Machine Translation System", as BERT's code has it).
//
// Gives the token ids of Hugging Face's tokenizers library (its BertNormalizer, BertPreTokenizer
// and WordPiece model), which sentence-transformers uses: on the same bytes, read as
// bytes.decode("utf-8", errors="replace"), the ids are the same. Special tokens written in the
// text, such as "[SEP]", are those tokens, as they are there.
//
// Any bytes are accepted. Immutable after construction and safe for concurrent use.
#ifndef DYNAJOB_EMBEDDINGS_WORDPIECE_TOKENIZER_H_
#define DYNAJOB_EMBEDDINGS_WORDPIECE_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

struct WordPieceOptions {
  bool clean_text = true;     // drop control characters, make white space blanks
  bool split_cjk = true;      // every CJK ideograph is a word
  bool strip_accents = true;  // "résumé" -> "resume"
  bool lowercase = true;
  std::string continuation = "##";  // marks a piece that continues a word
  std::string unknown_token = "[UNK]";
  std::string first_token = "[CLS]";
  std::string last_token = "[SEP]";
  size_t max_word_characters = 100;  // a longer word is unknown
};

class WordPieceTokenizer {
 public:
  using Vocabulary = std::vector<std::pair<std::string, int32_t>>;

  // From tokenizer.json if the folder has one, else from vocab.txt with tokenizer_config.json if
  // there is one. kNotFound: neither file. Other failures as below, naming the file.
  static Result<WordPieceTokenizer> FromFolder(const std::filesystem::path& folder);
  // One token per line, numbered from 0; the usual special tokens ("[CLS]", "[MASK]", …) as far as
  // they are in it. kCorruptData: no tokens, a token twice, a special token missing.
  static Result<WordPieceTokenizer> FromVocabularyText(std::string_view text,
                                                       const WordPieceOptions& options = {});
  // The tokenizers library's own format. kCorruptData for what is not that; kInvalidArgument,
  // naming it, for a part that BERT's tokenizers do not have (another model, normaliser or
  // template).
  static Result<WordPieceTokenizer> FromJson(std::string_view text);
  // `special_tokens` are found in texts before anything else happens to them.
  static Result<WordPieceTokenizer> Create(const Vocabulary& vocabulary,
                                           const std::vector<std::string>& special_tokens,
                                           const WordPieceOptions& options);

  // The ids of the text's pieces, without first and last token, however long. With `limit`, at
  // least that many if there are so many; work beyond it is saved.
  std::vector<int32_t> Pieces(std::string_view text, size_t limit = SIZE_MAX) const;
  // First token, the first max_length - 2 pieces, last token. Requires max_length >= 2.
  std::vector<int32_t> Encode(std::string_view text, size_t max_length) const;

  int32_t first_id() const { return first_id_; }
  int32_t last_id() const { return last_id_; }
  // Whether a piece continues a word.
  bool Continues(int32_t id) const;
  // One more than the largest id.
  size_t id_limit() const { return continues_.size(); }
  // A hash of all that ids depend on.
  uint64_t Fingerprint() const { return fingerprint_; }
  const WordPieceOptions& options() const { return options_; }

 private:
  // Lookup by string_view without a copy.
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using PieceMap = std::unordered_map<std::string, int32_t, Hash, std::equal_to<>>;

  WordPieceTokenizer() = default;
  Result<int32_t> IdOf(const std::string& token) const;
  void AddSegment(std::string_view text, size_t limit, std::vector<int32_t>& ids) const;
  void AddWord(std::u32string_view word, std::vector<int32_t>& ids) const;

  WordPieceOptions options_;
  PieceMap starts_;         // pieces that start a word
  PieceMap continuations_;  // those that continue one, without the mark
  size_t longest_ = 0;      // bytes of the longest piece
  std::vector<char> continues_;
  std::vector<std::pair<std::string, int32_t>> special_;  // longest first
  int32_t unknown_id_ = 0;
  int32_t first_id_ = 0;
  int32_t last_id_ = 0;
  uint64_t fingerprint_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_WORDPIECE_TOKENIZER_H_
