// The address of an API, taken apart so that its credentials never travel with it.
#ifndef DYNAJOB_LLM_SRC_ENDPOINT_URL_H_
#define DYNAJOB_LLM_SRC_ENDPOINT_URL_H_

#include <string>
#include <string_view>

#include "dynajob/core/result.h"

namespace dynajob {

struct EndpointUrl {
  std::string redacted;  // scheme, host, port and path, without credentials and final slashes
  std::string user;      // decoded; empty when there is none
  std::string password;
  bool https = false;
};

// Accepts http and https, without query and fragment. Errors (kInvalidArgument) call the text
// `name` and never quote its credentials.
Result<EndpointUrl> ParseEndpointUrl(const std::string& text, std::string_view name);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_ENDPOINT_URL_H_
