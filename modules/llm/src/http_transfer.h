// One POST at a time over one libcurl handle.
#ifndef DYNAJOB_LLM_SRC_HTTP_TRANSFER_H_
#define DYNAJOB_LLM_SRC_HTTP_TRANSFER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "dynajob/core/result.h"

namespace dynajob {

// Of one answer; libcurl's own limit is near 300 KB and looks like a broken connection.
inline constexpr uint64_t kMaxHeaderBytes = 64 * 1024;

using SteadyTime = std::chrono::steady_clock::time_point;

// What is the same for all transfers of a client.
struct HttpTarget {
  std::string url;
  std::string user, password;  // basic authentication; both empty: none
  curl_slist* headers = nullptr;
  int64_t connect_ms = 0;
  int64_t max_response_bytes = 0;
};

struct HttpAnswer {
  int64_t status = 0;  // 0: none came
  std::string content_type, retry_after, retry_after_ms, body;
};

// Used by one thread; must not move while a transfer is under way.
class HttpTransfer {
 public:
  HttpTransfer();
  ~HttpTransfer();
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  // Prepares handle() for a request; `body` must outlive the transfer.
  void Prepare(const HttpTarget& target, std::string_view body, int64_t timeout_ms);

  CURL* handle() { return handle_; }
  const HttpAnswer& answer() const { return answer_; }
  bool too_large() const { return too_large_ || headers_too_large(); }
  bool headers_too_large() const { return header_bytes_ > kMaxHeaderBytes; }
  bool connected() const { return requests_ > 0; }
  // Requests that were begun: more than one when libcurl found a kept connection closed before the
  // first byte of an answer, and sent the request again over another.
  uint64_t requests() const { return requests_; }
  // When a byte last came in, or the connection stood; only once connected().
  SteadyTime last_activity() const { return last_activity_; }
  // libcurl's words for what went wrong; empty when it has none.
  std::string error_text() const { return error_buffer_; }
  uint64_t bytes_sent() const;
  uint64_t bytes_received() const { return received_; }

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static int OnConnected(void* self, char*, char*, int, int);
  // False when the answer is longer than allowed.
  bool Account(size_t bytes);
  void ReadHeader(std::string_view line);

  CURL* handle_;
  HttpAnswer answer_;
  uint64_t received_ = 0;  // headers included
  uint64_t header_bytes_ = 0;
  uint64_t max_bytes_ = 0;
  bool too_large_ = false;
  uint64_t requests_ = 0;
  SteadyTime last_activity_;
  char error_buffer_[CURL_ERROR_SIZE] = "";
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_HTTP_TRANSFER_H_
