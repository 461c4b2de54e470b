// The JSON of OpenAI's chat completions API, both ways.
#ifndef DYNAJOB_LLM_SRC_CHAT_WIRE_H_
#define DYNAJOB_LLM_SRC_CHAT_WIRE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/llm/chat_options.h"

namespace dynajob {

// The body of a request. kInvalidArgument when a text is not UTF-8 or a schema that the mode needs
// is not a JSON object.
Result<std::string> BuildChatRequest(const ChatRequest& request, const std::string& model,
                                     TokenLimitField token_limit_field,
                                     const std::map<int64_t, double>& logit_bias);

// The first choice of an answer. kCorruptData when the bytes are not an answer as the API has it:
// no JSON, no choices, a choice without message, content of another type, log-probabilities that
// are none. Never throws, whatever the bytes.
Result<ChatReply> ParseChatReply(std::string_view body);

// What an error answer says: the message of OpenAI's error object (or of its common variants), else
// the body, on one line of printable text of at most `max_bytes` bytes.
std::string ServerMessage(std::string_view body, size_t max_bytes);

// On one line, valid UTF-8, without control characters, at most `max_bytes` bytes.
std::string Excerpt(std::string_view text, size_t max_bytes);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_CHAT_WIRE_H_
