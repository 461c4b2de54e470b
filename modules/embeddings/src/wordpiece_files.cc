// Reads WordPieceTokenizer from the files that models come with.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"
#include "dynajob/embeddings/wordpiece_tokenizer.h"

#include "model_file.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

Error Unsupported(std::string_view what, const std::string& found) {
  return InvalidArgument(fmt::format("{} '{}' is not one of BERT's", what, found));
}

std::string TypeOf(const Json& json) {
  if (!json.is_object()) return json.is_null() ? "none" : "";
  const auto type = json.find("type");
  return type != json.end() && type->is_string() ? type->get<std::string>() : "";
}

// Absent or null: `fallback`. Another type than bool: an error.
Result<bool> BoolOr(const Json& json, const char* key, bool fallback) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return fallback;
  if (!found->is_boolean()) return CorruptData(fmt::format("'{}' is not true or false", key));
  return found->get<bool>();
}

Status ReadText(const Json& json, const char* key, std::string& value) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return Status::Ok();
  // Special tokens are written as text or as {"content": text, …}.
  const Json& text =
      found->is_object() && found->contains("content") ? (*found)["content"] : *found;
  if (!text.is_string()) return CorruptData(fmt::format("'{}' is not text", key));
  value = text.get<std::string>();
  return Status::Ok();
}

// "clean_text", "lowercase" and so on under the names of one of the two formats.
Status ReadNormalizer(const Json& json, const char* cjk_key, const char* lowercase_key,
                      WordPieceOptions& options) {
  DYNAJOB_ASSIGN_OR_RETURN(options.clean_text, BoolOr(json, "clean_text", true));
  DYNAJOB_ASSIGN_OR_RETURN(options.split_cjk, BoolOr(json, cjk_key, true));
  DYNAJOB_ASSIGN_OR_RETURN(options.lowercase, BoolOr(json, lowercase_key, true));
  DYNAJOB_ASSIGN_OR_RETURN(options.strip_accents, BoolOr(json, "strip_accents", options.lowercase));
  return Status::Ok();
}

Status ReadModel(const Json& model, WordPieceOptions& options,
                 WordPieceTokenizer::Vocabulary& vocabulary) {
  if (TypeOf(model) != "WordPiece") return Unsupported("the tokenizer model", TypeOf(model));
  DYNAJOB_RETURN_IF_ERROR(ReadText(model, "unk_token", options.unknown_token));
  DYNAJOB_RETURN_IF_ERROR(ReadText(model, "continuing_subword_prefix", options.continuation));
  const auto longest = model.find("max_input_chars_per_word");
  if (longest != model.end()) {
    if (!longest->is_number_unsigned())
      return CorruptData("'max_input_chars_per_word' is not a natural number");
    options.max_word_characters = longest->get<size_t>();
  }
  const auto entries = model.find("vocab");
  if (entries == model.end() || !entries->is_object()) return CorruptData("there is no 'vocab'");
  for (const auto& [token, id] : entries->items()) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() > INT32_MAX)
      return CorruptData(fmt::format("the id of token '{}' is not a natural number", token));
    vocabulary.emplace_back(token, id.get<int32_t>());
  }
  return Status::Ok();
}

Status ReadTemplate(const Json& processor, WordPieceOptions& options) {
  const std::string type = TypeOf(processor);
  if (type == "BertProcessing") {
    for (const auto& [key, token] :
         {std::pair{"cls", &options.first_token}, std::pair{"sep", &options.last_token}}) {
      const auto found = processor.find(key);
      if (found == processor.end() || !found->is_array() || found->empty() ||
          !(*found)[0].is_string())
        return CorruptData(fmt::format("'{}' is not a token", key));
      *token = (*found)[0].get<std::string>();
    }
    return Status::Ok();
  }
  if (type != "TemplateProcessing") return Unsupported("the post-processor", type);
  const auto parts = processor.find("single");
  const auto special = [&](size_t i, std::string& token) -> Status {
    const Json& part = (*parts)[i];
    if (!part.is_object() || !part.contains("SpecialToken") || !part["SpecialToken"].is_object())
      return InvalidArgument("the template is not: first token, text, last token");
    return ReadText(part["SpecialToken"], "id", token);
  };
  if (parts == processor.end() || !parts->is_array() || parts->size() != 3 ||
      !(*parts)[1].is_object() || !(*parts)[1].contains("Sequence"))
    return InvalidArgument("the template is not: first token, text, last token");
  DYNAJOB_RETURN_IF_ERROR(special(0, options.first_token));
  return special(2, options.last_token);
}

