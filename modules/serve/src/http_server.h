// Connections: accepts them, lets cpp-httplib parse requests and print responses, and calls a
// handler.
//
// cpp-httplib's own loop gives every connection a thread for as long as it is open and takes what
// comes without a limit. Here one thread waits for all connections (epoll) and hands those with a
// request to a fixed number of workers, so that idle clients cost no thread; connections, heads,
// bodies and the time that a request may take to arrive are bounded.
#ifndef DYNAJOB_SERVE_SRC_HTTP_SERVER_H_
#define DYNAJOB_SERVE_SRC_HTTP_SERVER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"

#include "http_message.h"

namespace dynajob {

struct HttpLimits {
  size_t workers = 16;
  size_t connections = 1000;
  size_t head_bytes = 16 << 10;
  size_t body_bytes = 8 << 20;
  std::chrono::milliseconds arrival{10'000};  // of a whole request, from its first byte
  std::chrono::milliseconds write{10'000};    // of a response, while the client takes nothing
  std::chrono::milliseconds idle{60'000};     // of a connection between requests
  std::chrono::milliseconds drain_idle{500};  // the same once the server is stopping
  std::chrono::milliseconds drain{30'000};    // of requests under way once the server is stopping
};

// Called by the workers, at the same time. Exceptions become 500.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Looks at the head of a request; an answer here refuses it before its body is read.
  virtual std::optional<HttpResponse> Admit(const HttpRequest& head) = 0;
  virtual HttpResponse Handle(const HttpRequest& request) = 0;
  // A whole answer to the request that `bytes` begin with, where that is refused for load without
  // being read, and how many of the bytes that request is; its first byte was there at `received`.
  // Called by the thread that all connections wait for: it costs next to nothing and never waits.
  struct Refusal {
    std::string_view answer;
    size_t length = 0;
  };
  virtual bool RefusesUnread() const = 0;  // whether there is any use in asking
  virtual std::optional<Refusal> RefuseUnread(std::string_view bytes, SteadyTime received) = 0;
  // The answer to what is not a request, or to one that failed: 400, 408, 413, 431, 500, 503, ….
  virtual HttpResponse Fail(int status) = 0;
};

class HttpServer {
 public:
  // Binds and listens; port 0 takes a free one. kInvalidArgument for a host that is not an address
  // of this machine, kIo when the port is taken. Borrows the handler.
  static Result<std::unique_ptr<HttpServer>> Listen(const std::string& host, int port,
                                                    const HttpLimits& limits, HttpHandler& handler);
  virtual ~HttpServer() = default;

  virtual int port() const = 0;
  virtual size_t open_connections() const = 0;
  // Serves until cancelled. Then takes in the connections that wait to be accepted, stops
  // listening, answers every request that is under way or still comes, telling clients to close,
  // and returns when all connections are closed.
  virtual Status Run(const CancellationToken& stop) = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_HTTP_SERVER_H_
