#include "bert_config.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"

#include "model_file.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

Result<Json> ParseObject(std::string_view text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return CorruptData("not a JSON object");
  return json;
}

Result<size_t> Size(const Json& json, const char* key, size_t low, size_t high) {
  const auto found = json.find(key);
  if (found == json.end()) return CorruptData(fmt::format("'{}' is missing", key));
  if (!found->is_number_unsigned() || found->get<uint64_t>() < low || found->get<uint64_t>() > high)
    return CorruptData(
        fmt::format("'{}' is {}; the limits are {} to {}", key, found->dump(), low, high));
  return found->get<size_t>();
}

std::string TextOr(const Json& json, const char* key, const char* fallback) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : fallback;
}

bool IsTrue(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

Status RefuseOtherArchitectures(const Json& json) {
  const std::string type = TextOr(json, "model_type", "");
  if (type != "bert")
    return InvalidArgument(fmt::format(
        "the architecture '{}' is not supported; \"model_type\" must be \"bert\"", type));
  const std::string positions = TextOr(json, "position_embedding_type", "absolute");
  if (positions != "absolute")
    return InvalidArgument(
        fmt::format("position_embedding_type '{}' is not supported; absolute is", positions));
  for (const char* key : {"is_decoder", "add_cross_attention"})
    if (IsTrue(json, key))
      return InvalidArgument(fmt::format("'{}' is true; only encoders are supported", key));
  return Status::Ok();
}

Result<BertActivation> ReadActivation(const Json& json) {
  const std::string name = TextOr(json, "hidden_act", "gelu");
  if (name == "gelu") return BertActivation::kGelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return BertActivation::kGeluTanh;
  if (name == "relu") return BertActivation::kRelu;
  return InvalidArgument(fmt::format(
      "hidden_act '{}' is not supported; gelu, gelu_new, gelu_pytorch_tanh and relu are", name));
}

// Calls `apply` with the file's text; nothing when there is no such file.
template <typename Apply>
Status ApplyFile(const std::filesystem::path& path, const Apply& apply) {
  const auto text = ReadFile(path);
  if (!text.ok())
    return text.error().code == ErrorCode::kNotFound ? Status::Ok() : Status(text.error());
  const Status status = apply(*text);
  return status.ok() ? status : Status(InFile(path, status.error()));
}

// The modules of a sentence-transformers pipeline, of which the first is the encoder.
Status ApplyModules(const std::filesystem::path& folder, std::string_view text,
                    BertConfig& config) {
  const Json modules = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!modules.is_array()) return CorruptData("not a JSON array");
  for (const Json& module : modules) {
    if (!module.is_object()) return CorruptData("a module is not an object");
    const std::string type = TextOr(module, "type", "");
    const std::string kind = type.substr(type.rfind('.') + 1);
    if (kind == "Transformer" || kind == "Normalize") continue;  // all vectors are normalised
    if (kind != "Pooling")
      return InvalidArgument(fmt::format(
          "the module '{}' is not supported; Transformer, Pooling and Normalize are", type));
    // The path must stay in the folder.
    const std::filesystem::path path = TextOr(module, "path", "");
    if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end())
      return InvalidArgument(
          fmt::format("the module's path '{}' leaves the folder", path.string()));
    DYNAJOB_RETURN_IF_ERROR(ApplyFile(
        folder / path / "config.json",
        [&config](std::string_view pooling) { return ApplyPoolingConfig(pooling, config); }));
  }
  return Status::Ok();
}

Status RefusePrompts(std::string_view text) {
  DYNAJOB_ASSIGN_OR_RETURN(const Json json, ParseObject(text));
  const std::string prompt = TextOr(json, "default_prompt_name", "");
  if (prompt.empty()) return Status::Ok();
  return InvalidArgument(fmt::format(
      "the model puts the prompt '{}' before every text, which is not supported", prompt));
}

}  // namespace

std::string_view ToString(Pooling pooling) {
  switch (pooling) {
    case Pooling::kMean:
      return "mean";
    case Pooling::kFirstToken:
      return "cls";
    case Pooling::kMax:
      return "max";
  }
  return "unknown";
}

