// One accepted connection as cpp-httplib's Stream: buffered, with a deadline for a request as a
// whole (not for each byte, which a slow client could stretch for ever) and a limit on its size.
#ifndef DYNAJOB_SERVE_SRC_SOCKET_STREAM_H_
#define DYNAJOB_SERVE_SRC_SOCKET_STREAM_H_

#include <chrono>
#include <cstddef>
#include <string>

#include <httplib.h>

#include "http_message.h"

namespace dynajob {

// Owns the socket, which must not block. One thread at a time.
class SocketStream final : public httplib::Stream {
 public:
  enum class Failure { kNone, kClosed, kTimeout, kHeaderTooLarge, kBodyTooLarge };

  explicit SocketStream(int fd) : fd_(fd) {}
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;
  ~SocketStream() override;

  // Before each request: it must have arrived by `read_by`; at most so many bytes of head and body.
  void BeginRequest(SteadyTime read_by, std::chrono::milliseconds write_limit, size_t head_limit,
                    size_t body_limit);
  // Sends what was written. False when the client is gone or too slow.
  bool Flush();
  // What is here of a request that nobody has begun to read; reads once, without waiting, when that
  // is nothing.
  std::string_view Peek();
  // Takes `length` of those bytes for answered: sends `answer` at once or not at all. False when
  // the client takes nothing just now.
  bool AnswerPeeked(size_t length, std::string_view answer);
  // Says that nothing more will be sent, and reads what is still coming for a moment: closing at
  // once would make the system discard the answer to a client that is still sending.
  void FinishSending();

  int fd() const { return fd_; }
  Failure failure() const { return failure_; }
  // Bytes of a next request are here already.
  bool HasBuffered() const { return begin_ < end_; }

  bool is_readable() const override { return failure_ == Failure::kNone; }
  bool is_writable() const override { return failure_ != Failure::kClosed; }
  ssize_t read(char* bytes, size_t size) override;
  ssize_t write(const char* bytes, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  // Not asked for by requests; the number would be refused from FD_SETSIZE on.
  socket_t socket() const override { return -1; }

 private:
  bool Fill();
  ssize_t Take(char* bytes, size_t size);

  int fd_;
  char buffer_[16384];
  size_t begin_ = 0, end_ = 0;
  std::string out_;
  SteadyTime read_by_;
  std::chrono::milliseconds write_limit_{0};
  size_t head_left_ = 0, body_left_ = 0;
  // How much of the blank line that ends a head has been seen.
  bool in_head_ = true;
  size_t line_length_ = 0;
  Failure failure_ = Failure::kNone;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_SOCKET_STREAM_H_
