#include "dynajob/embeddings/wordpiece_tokenizer.h"

#include <algorithm>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/core/rng.h"

#include "bert_normalizer.h"

namespace dynajob {
namespace {

constexpr int32_t kMaximumId = 10'000'000;  // the largest vocabularies in use have a million tokens

void AppendUtf8(char32_t character, std::string& out) {
  const auto byte = [&out](uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xC0 | character >> 6);
    byte(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    byte(0xE0 | character >> 12);
    byte(0x80 | (character >> 6 & 0x3F));
    byte(0x80 | (character & 0x3F));
  } else {
    byte(0xF0 | character >> 18);
    byte(0x80 | (character >> 12 & 0x3F));
    byte(0x80 | (character >> 6 & 0x3F));
    byte(0x80 | (character & 0x3F));
  }
}

// Independent of the order of the vocabulary.
uint64_t HashOf(const WordPieceTokenizer::Vocabulary& vocabulary, const WordPieceOptions& options) {
  uint64_t sum = 0;
  for (const auto& [token, id] : vocabulary) sum += HashBytes(token, static_cast<uint64_t>(id) + 1);
  const std::string rest = fmt::format(
      "{} {} {} {} {} {} {} {} {}", options.clean_text, options.split_cjk, options.strip_accents,
      options.lowercase, options.continuation, options.unknown_token, options.first_token,
      options.last_token, options.max_word_characters);
  return MixHash(sum, HashBytes(rest));
}

bool IsContinuationByte(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

Result<WordPieceTokenizer> WordPieceTokenizer::Create(
    const Vocabulary& vocabulary, const std::vector<std::string>& special_tokens,
    const WordPieceOptions& options) {
  if (options.max_word_characters == 0)
    return CorruptData("the longest word may have 0 characters; at least 1");
  WordPieceTokenizer tokenizer;
  tokenizer.options_ = options;
  for (const auto& [token, id] : vocabulary) {
    if (id < 0 || id > kMaximumId)
      return CorruptData(
          fmt::format("token '{}' has id {}; the limits are 0 to {}", token, id, kMaximumId));
    const bool continues = !options.continuation.empty() &&
                           token.size() > options.continuation.size() &&
                           token.starts_with(options.continuation);
    auto& pieces = continues ? tokenizer.continuations_ : tokenizer.starts_;
    const std::string piece = continues ? token.substr(options.continuation.size()) : token;
    if (!pieces.emplace(piece, id).second)
      return CorruptData(fmt::format("token '{}' is twice in the vocabulary", token));
    tokenizer.longest_ = std::max(tokenizer.longest_, piece.size());
    const auto index = static_cast<size_t>(id);
    if (index >= tokenizer.continues_.size()) tokenizer.continues_.resize(index + 1, 0);
    tokenizer.continues_[index] = continues ? 1 : 0;
  }
  DYNAJOB_ASSIGN_OR_RETURN(tokenizer.unknown_id_, tokenizer.IdOf(options.unknown_token));
  DYNAJOB_ASSIGN_OR_RETURN(tokenizer.first_id_, tokenizer.IdOf(options.first_token));
  DYNAJOB_ASSIGN_OR_RETURN(tokenizer.last_id_, tokenizer.IdOf(options.last_token));
  for (const std::string& token : special_tokens) {
    if (token.empty()) return CorruptData("a special token is empty");
    DYNAJOB_ASSIGN_OR_RETURN(const int32_t id, tokenizer.IdOf(token));
    tokenizer.special_.emplace_back(token, id);
  }
  std::stable_sort(tokenizer.special_.begin(), tokenizer.special_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  tokenizer.fingerprint_ = HashOf(vocabulary, options);
  return tokenizer;
}

Result<int32_t> WordPieceTokenizer::IdOf(const std::string& token) const {
  const auto found = starts_.find(token);
  if (found == starts_.end())
    return CorruptData(fmt::format("the vocabulary lacks the token '{}'", token));
  return found->second;
}

bool WordPieceTokenizer::Continues(int32_t id) const {
  return id >= 0 && static_cast<size_t>(id) < continues_.size() &&
         continues_[static_cast<size_t>(id)] != 0;
}

// Longest match first from the left; a word of which some part matches nothing is unknown as a
// whole.
void WordPieceTokenizer::AddWord(std::u32string_view word, std::vector<int32_t>& ids) const {
  const size_t first = ids.size();
  if (word.size() > options_.max_word_characters) {
    ids.push_back(unknown_id_);
    return;
  }
  std::string bytes;
  for (const char32_t character : word) AppendUtf8(character, bytes);
  const std::string_view text = bytes;
  for (size_t begin = 0; begin < text.size();) {
    const PieceMap& pieces = begin == 0 ? starts_ : continuations_;
    size_t length = std::min(longest_, text.size() - begin);
    auto found = pieces.end();
    for (; length > 0; --length) {
      const bool whole = begin + length == text.size() || !IsContinuationByte(text[begin + length]);
      if (whole && (found = pieces.find(text.substr(begin, length))) != pieces.end()) break;
    }
    if (length == 0) {
      ids.resize(first);
      ids.push_back(unknown_id_);
      return;
    }
    ids.push_back(found->second);
    begin += length;
  }
}

void WordPieceTokenizer::AddSegment(std::string_view text, size_t limit,
                                    std::vector<int32_t>& ids) const {
  const std::u32string normalized = NormalizeForBert(text, options_);
  const std::u32string_view characters = normalized;
  size_t begin = 0;  // of the word that is being read
  for (size_t i = 0; i <= characters.size() && ids.size() < limit; ++i) {
    const bool end = i == characters.size();
    const bool punctuation = !end && IsBertPunctuation(characters[i]);
    if (!end && !punctuation && !IsBertWhitespace(characters[i])) continue;
    if (i > begin) AddWord(characters.substr(begin, i - begin), ids);
    if (punctuation) AddWord(characters.substr(i, 1), ids);
    begin = i + 1;
  }
}

std::vector<int32_t> WordPieceTokenizer::Pieces(std::string_view text, size_t limit) const {
  std::vector<int32_t> ids;
  size_t begin = 0;  // of the text since the last special token
  for (size_t i = 0; i < text.size() && ids.size() < limit;) {
    const auto special = std::find_if(special_.begin(), special_.end(), [&](const auto& token) {
      return text.substr(i).starts_with(token.first);
    });
    if (special == special_.end()) {
      ++i;
      continue;
    }
    AddSegment(text.substr(begin, i - begin), limit, ids);
    ids.push_back(special->second);
    begin = i += special->first.size();
  }
  if (ids.size() < limit) AddSegment(text.substr(begin), limit, ids);
  return ids;
}

std::vector<int32_t> WordPieceTokenizer::Encode(std::string_view text, size_t max_length) const {
  DYNAJOB_CHECK(max_length >= 2, "no room for the first and the last token");
  std::vector<int32_t> ids = Pieces(text, max_length - 2);
  ids.resize(std::min(ids.size(), max_length - 2));
  ids.insert(ids.begin(), first_id_);
  ids.push_back(last_id_);
  return ids;
}

}  // namespace dynajob
