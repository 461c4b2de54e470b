#include "tcp_probe.h"

#include <memory>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dynajob {

bool AcceptsConnections(const std::string& host, uint16_t port, std::chrono::milliseconds limit) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return false;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address(found, freeaddrinfo);
  const int descriptor =
      socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
  if (descriptor < 0) return false;
  bool connected = connect(descriptor, address->ai_addr, address->ai_addrlen) == 0;
  pollfd ready{descriptor, POLLOUT, 0};
  if (!connected && poll(&ready, 1, static_cast<int>(limit.count())) == 1) {
    int error = 0;
    socklen_t size = sizeof(error);
    connected = getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  close(descriptor);
  return connected;
}

}  // namespace dynajob
