#include "http_server.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen_socket.h"
#include "request_parser.h"

namespace dynajob {
namespace {

using std::chrono::steady_clock;

constexpr int kTickMs = 50;
constexpr std::chrono::milliseconds kAcceptPause{100};  // when no descriptors are left
// In which connections that are being made when the server is told to stop are completed.
constexpr std::chrono::milliseconds kLastConnections{100};
// A refused connection is read again after so long for each one that pauses, so that refusals come
// at a bounded rate, 2,000 a second, however many clients ask again at once.
constexpr std::chrono::microseconds kPauseEach{500};
constexpr std::chrono::milliseconds kShortestPause{20};
constexpr std::chrono::milliseconds kLongestPause{500};

struct Connection {
  explicit Connection(int fd) : stream(fd) {}
  SocketStream stream;
  SteadyTime since = steady_clock::now();  // of its last event
  bool busy = false;                       // with a worker, or paused
  bool paused = false;
  bool waits = false;  // a request came in the pause, at `since`
};

// The loop's thread owns the connections; a worker has one from Dispatch until GiveBack.
class EpollServer final : public HttpServer {
 public:
  EpollServer(BoundSocket socket, const HttpLimits& limits, HttpHandler& handler)
      : limits_(limits), handler_(handler), parser_(handler, limits), listen_(socket) {}
  ~EpollServer() override;
  Status Prepare();

  int port() const override { return listen_.port; }
  size_t open_connections() const override { return open_.load(std::memory_order_relaxed); }
  Status Run(const CancellationToken& stop) override;

 private:
  void Accept();
  void AddConnection(int fd);
  void TurnAway(int fd);
  void Arrive(Connection& connection);
  bool Refuse(Connection& connection);
  void Dispatch(Connection& connection);
  void TakeBack();
  void CloseIdle(std::chrono::milliseconds limit);
  void Pause(Connection& connection);
  // Reads again from the connections whose pause is over, or from all.
  void EndPauses(bool all);
  void ReadAgain(Connection& connection);
  void Close(int fd);
  void Watch(int fd, int operation, uint32_t events) const;
  void Work();
  void StopListening();
  bool LoopOnce();
  Status LoopUntil(SteadyTime deadline);

  HttpLimits limits_;
  HttpHandler& handler_;
  RequestParser parser_;
  BoundSocket listen_;
  int epoll_ = -1;
  int wake_ = -1;
  SteadyTime accept_again_ = SteadyTime::max();
  std::atomic<bool> draining_{false};
  std::atomic<size_t> open_{0};
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;  // of the loop's thread
  std::multimap<SteadyTime, int> paused_;                             // the same; by their ends

  std::mutex mutex_;
  std::condition_variable ready_changed_;
  // Guarded by mutex_.
  std::deque<Connection*> ready_;
  std::vector<std::pair<int, RequestParser::Next>> returned_;
  bool finished_ = false;
  std::vector<std::thread> workers_;
};

EpollServer::~EpollServer() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  ready_changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  StopListening();
  if (wake_ >= 0) close(wake_);
  if (epoll_ >= 0) close(epoll_);
}

void EpollServer::Watch(int fd, int operation, uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  DYNAJOB_CHECK(epoll_ctl(epoll_, operation, fd, &event) == 0,
                fmt::format("epoll_ctl: {}", strerror(errno)));
}

Status EpollServer::Prepare() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (epoll_ < 0 || wake_ < 0) return IoError(fmt::format("epoll: {}", strerror(errno)));
  Watch(listen_.fd, EPOLL_CTL_ADD, EPOLLIN);
  Watch(wake_, EPOLL_CTL_ADD, EPOLLIN);
  return Status::Ok();
}

void EpollServer::AddConnection(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connections_.size() >= limits_.connections) return TurnAway(fd);
  connections_.emplace(fd, std::make_unique<Connection>(fd));
  open_.store(connections_.size(), std::memory_order_relaxed);
  Watch(fd, EPOLL_CTL_ADD, EPOLLIN | EPOLLONESHOT);
}

// Says so without waiting for the request: as much as the socket takes at once.
void EpollServer::TurnAway(int fd) {
  const std::string text = UnavailableText(handler_.Fail(503), /*close=*/true);
  [[maybe_unused]] const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  shutdown(fd, SHUT_WR);
  close(fd);
}

void EpollServer::Accept() {
  for (;;) {
    const int fd = accept4(listen_.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      AddConnection(fd);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      // No descriptors are left. Whoever waits would wake the loop for ever.
      Watch(listen_.fd, EPOLL_CTL_MOD, 0);
      accept_again_ = steady_clock::now() + kAcceptPause;
      return;
    }
  }
}

// A request, or a part of one, is there since connection.since.
void EpollServer::Arrive(Connection& connection) {
  if (draining_.load() || !handler_.RefusesUnread() || !Refuse(connection)) Dispatch(connection);
}

bool EpollServer::Refuse(Connection& connection) {
  const auto refusal = handler_.RefuseUnread(connection.stream.Peek(), connection.since);
  if (!refusal) return false;
  if (connection.stream.AnswerPeeked(refusal->length, refusal->answer)) {
    Pause(connection);
  } else {
    Close(connection.stream.fd());
  }
  return true;
}

void EpollServer::Dispatch(Connection& connection) {
  connection.busy = true;
  {
    const std::lock_guard lock(mutex_);
    ready_.push_back(&connection);
  }
  ready_changed_.notify_one();
}