Result<std::vector<std::string>> ReadAddedTokens(const Json& json,
                                                 WordPieceTokenizer::Vocabulary& vocabulary) {
  std::vector<std::string> tokens;
  if (json.is_null()) return tokens;
  if (!json.is_array()) return CorruptData("'added_tokens' is not an array");
  for (const Json& entry : json) {
    std::string token;
    if (!entry.is_object() || !entry.contains("id") || !entry["id"].is_number_unsigned() ||
        entry["id"].get<uint64_t>() > INT32_MAX)
      return CorruptData("an added token has no id");
    DYNAJOB_RETURN_IF_ERROR(ReadText(entry, "content", token));
    for (const char* key : {"normalized", "lstrip", "rstrip", "single_word"}) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool set, BoolOr(entry, key, false));
      if (set) return Unsupported(fmt::format("'{}' of the added token", key), token);
    }
    const bool known =
        std::any_of(vocabulary.begin(), vocabulary.end(),
                    [&](const auto& known_token) { return known_token.first == token; });
    if (!known) vocabulary.emplace_back(token, entry["id"].get<int32_t>());
    tokens.push_back(token);
  }
  return tokens;
}

Result<WordPieceOptions> OptionsFromConfig(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return CorruptData("not a JSON object");
  WordPieceOptions options;
  DYNAJOB_RETURN_IF_ERROR(ReadNormalizer(json, "tokenize_chinese_chars", "do_lower_case", options));
  DYNAJOB_RETURN_IF_ERROR(ReadText(json, "unk_token", options.unknown_token));
  DYNAJOB_RETURN_IF_ERROR(ReadText(json, "cls_token", options.first_token));
  DYNAJOB_RETURN_IF_ERROR(ReadText(json, "sep_token", options.last_token));
  return options;
}

}  // namespace

Result<WordPieceTokenizer> WordPieceTokenizer::FromVocabularyText(std::string_view text,
                                                                  const WordPieceOptions& options) {
  Vocabulary vocabulary;
  std::vector<std::string> special;
  int32_t id = 0;
  for (size_t begin = 0; begin < text.size(); ++id) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin = end + 1;
    if (line.empty()) continue;  // the number is taken all the same
    vocabulary.emplace_back(line, id);
    for (const std::string_view token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
      if (line == token) special.emplace_back(token);
  }
  return Create(vocabulary, special, options);
}

Result<WordPieceTokenizer> WordPieceTokenizer::FromJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("model")) return CorruptData("not a tokenizer file");
  const auto part = [&](const char* key) { return json.contains(key) ? json[key] : Json(); };
  WordPieceOptions options;
  Vocabulary vocabulary;
  DYNAJOB_RETURN_IF_ERROR(ReadModel(json["model"], options, vocabulary));
  if (const Json normalizer = part("normalizer"); TypeOf(normalizer) == "BertNormalizer") {
    DYNAJOB_RETURN_IF_ERROR(
        ReadNormalizer(normalizer, "handle_chinese_chars", "lowercase", options));
  } else {
    return Unsupported("the normaliser", TypeOf(normalizer));
  }
  if (const Json splitter = part("pre_tokenizer"); TypeOf(splitter) != "BertPreTokenizer")
    return Unsupported("the pre-tokenizer", TypeOf(splitter));
  DYNAJOB_RETURN_IF_ERROR(ReadTemplate(part("post_processor"), options));
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<std::string> special,
                           ReadAddedTokens(part("added_tokens"), vocabulary));
  return Create(vocabulary, special, options);
}

Result<WordPieceTokenizer> WordPieceTokenizer::FromFolder(const std::filesystem::path& folder) {
  const std::filesystem::path json_path = folder / "tokenizer.json";
  if (const auto json = ReadFile(json_path); json.ok()) {
    auto tokenizer = FromJson(*json);
    if (!tokenizer.ok()) return InFile(json_path, tokenizer.error());
    return tokenizer;
  } else if (json.error().code != ErrorCode::kNotFound) {
    return json.error();
  }
  const std::filesystem::path path = folder / "vocab.txt";
  const auto text = ReadFile(path);
  if (!text.ok() && text.error().code == ErrorCode::kNotFound)
    return NotFound(
        fmt::format("{}: there is neither tokenizer.json nor vocab.txt (a WordPiece "
                    "vocabulary)",
                    folder.string()));
  if (!text.ok()) return text.error();
  WordPieceOptions options;
  const std::filesystem::path config_path = folder / "tokenizer_config.json";
  if (const auto config = ReadFile(config_path); config.ok()) {
    const auto read = OptionsFromConfig(*config);
    if (!read.ok()) return InFile(config_path, read.error());
    options = *read;
  } else if (config.error().code != ErrorCode::kNotFound) {
    return config.error();
  }
  auto tokenizer = FromVocabularyText(*text, options);
  if (!tokenizer.ok()) return InFile(path, tokenizer.error());
  return tokenizer;
}

}  // namespace dynajob
