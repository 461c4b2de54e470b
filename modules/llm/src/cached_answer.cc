#include "dynajob/llm/cached_answer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/llm/digest.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAnswerForm = "dynajob.answer/1";
constexpr std::string_view kProfileForm = "dynajob.endpoint/1";
constexpr std::string_view kProfilePrefix = "endpoint-";
constexpr std::array kModes = {AnswerMode::kJsonSchema, AnswerMode::kLlamaSchema,
                               AnswerMode::kJsonObject, AnswerMode::kText};

void AppendNetstring(std::string& out, std::string_view field) {
  out += fmt::format("{}:", field.size());
  out += field;
  out += ',';
}

bool IsDigest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Replies are untrusted: bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Reads typed members of one JSON object and remembers the first thing wrong.
class Reader {
 public:
  Reader(std::string_view json, std::string_view form) {
    root_ = Json::parse(json, nullptr, false);
    if (root_.is_discarded()) {
      Fail("not JSON");
    } else if (!root_.is_object()) {
      Fail("not an object");
    } else if (Text("form") != form) {
      Fail(fmt::format("'form' is not '{}'", form));
    }
  }

  std::string Text(const char* key) {
    const Json* value = Member(key);
    if (value == nullptr) return {};
    if (!value->is_string()) return Fail(fmt::format("'{}' is not text", key)), std::string();
    return value->get<std::string>();
  }

  uint64_t Count(const char* key) {
    const Json* value = Member(key);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned()) return Fail(fmt::format("'{}' is not a count", key)), 0;
    return value->get<uint64_t>();
  }

  std::optional<double> Cost(const char* key) {
    if (!root_.is_object() || !root_.contains(key)) return std::nullopt;
    const Json& value = root_[key];
    if (value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0)
      return value.get<double>();
    Fail(fmt::format("'{}' is not an amount", key));
    return std::nullopt;
  }

  std::vector<TokenAlternative> Choices(const char* key) {
    std::vector<TokenAlternative> choices;
    const Json* list = Member(key);
    if (list == nullptr) return choices;
    if (!list->is_array()) return Fail(fmt::format("'{}' is not a list", key)), choices;
    for (const Json& item : *list) {
      const bool good = item.is_array() && item.size() == 2 && item[0].is_string() &&
                        item[1].is_number() && std::isfinite(item[1].get<double>()) &&
                        item[1].get<double>() <= 1e-6;
      if (!good) return Fail(fmt::format("'{}' has an item that is not a choice", key)), choices;
      choices.push_back({item[0].get<std::string>(), item[1].get<double>()});
    }
    return choices;
  }

  Status status() const {
    return problem_.empty() ? Status::Ok() : Status(CorruptData("a cached label: " + problem_));
  }

 private:
  const Json* Member(const char* key) {
    if (!root_.is_object()) return nullptr;
    const auto found = root_.find(key);
    if (found == root_.end()) return Fail(fmt::format("'{}' is missing", key)), nullptr;
    return &*found;
  }

  void Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  Json root_;
  std::string problem_;
};

}  // namespace

std::string AnswerKey(const ModelIdentity& identity, std::string_view prompt_version,
                      const ChatRequest& request) {
  std::string form;
  AppendNetstring(form, kAnswerForm);
  AppendNetstring(form, identity.base_url);
  AppendNetstring(form, identity.model);
  AppendNetstring(form, identity.fingerprint);
  AppendNetstring(form, prompt_version);
  AppendNetstring(form, fmt::format("{}", request.messages.size()));
  for (const ChatMessage& message : request.messages) {
    AppendNetstring(form, message.role);
    AppendNetstring(form, message.content);
  }
  AppendNetstring(form,
                  fmt::format("{} {} {} {}", request.sampling.temperature, request.sampling.top_p,
                              request.sampling.seed, request.sampling.max_tokens));
  AppendNetstring(form, ToString(request.mode));
  AppendNetstring(form, request.json_schema);
  AppendNetstring(form, fmt::format("{}", request.top_logprobs));
  return Sha256Hex(form);
}

