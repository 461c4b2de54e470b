#include "http_transfer.h"

#include <algorithm>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

// Options with values of our own are always accepted; a refusal is a libcurl we were not built for.
template <typename T>
void SetOption(CURL* handle, CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  DYNAJOB_CHECK(code == CURLE_OK, std::string("curl_easy_setopt: ") + curl_easy_strerror(code));
}

}  // namespace

HttpTransfer::HttpTransfer() : handle_(curl_easy_init()) {
  DYNAJOB_CHECK(handle_ != nullptr, "curl_easy_init failed");
}

HttpTransfer::~HttpTransfer() { curl_easy_cleanup(handle_); }

void HttpTransfer::Prepare(const HttpTarget& target, std::string_view body, int64_t timeout_ms) {
  answer_ = {};
  received_ = header_bytes_ = 0;
  max_bytes_ = static_cast<uint64_t>(target.max_response_bytes);
  too_large_ = false;
  requests_ = 0;
  error_buffer_[0] = '\0';

  curl_easy_reset(handle_);  // keeps connections: those belong to the multi handle
  SetOption(handle_, CURLOPT_URL, target.url.c_str());
  SetOption(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  SetOption(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  SetOption(handle_, CURLOPT_NOSIGNAL, 1L);
  SetOption(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  SetOption(handle_, CURLOPT_QUICK_EXIT, 1L);  // a name server that is silent cannot hold us
  SetOption(handle_, CURLOPT_POST, 1L);
  SetOption(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  SetOption(handle_, CURLOPT_POSTFIELDS, body.data());
  SetOption(handle_, CURLOPT_HTTPHEADER, target.headers);
  if (!target.user.empty() || !target.password.empty()) {
    SetOption(handle_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    SetOption(handle_, CURLOPT_USERNAME, target.user.c_str());
    SetOption(handle_, CURLOPT_PASSWORD, target.password.c_str());
  }
  SetOption(handle_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(target.connect_ms));
  SetOption(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
  SetOption(handle_, CURLOPT_ERRORBUFFER, error_buffer_);
  SetOption(handle_, CURLOPT_PRIVATE, this);
  SetOption(handle_, CURLOPT_HEADERFUNCTION, &HttpTransfer::OnHeader);
  SetOption(handle_, CURLOPT_HEADERDATA, this);
  SetOption(handle_, CURLOPT_WRITEFUNCTION, &HttpTransfer::OnBody);
  SetOption(handle_, CURLOPT_WRITEDATA, this);
  SetOption(handle_, CURLOPT_PREREQFUNCTION, &HttpTransfer::OnConnected);
  SetOption(handle_, CURLOPT_PREREQDATA, this);
}

uint64_t HttpTransfer::bytes_sent() const {
  long headers = 0;
  curl_off_t body = 0;
  curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &headers);
  curl_easy_getinfo(handle_, CURLINFO_SIZE_UPLOAD_T, &body);
  return static_cast<uint64_t>(headers) + static_cast<uint64_t>(body);
}

bool HttpTransfer::Account(size_t bytes) {
  last_activity_ = std::chrono::steady_clock::now();
  received_ += bytes;
  too_large_ = too_large_ || received_ > max_bytes_;
  return !too_large();
}

size_t HttpTransfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  const size_t bytes = size * count;
  transfer->header_bytes_ += bytes;
  if (!transfer->Account(bytes)) return 0;
  transfer->ReadHeader(std::string_view(data, bytes));
  return bytes;
}

void HttpTransfer::ReadHeader(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // after an interim answer the final one begins
    answer_ = {};
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = status;
    return;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = ToLowerAscii(line.substr(0, colon));
  const std::string_view value = Trim(line.substr(colon + 1));
  if (name == "content-type") answer_.content_type = ToLowerAscii(value);
  if (name == "retry-after") answer_.retry_after = value;
  if (name == "retry-after-ms") answer_.retry_after_ms = value;
  // Known to be too long before it is read.
  if (name == "content-length" && !value.empty() &&
      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
      (value.size() > 18 || std::stoull(std::string(value)) > max_bytes_))
    too_large_ = true;
}

size_t HttpTransfer::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  const size_t bytes = size * count;
  if (!transfer->Account(bytes)) return 0;
  transfer->answer_.body.append(data, bytes);
  return bytes;
}

int HttpTransfer::OnConnected(void* self, char*, char*, int, int) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  ++transfer->requests_;
  transfer->last_activity_ = std::chrono::steady_clock::now();
  return CURL_PREREQFUNC_OK;
}

}  // namespace dynajob