Result<BertConfig> ParseBertConfig(std::string_view text) {
  DYNAJOB_ASSIGN_OR_RETURN(const Json json, ParseObject(text));
  DYNAJOB_RETURN_IF_ERROR(RefuseOtherArchitectures(json));
  BertConfig config;
  DYNAJOB_ASSIGN_OR_RETURN(config.hidden, Size(json, "hidden_size", 1, 8192));
  DYNAJOB_ASSIGN_OR_RETURN(config.heads, Size(json, "num_attention_heads", 1, config.hidden));
  DYNAJOB_ASSIGN_OR_RETURN(config.layers, Size(json, "num_hidden_layers", 1, 128));
  DYNAJOB_ASSIGN_OR_RETURN(config.intermediate, Size(json, "intermediate_size", 1, 65'536));
  DYNAJOB_ASSIGN_OR_RETURN(config.vocabulary, Size(json, "vocab_size", 4, 10'000'000));
  DYNAJOB_ASSIGN_OR_RETURN(config.positions, Size(json, "max_position_embeddings", 3, 65'536));
  DYNAJOB_ASSIGN_OR_RETURN(config.token_types, Size(json, "type_vocab_size", 1, 1024));
  if (config.hidden % config.heads != 0)
    return CorruptData(fmt::format("hidden_size {} is not a multiple of num_attention_heads {}",
                                   config.hidden, config.heads));
  DYNAJOB_ASSIGN_OR_RETURN(config.activation, ReadActivation(json));
  if (const auto epsilon = json.find("layer_norm_eps"); epsilon != json.end()) {
    if (!epsilon->is_number() || !(epsilon->get<double>() > 0) || epsilon->get<double>() > 1)
      return CorruptData(
          fmt::format("'layer_norm_eps' is {}; above 0 and at most 1", epsilon->dump()));
    config.layer_norm_epsilon = epsilon->get<float>();
  }
  const std::string name = TextOr(json, "_name_or_path", "");
  config.name = name.substr(name.find_last_of("/\\") + 1);
  config.max_length = config.positions;
  return config;
}

Status ApplyPoolingConfig(std::string_view text, BertConfig& config) {
  DYNAJOB_ASSIGN_OR_RETURN(const Json json, ParseObject(text));
  const std::pair<const char*, Pooling> kinds[] = {{"pooling_mode_mean_tokens", Pooling::kMean},
                                                   {"pooling_mode_cls_token", Pooling::kFirstToken},
                                                   {"pooling_mode_max_tokens", Pooling::kMax}};
  size_t chosen = 0;
  for (const auto& [key, pooling] : kinds) {
    if (!IsTrue(json, key)) continue;
    config.pooling = pooling;
    ++chosen;
  }
  for (const auto& [key, value] : json.items()) {
    const bool known = std::any_of(std::begin(kinds), std::end(kinds),
                                   [&key = key](const auto& kind) { return key == kind.first; });
    if (key.starts_with("pooling_mode_") && !known && IsTrue(json, key.c_str()))
      return InvalidArgument(fmt::format("the pooling '{}' is not supported", key));
  }
  // Newer versions write one name.
  if (const std::string mode = TextOr(json, "pooling_mode", ""); !mode.empty()) {
    ++chosen;
    if (mode == "mean") {
      config.pooling = Pooling::kMean;
    } else if (mode == "cls") {
      config.pooling = Pooling::kFirstToken;
    } else if (mode == "max") {
      config.pooling = Pooling::kMax;
    } else {
      return InvalidArgument(fmt::format("the pooling '{}' is not supported", mode));
    }
  }
  if (chosen != 1)
    return InvalidArgument(fmt::format("{} kinds of pooling are chosen; 1 is supported", chosen));
  return Status::Ok();
}

Status ApplySentenceConfig(std::string_view text, BertConfig& config) {
  DYNAJOB_ASSIGN_OR_RETURN(const Json json, ParseObject(text));
  if (!json.contains("max_seq_length") || json["max_seq_length"].is_null()) return Status::Ok();
  DYNAJOB_ASSIGN_OR_RETURN(const size_t length, Size(json, "max_seq_length", 3, 1'000'000));
  config.max_length = std::min(length, config.positions);
  if (IsTrue(json, "do_lower_case"))
    return InvalidArgument(
        "'do_lower_case' is true; lower case as a step before the tokenizer is not supported");
  return Status::Ok();
}

Result<BertConfig> ReadBertConfig(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  const auto text = ReadFile(path);
  if (!text.ok()) return text.error();
  auto config = ParseBertConfig(*text);
  if (!config.ok()) return InFile(path, config.error());
  DYNAJOB_RETURN_IF_ERROR(ApplyFile(folder / "modules.json", [&](std::string_view modules) {
    return ApplyModules(folder, modules, *config);
  }));
  DYNAJOB_RETURN_IF_ERROR(
      ApplyFile(folder / "sentence_bert_config.json",
                [&](std::string_view sentence) { return ApplySentenceConfig(sentence, *config); }));
  DYNAJOB_RETURN_IF_ERROR(ApplyFile(folder / "config_sentence_transformers.json", RefusePrompts));
  return config;
}

}  // namespace dynajob
