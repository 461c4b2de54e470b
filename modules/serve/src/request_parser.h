// cpp-httplib as a parser of requests and printer of responses, one request at a time.
#ifndef DYNAJOB_SERVE_SRC_REQUEST_PARSER_H_
#define DYNAJOB_SERVE_SRC_REQUEST_PARSER_H_

#include "http_server.h"
#include "socket_stream.h"

namespace dynajob {

// Safe for concurrent use on different streams. Borrows the handler.
class RequestParser : private httplib::Server {
 public:
  RequestParser(HttpHandler& handler, const HttpLimits& limits);

  enum class Next {
    kRead,   // another request may come
    kPause,  // the same, but not soon (HttpResponse::back_off)
    kClose,  // the client or `last` wishes so, or what came cannot be followed by another request
  };
  // Reads one request and writes its answer.
  Next Serve(SocketStream& stream, SteadyTime received, bool last);

 private:
  // Of the request that this thread is serving: the callbacks of httplib have no room for it.
  struct Current {
    SocketStream* stream = nullptr;
    HttpRequest request;
    std::optional<HttpResponse> refusal;
    bool close = false;
    bool back_off = false;
  };
  static thread_local Current* current_;

  static void Print(HttpResponse&& from, httplib::Response& to);
  void ReadHead(httplib::Request& request);
  void Respond(const httplib::Request& request, httplib::Response& response);
  int StatusOf(const httplib::Response& response) const;

  HttpHandler& handler_;
  HttpLimits limits_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_REQUEST_PARSER_H_
