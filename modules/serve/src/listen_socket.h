// The socket that connections come in by.
#ifndef DYNAJOB_SERVE_SRC_LISTEN_SOCKET_H_
#define DYNAJOB_SERVE_SRC_LISTEN_SOCKET_H_

#include <string>

#include "dynajob/core/result.h"

namespace dynajob {

struct BoundSocket {
  int fd = -1;
  int port = 0;
};

// A non-blocking socket that listens. Not shared with other processes: a port that is taken is kIo.
Result<BoundSocket> BindAndListen(const std::string& host, int port);

// Whether every address of `host` is a loopback address; kInvalidArgument when it has none.
Result<bool> IsLoopback(const std::string& host);

// Takes no new connections from here on, without a word to those that are being made: whoever
// begins one now is refused when the socket is closed, and has not sent anything yet. Closing at
// once would reset clients that believe themselves connected. False where the system cannot do it.
bool IgnoreNewConnections(int fd);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_LISTEN_SOCKET_H_