void EpollServer::Work() {
  for (;;) {
    Connection* connection = nullptr;
    {
      std::unique_lock lock(mutex_);
      ready_changed_.wait(lock, [&] { return finished_ || !ready_.empty(); });
      if (ready_.empty()) return;
      connection = ready_.front();
      ready_.pop_front();
    }
    SocketStream& stream = connection->stream;
    RequestParser::Next next = parser_.Serve(stream, connection->since, draining_.load());
    while (next == RequestParser::Next::kRead && stream.HasBuffered())
      next = parser_.Serve(stream, steady_clock::now(), draining_.load());
    {
      const std::lock_guard lock(mutex_);
      returned_.emplace_back(stream.fd(), next);
    }
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
  }
}

void EpollServer::TakeBack() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(wake_, &count, sizeof(count));
  std::vector<std::pair<int, RequestParser::Next>> returned;
  {
    const std::lock_guard lock(mutex_);
    returned.swap(returned_);
  }
  for (const auto& [fd, next] : returned) {
    Connection& connection = *connections_.at(fd);
    connection.since = steady_clock::now();
    if (next == RequestParser::Next::kClose) {
      Close(fd);
    } else if (next == RequestParser::Next::kPause && !draining_.load()) {
      Pause(connection);
    } else {
      ReadAgain(connection);
    }
  }
}

void EpollServer::ReadAgain(Connection& connection) {
  // A request that came behind the one before has no event of its own.
  if (connection.stream.HasBuffered()) return Arrive(connection);
  connection.busy = false;
  Watch(connection.stream.fd(), EPOLL_CTL_MOD, EPOLLIN | EPOLLONESHOT);
}

// When the next request comes is noted all the same: its deadline begins then.
void EpollServer::Pause(Connection& connection) {
  const int fd = connection.stream.fd();
  connection.busy = connection.paused = true;
  connection.waits = connection.stream.HasBuffered();
  if (!connection.waits) Watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLONESHOT);
  const auto pause = std::clamp<steady_clock::duration>(
      kPauseEach * static_cast<int64_t>(paused_.size()), kShortestPause, kLongestPause);
  paused_.emplace(steady_clock::now() + pause, fd);
}

void EpollServer::EndPauses(bool all) {
  const SteadyTime now = steady_clock::now();
  while (!paused_.empty() && (all || paused_.begin()->first <= now)) {
    Connection& connection = *connections_.at(paused_.begin()->second);
    paused_.erase(paused_.begin());
    connection.paused = false;
    if (connection.waits) {
      Arrive(connection);
    } else {
      connection.busy = false;
      connection.since = now;
    }
  }
}

void EpollServer::Close(int fd) {
  connections_.erase(fd);
  open_.store(connections_.size(), std::memory_order_relaxed);
}

void EpollServer::CloseIdle(std::chrono::milliseconds limit) {
  const SteadyTime before = steady_clock::now() - limit;
  std::vector<int> idle;
  for (const auto& [fd, connection] : connections_)
    if (!connection->busy && connection->since < before) idle.push_back(fd);
  for (const int fd : idle) Close(fd);
}

void EpollServer::StopListening() {
  if (listen_.fd >= 0) close(listen_.fd);
  listen_.fd = -1;
}

bool EpollServer::LoopOnce() {
  if (steady_clock::now() >= accept_again_) {
    accept_again_ = SteadyTime::max();
    if (listen_.fd >= 0) Watch(listen_.fd, EPOLL_CTL_MOD, EPOLLIN);
  }
  epoll_event events[256];
  int wait_ms = kTickMs;
  if (!paused_.empty())
    wait_ms = static_cast<int>(std::clamp<int64_t>(
        std::chrono::ceil<std::chrono::milliseconds>(paused_.begin()->first - steady_clock::now())
            .count(),
        0, kTickMs));
  const int count = epoll_wait(epoll_, events, 256, wait_ms);
  if (count < 0) return errno == EINTR;
  for (int i = 0; i < count; ++i) {
    const int fd = events[i].data.fd;
    if (fd == listen_.fd) {
      Accept();
    } else if (fd == wake_) {
      TakeBack();
    } else {
      Connection& connection = *connections_.at(fd);
      connection.since = steady_clock::now();
      connection.waits = connection.paused;
      if (!connection.paused) Arrive(connection);
    }
  }
  return true;
}

Status EpollServer::Run(const CancellationToken& stop) {
  for (size_t i = 0; i < limits_.workers; ++i) workers_.emplace_back([this] { Work(); });
  while (!stop.cancelled()) {
    if (!LoopOnce()) return IoError(fmt::format("epoll_wait: {}", strerror(errno)));
    EndPauses(false);
    CloseIdle(limits_.idle);
  }
  draining_.store(true);
  EndPauses(true);
  // Whoever is connected, or nearly, is served.
  const SteadyTime begin = steady_clock::now();
  if (IgnoreNewConnections(listen_.fd))
    DYNAJOB_RETURN_IF_ERROR(LoopUntil(begin + kLastConnections));
  Accept();
  StopListening();
  while (!connections_.empty() && steady_clock::now() < begin + limits_.drain) {
    if (!LoopOnce()) return IoError(fmt::format("epoll_wait: {}", strerror(errno)));
    CloseIdle(limits_.drain_idle);
  }
  return Status::Ok();
}

Status EpollServer::LoopUntil(SteadyTime deadline) {
  while (steady_clock::now() < deadline)
    if (!LoopOnce()) return IoError(fmt::format("epoll_wait: {}", strerror(errno)));
  return Status::Ok();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const std::string& host, int port,
                                                       const HttpLimits& limits,
                                                       HttpHandler& handler) {
  DYNAJOB_ASSIGN_OR_RETURN(const BoundSocket socket, BindAndListen(host, port));
  auto server = std::make_unique<EpollServer>(socket, limits, handler);
  DYNAJOB_RETURN_IF_ERROR(server->Prepare());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace dynajob
