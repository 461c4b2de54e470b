#include "socket_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Written bytes are sent together up to here.
constexpr size_t kFlushBytes = size_t{64} << 10;
constexpr milliseconds kLingerLimit{200};
constexpr size_t kLingerBytes = size_t{1} << 20;

// False at the deadline, and on a failure, which the next call on the socket reports.
bool Wait(int fd, short events, SteadyTime deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() < 0) return false;
    pollfd entry{fd, events, 0};
    const int ready =
        poll(&entry, 1, static_cast<int>(std::min<int64_t>(left.count() + 1, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace

SocketStream::~SocketStream() { close(fd_); }

void SocketStream::BeginRequest(SteadyTime read_by, milliseconds write_limit, size_t head_limit,
                                size_t body_limit) {
  read_by_ = read_by;
  write_limit_ = write_limit;
  head_left_ = head_limit;
  body_left_ = body_limit;
  in_head_ = true;
  line_length_ = 0;
}

bool SocketStream::Fill() {
  if (!Flush()) return false;  // such as "100 Continue", which the client waits for
  for (;;) {
    const ssize_t got = recv(fd_, buffer_, sizeof(buffer_), 0);
    if (got > 0) {
      begin_ = 0;
      end_ = static_cast<size_t>(got);
      return true;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) {
      failure_ = Failure::kClosed;
      return false;
    }
    if (!Wait(fd_, POLLIN, read_by_)) {
      failure_ = Failure::kTimeout;
      return false;
    }
  }
}

std::string_view SocketStream::Peek() {
  if (begin_ == end_) {
    // The end of the stream and errors are found again by whoever reads.
    const ssize_t got = recv(fd_, buffer_, sizeof(buffer_), MSG_DONTWAIT);
    begin_ = 0;
    end_ = got > 0 ? static_cast<size_t>(got) : 0;
  }
  return {buffer_ + begin_, end_ - begin_};
}

bool SocketStream::AnswerPeeked(size_t length, std::string_view answer) {
  begin_ += length;
  const ssize_t sent = send(fd_, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent == static_cast<ssize_t>(answer.size());
}

ssize_t SocketStream::Take(char* bytes, size_t size) {
  size_t count = std::min(size, end_ - begin_);
  if (!in_head_) {
    if (count > body_left_) {
      failure_ = Failure::kBodyTooLarge;
      return -1;
    }
    body_left_ -= count;
  } else {
    // Up to the end of the head, which is a line without content.
    for (size_t i = 0; i < count; ++i) {
      if (head_left_-- == 0) {
        failure_ = Failure::kHeaderTooLarge;
        return -1;
      }
      const char byte = buffer_[begin_ + i];
      if (byte == '\n' && line_length_ == 0) {
        in_head_ = false;
        count = i + 1;
      } else if (byte == '\n') {
        line_length_ = 0;
      } else if (byte != '\r') {
        ++line_length_;
      }
    }
  }
  std::memcpy(bytes, buffer_ + begin_, count);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t SocketStream::read(char* bytes, size_t size) {
  if (failure_ != Failure::kNone) return -1;
  if (begin_ == end_ && !Fill()) return failure_ == Failure::kClosed ? 0 : -1;
  return Take(bytes, size);
}

ssize_t SocketStream::write(const char* bytes, size_t size) {
  out_.append(bytes, size);
  if (out_.size() >= kFlushBytes && !Flush()) return -1;
  return static_cast<ssize_t>(size);
}

bool SocketStream::Flush() {
  const SteadyTime deadline = steady_clock::now() + write_limit_;
  size_t sent = 0;
  while (sent < out_.size()) {
    const ssize_t count = send(fd_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!Wait(fd_, POLLOUT, deadline)) break;
    } else if (errno != EINTR) {
      break;
    }
  }
  const bool complete = sent == out_.size();
  out_.clear();
  if (!complete) failure_ = Failure::kClosed;
  return complete;
}

void SocketStream::FinishSending() {
  shutdown(fd_, SHUT_WR);
  const SteadyTime deadline = steady_clock::now() + kLingerLimit;
  size_t total = 0;
  while (total < kLingerBytes && Wait(fd_, POLLIN, deadline)) {
    const ssize_t got = recv(fd_, buffer_, sizeof(buffer_), 0);
    if (got <= 0) return;
    total += static_cast<size_t>(got);
  }
}

void SocketStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();  // nothing depends on where a client is
  port = 0;
}

void SocketStream::get_local_ip_and_port(std::string& ip, int& port) const {
  get_remote_ip_and_port(ip, port);
}

}  // namespace dynajob