std::string SerializeAnswer(const CachedAnswer& answer) {
  Json json = {{"form", kAnswerForm}, {"text", answer.text}, {"defect", answer.defect}};
  json["choices"] = Json::array();
  for (const TokenAlternative& choice : answer.choices)
    json["choices"].push_back(Json::array({choice.token, choice.logprob}));
  json["prompt_tokens"] = answer.usage.prompt_tokens;
  json["completion_tokens"] = answer.usage.completion_tokens;
  json["usage_reported"] = answer.usage.reported ? 1u : 0u;
  if (answer.usage.cost_usd) json["reported_cost_usd"] = *answer.usage.cost_usd;
  if (answer.cost_usd) json["cost_usd"] = *answer.cost_usd;
  json["model"] = answer.model;
  json["fingerprint"] = answer.fingerprint;
  return Dump(json);
}

Result<CachedAnswer> ParseCachedAnswer(std::string_view json) {
  Reader reader(json, kAnswerForm);
  CachedAnswer answer;
  answer.text = reader.Text("text");
  answer.defect = reader.Text("defect");
  answer.choices = reader.Choices("choices");
  answer.usage.prompt_tokens = reader.Count("prompt_tokens");
  answer.usage.completion_tokens = reader.Count("completion_tokens");
  answer.usage.reported = reader.Count("usage_reported") != 0;
  answer.usage.cost_usd = reader.Cost("reported_cost_usd");
  answer.cost_usd = reader.Cost("cost_usd");
  answer.model = reader.Text("model");
  answer.fingerprint = reader.Text("fingerprint");
  DYNAJOB_RETURN_IF_ERROR(reader.status());
  return answer;
}

std::string ProfileKey(std::string_view base_url, std::string_view model) {
  std::string form;
  AppendNetstring(form, kProfileForm);
  AppendNetstring(form, base_url);
  AppendNetstring(form, model);
  return std::string(kProfilePrefix) + Sha256Hex(form);
}

std::string SerializeProfile(const EndpointProfile& profile) {
  return Dump({{"form", kProfileForm},
               {"mode", ToString(profile.mode)},
               {"top_logprobs", static_cast<uint64_t>(profile.top_logprobs)},
               {"fingerprint", profile.fingerprint}});
}

Result<EndpointProfile> ParseProfile(std::string_view json) {
  constexpr uint64_t kMostAlternatives = 1000;
  Reader reader(json, kProfileForm);
  EndpointProfile profile;
  const std::string mode = reader.Text("mode");
  const uint64_t top_logprobs = reader.Count("top_logprobs");
  profile.fingerprint = reader.Text("fingerprint");
  DYNAJOB_RETURN_IF_ERROR(reader.status());
  const auto* known = std::find_if(kModes.begin(), kModes.end(), [&mode](AnswerMode known_mode) {
    return ToString(known_mode) == mode;
  });
  if (known == kModes.end() || top_logprobs > kMostAlternatives)
    return CorruptData(fmt::format("an endpoint's profile: mode '{}' or top_logprobs {} is unknown",
                                   mode, top_logprobs));
  profile.mode = *known;
  profile.top_logprobs = static_cast<int64_t>(top_logprobs);
  return profile;
}

Status CheckLabel(std::string_view key, std::string_view value) {
  const bool is_profile = key.starts_with(kProfilePrefix);
  if (!IsDigest(is_profile ? key.substr(kProfilePrefix.size()) : key))
    return InvalidArgument("'key' is not that of a label: a SHA-256 in lower-case hexadecimal");
  if (is_profile) {
    const auto profile = ParseProfile(value);
    return profile.ok() ? Status::Ok() : Status(InvalidArgument(profile.error().message));
  }
  const auto answer = ParseCachedAnswer(value);
  return answer.ok() ? Status::Ok() : Status(InvalidArgument(answer.error().message));
}

}  // namespace dynajob
