// Whether anything listens: tells a server that does not answer from a network that does not
// connect.
#ifndef DYNAJOB_STORES_SRC_TCP_PROBE_H_
#define DYNAJOB_STORES_SRC_TCP_PROBE_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace dynajob {

// One connection attempt to the first address of `host`, closed at once. False when it is refused,
// the name does not resolve, or `limit` passes.
bool AcceptsConnections(const std::string& host, uint16_t port, std::chrono::milliseconds limit);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_TCP_PROBE_H_
