#include "request_parser.h"

#include <algorithm>

namespace dynajob {
namespace {

constexpr int kBadRequest = 400;
constexpr int kRequestTimeout = 408;
constexpr int kContentTooLarge = 413;
constexpr int kHeaderTooLarge = 431;
constexpr int kInternalError = 500;

// Whether two readers could disagree on where the body ends (RFC 9112, section 6.3).
bool IsAmbiguous(const httplib::Request& request) {
  const size_t lengths = request.get_header_value_count("Content-Length");
  const size_t encodings = request.get_header_value_count("Transfer-Encoding");
  const std::string length = request.get_header_value("Content-Length");
  const bool digits =
      std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; });
  const std::string encoding = request.get_header_value("Transfer-Encoding");
  return lengths + encodings > 1 || !digits || (lengths == 1 && length.empty()) ||
         (encodings == 1 && encoding != "chunked");
}

}  // namespace

thread_local RequestParser::Current* RequestParser::current_ = nullptr;

void RequestParser::Print(HttpResponse&& from, httplib::Response& to) {
  current_->back_off = current_->back_off || from.back_off;
  to.status = from.status;
  for (auto& [name, value] : from.headers) to.set_header(name, value);
  to.set_content(std::move(from.body), from.content_type);
}

RequestParser::RequestParser(HttpHandler& handler, const HttpLimits& limits)
    : handler_(handler), limits_(limits) {
  set_payload_max_length(limits.body_bytes);
  set_keep_alive_timeout(std::chrono::duration_cast<std::chrono::seconds>(limits.idle).count());
  set_keep_alive_max_count(1'000'000);  // only printed
  // Refusals come before the body is read.
  set_pre_routing_handler([](const httplib::Request&, httplib::Response& response) {
    if (!current_->refusal) return HandlerResponse::Unhandled;
    Print(std::move(*current_->refusal), response);
    return HandlerResponse::Handled;
  });
  // The path was replaced when the head was read: routing is not httplib's, whose patterns are
  // regular expressions tried one after the other.
  const Handler respond = [this](const httplib::Request& request, httplib::Response& response) {
    Respond(request, response);
  };
  Get("/", respond).Post("/", respond).Put("/", respond);
  Patch("/", respond).Delete("/", respond).Options("/", respond);
  set_exception_handler(
      [this](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
        Print(handler_.Fail(kInternalError), response);
      });
  set_error_handler(Handler([this](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return;
    current_->close = true;
    Print(handler_.Fail(StatusOf(response)), response);
  }));
}

// What httplib calls a bad request may be one that was cut off by our own limits.
int RequestParser::StatusOf(const httplib::Response& response) const {
  switch (current_->stream->failure()) {
    case SocketStream::Failure::kTimeout:
      return kRequestTimeout;
    case SocketStream::Failure::kHeaderTooLarge:
      return kHeaderTooLarge;
    case SocketStream::Failure::kBodyTooLarge:
      return kContentTooLarge;
    default:
      return response.status > 0 ? response.status : kBadRequest;
  }
}

void RequestParser::ReadHead(httplib::Request& request) {
  HttpRequest& head = current_->request;
  head.method = request.method;
  head.path = SplitPath(std::string_view(request.target).substr(0, request.target.find('?')));
  head.query.assign(request.params.begin(), request.params.end());
  head.headers.assign(request.headers.begin(), request.headers.end());
  request.path = "/";
  request.ranges.clear();
  current_->refusal = IsAmbiguous(request) ? handler_.Fail(kBadRequest) : handler_.Admit(head);
  // Without a length httplib would read until the client closes.
  if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding"))
    request.headers.emplace("Content-Length", "0");
  // A body that nobody reads would be taken for the next request.
  if (!current_->refusal || !head.HasBody()) return;
  current_->close = true;
  request.headers.erase("Connection");
  request.headers.emplace("Connection", "close");
}

void RequestParser::Respond(const httplib::Request& request, httplib::Response& response) {
  current_->request.body = request.body;
  Print(handler_.Handle(current_->request), response);
}

RequestParser::Next RequestParser::Serve(SocketStream& stream, SteadyTime received, bool last) {
  // Chunked bodies are longer on the wire than their content.
  constexpr size_t kFraming = 64 << 10;
  stream.BeginRequest(received + limits_.arrival, limits_.write, limits_.head_bytes,
                      limits_.body_bytes + limits_.body_bytes / 8 + kFraming);
  Current current;
  current.stream = &stream;
  current.request.received = received;
  current_ = &current;
  bool closed = last;
  const bool served = process_request(stream, last, closed,
                                      [this](httplib::Request& request) { ReadHead(request); });
  current_ = nullptr;
  const bool sent = stream.Flush();
  if (current.close && sent) stream.FinishSending();
  const bool keep = served && sent && !closed && !last && !current.close &&
                    stream.failure() == SocketStream::Failure::kNone;
  if (!keep) return Next::kClose;
  return current.back_off ? Next::kPause : Next::kRead;
}

}  // namespace dynajob
