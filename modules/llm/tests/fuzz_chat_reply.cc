// libFuzzer entry over what an endpoint can send. It is also called by chat_wire_test.cc, so that
// every test run exercises it under the sanitizers in use.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"

#include "chat_wire.h"
#include "retry_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace dynajob;
  const std::string text(data, data + size);
  const auto reply = ParseChatReply(text);
  if (reply.ok()) {
    for (const TokenLogprobs& token : reply->logprobs) {
      DYNAJOB_CHECK(token.logprob <= 0, "a log-probability is at most 0");
      for (const TokenAlternative& other : token.top)
        DYNAJOB_CHECK(other.logprob <= 0, "a log-probability is at most 0");
    }
    const auto& cost = reply->usage.cost_usd;
    DYNAJOB_CHECK(!cost || (std::isfinite(*cost) && *cost >= 0), "a cost is an amount");
  } else {
    DYNAJOB_CHECK(reply.error().code == ErrorCode::kCorruptData, "bytes are data");
  }
  const std::string message = ServerMessage(text, 300);
  DYNAJOB_CHECK(message.size() <= 303 && SanitizeUtf8(message) == message,
                "a quotation is short and valid UTF-8");
  for (const char c : message)
    DYNAJOB_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no control characters");
  const auto wait = RetryAfterSeconds(text.substr(0, size / 2), text.substr(size / 2), 1'000'000);
  DYNAJOB_CHECK(!wait || (std::isfinite(*wait) && *wait >= 0), "a wait is a time");
  return 0;
}
