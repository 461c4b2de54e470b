// HTTP requests and responses as the rest of the module sees them, whatever library parses them.
#ifndef DYNAJOB_SERVE_SRC_HTTP_MESSAGE_H_
#define DYNAJOB_SERVE_SRC_HTTP_MESSAGE_H_

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynajob {

using SteadyTime = std::chrono::steady_clock::time_point;

// Says how many milliseconds the client waits, from the first byte of its request.
inline constexpr std::string_view kTimeoutHeader = "X-Request-Timeout-Ms";

struct HttpRequest {
  std::string method;                                        // upper case
  std::vector<std::string> path;                             // segments, percent-decoded
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order of their names
  std::vector<std::pair<std::string, std::string>> headers;  // as sent
  std::string body;                                          // empty while only the head was read
  SteadyTime received;                                       // when its first byte was there

  // The first header of this name, in any case; empty when there is none.
  std::string_view Header(std::string_view name) const;
  // Whether a body was announced.
  bool HasBody() const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // There is too much to do: the connection is read again after a pause only, so that a client that
  // asks again at once does not cost what others need.
  bool back_off = false;
};

// A 503 as bytes, for what is answered without being parsed. `close`: nothing follows it.
std::string UnavailableText(const HttpResponse& response, bool close);

// "/v1/jobs/a%2Fb" as {"v1", "jobs", "a/b"}; empty segments are kept but for the one before the
// first slash.
std::vector<std::string> SplitPath(std::string_view path);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_HTTP_MESSAGE_H_
