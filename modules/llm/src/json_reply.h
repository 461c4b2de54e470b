// What the answers of OpenAI's APIs have in common.
#ifndef DYNAJOB_LLM_SRC_JSON_REPLY_H_
#define DYNAJOB_LLM_SRC_JSON_REPLY_H_

#include <cmath>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "dynajob/llm/chat.h"

namespace dynajob {

// nullptr when `object` is none, has no such member, or null there.
inline const nlohmann::json* JsonMember(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// Empty when it is no text.
inline std::string JsonText(const nlohmann::json& object, const char* key) {
  const nlohmann::json* member = JsonMember(object, key);
  return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

// The usage object of an answer; counts that are missing or no counts are 0.
inline ChatUsage ParseUsage(const nlohmann::json& answer) {
  const auto count = [](const nlohmann::json& object, const char* key) {
    const nlohmann::json* member = JsonMember(object, key);
    return member != nullptr && member->is_number_unsigned() ? member->get<uint64_t>() : 0;
  };
  ChatUsage usage;
  const nlohmann::json* reported = JsonMember(answer, "usage");
  if (reported == nullptr || !reported->is_object()) return usage;
  usage.reported = true;
  usage.prompt_tokens = count(*reported, "prompt_tokens");
  usage.completion_tokens = count(*reported, "completion_tokens");
  // Not OpenAI's: routers of several providers.
  const nlohmann::json* cost = JsonMember(*reported, "cost");
  if (cost != nullptr && cost->is_number()) {
    const double value = cost->get<double>();
    if (std::isfinite(value) && value >= 0) usage.cost_usd = value;
  }
  return usage;
}

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_JSON_REPLY_H_
