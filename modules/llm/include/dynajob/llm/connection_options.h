// How an endpoint is reached and how hard it is tried, whatever it is asked for.
#ifndef DYNAJOB_LLM_CONNECTION_OPTIONS_H_
#define DYNAJOB_LLM_CONNECTION_OPTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

struct ConnectionOptions {
  // With the path of the API, such as "http://localhost:8000/v1". Empty: $OPENAI_BASE_URL. No
  // credentials here, because configurations are printed and stored.
  std::string base_url;
  int64_t concurrency = 8;  // calls in flight at once, a connection each

  // Seconds. The first two are per attempt and a call that exceeds them is tried again; the last
  // covers the call from the start of its first attempt, with all retries and waits.
  double connect_seconds = 10;
  double first_byte_seconds = 120;  // longest silence: before the first byte and between two
  double total_seconds = 600;

  int64_t retries = 5;              // attempts after the first
  double backoff_seconds = 0.5;     // wait before the first retry; doubles with each
  double backoff_cap_seconds = 30;  // longest wait that we choose; the endpoint may ask for more

  // Our side of the endpoint's rate limits; 0 is none. A minute holds at most one second's worth
  // (at least one request) more than this.
  int64_t requests_per_minute = 0;
  int64_t tokens_per_minute = 0;

  int64_t max_response_bytes = int64_t{4} << 20;  // headers and body of one answer

  // kInvalidArgument naming key, value and limit.
  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "llm.…"
};

// Whether the address of an API may stand in a configuration under `key`: empty, or http or https
// without credentials, which the error (kInvalidArgument) never quotes.
Status CheckBaseUrl(std::string_view key, const std::string& base_url);

// $OPENAI_API_KEY; empty when not set. It is kept out of every configuration.
std::string ApiKeyFromEnvironment();

}  // namespace dynajob

#endif  // DYNAJOB_LLM_CONNECTION_OPTIONS_H_
