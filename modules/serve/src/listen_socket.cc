#include "listen_socket.h"

#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dynajob {
namespace {

constexpr int kBacklog = 1024;

struct AddressDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressDeleter>;

Result<AddressList> Resolve(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (code != 0)
    return InvalidArgument(
        fmt::format("serve.host = '{}': not an address ({})", host, gai_strerror(code)));
  return AddressList(list);
}

bool IsLoopbackAddress(const addrinfo& address) {
  if (address.ai_family == AF_INET) {
    const auto* ip = reinterpret_cast<const sockaddr_in*>(address.ai_addr);
    return (ntohl(ip->sin_addr.s_addr) >> 24) == 127;
  }
  const auto* ip = reinterpret_cast<const sockaddr_in6*>(address.ai_addr);
  return address.ai_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&ip->sin6_addr);
}

int PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

Result<BoundSocket> BindAndListen(const std::string& host, int port) {
  DYNAJOB_ASSIGN_OR_RETURN(const AddressList list, Resolve(host, port));
  int failure = 0;
  for (const addrinfo* address = list.get(); address != nullptr; address = address->ai_next) {
    const int fd =
        socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      failure = errno;
      continue;
    }
    const int on = 1;  // a port of a server that just ended may be used again
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, kBacklog) == 0)
      return BoundSocket{fd, PortOf(fd)};
    failure = errno;
    close(fd);
  }
  return IoError(fmt::format("cannot listen on {} port {}: {}", host, port, strerror(failure)));
}

Result<bool> IsLoopback(const std::string& host) {
  DYNAJOB_ASSIGN_OR_RETURN(const AddressList list, Resolve(host, 0));
  for (const addrinfo* address = list.get(); address != nullptr; address = address->ai_next)
    if (!IsLoopbackAddress(*address)) return false;
  return true;
}

bool IgnoreNewConnections(int fd) {
  // A classic packet filter on the TCP header: drops what has SYN and not ACK.
  constexpr uint32_t kFlags = 13, kSynAndAck = 0x12, kSyn = 0x02;
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kSynAndAck),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSyn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  };
  const sock_fprog filter{static_cast<uint16_t>(std::size(program)), program};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

}  // namespace dynajob
