// An answer of a chat model as the cache keeps it, and the key it is kept under.
//
// Pure functions, safe for concurrent use. Keys and values are stored data: a change of either form
// needs a new version in it.
#ifndef DYNAJOB_LLM_CACHED_ANSWER_H_
#define DYNAJOB_LLM_CACHED_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"

namespace dynajob {

// Which model, as far as a request tells.
struct ModelIdentity {
  std::string base_url;     // as ChatClient::base_url
  std::string model;        // as it is asked for
  std::string fingerprint;  // of the deployment where it is known beforehand, else empty
  bool operator==(const ModelIdentity&) const = default;
};

// What an endpoint was found to be able to do when its first answer was bought. It decides the form
// of requests, and so the keys: a later run and a replay must use the same.
struct EndpointProfile {
  AnswerMode mode = AnswerMode::kText;
  int64_t top_logprobs = 0;  // 0: the endpoint gives none
  std::string fingerprint;   // goes into ModelIdentity
  bool operator==(const EndpointProfile&) const = default;
};

// An answer that was paid for. One that cannot be used is kept with its defect, so that it is not
// bought again either.
struct CachedAnswer {
  std::string text;  // as the model wrote it
  // Log-probability of each choice at the token that decides, where known and only of those that
  // are allowed; not normalised.
  std::vector<TokenAlternative> choices;
  std::string defect;  // why the answer is unusable, in the buyer's terms; empty when it is usable
  ChatUsage usage;
  std::optional<double> cost_usd;  // nullopt: unknown
  std::string model;               // as the endpoint named it
  std::string fingerprint;         // as the endpoint reported it
};

// SHA-256 in hexadecimal of all that the answer depends on: identity, prompt version, messages,
// sampling, mode, schema and logprobs, in netstrings (so that no two requests share a form).
std::string AnswerKey(const ModelIdentity& identity, std::string_view prompt_version,
                      const ChatRequest& request);

// JSON in one line. ParseCachedAnswer takes what SerializeAnswer gives; anything else is
// kCorruptData with the reason.
std::string SerializeAnswer(const CachedAnswer& answer);
Result<CachedAnswer> ParseCachedAnswer(std::string_view json);

// The key depends on base URL and model only.
std::string ProfileKey(std::string_view base_url, std::string_view model);
std::string SerializeProfile(const EndpointProfile& profile);
Result<EndpointProfile> ParseProfile(std::string_view json);

// What a label record of this module may be: kInvalidArgument unless the key has the form of
// AnswerKey or ProfileKey and the value parses as what the key says.
Status CheckLabel(std::string_view key, std::string_view value);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_CACHED_ANSWER_H_
