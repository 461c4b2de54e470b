// The HTTP API as documents, printed from the table that requests are routed and checked by.
#ifndef DYNAJOB_SERVE_HTTP_API_H_
#define DYNAJOB_SERVE_HTTP_API_H_

#include <string>
#include <string_view>

namespace dynajob {

// OpenAPI 3.1. `version` is that of the program.
std::string OpenApiJson(std::string_view version);
// docs/http_api.md.
std::string HttpApiMarkdown();

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_HTTP_API_H_
