// How `dynajob serve` listens, limits and stores.
#ifndef DYNAJOB_SERVE_OPTIONS_H_
#define DYNAJOB_SERVE_OPTIONS_H_

#include <cstdint>
#include <string>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

struct ServeOptions {
  std::string host = "127.0.0.1";  // any other than a loopback address needs keys
  int64_t port = 8080;             // 0: a free one
  std::string keys_file = {};      // lines "read KEY", "feedback KEY", "admin KEY"
  double rate = 0;                 // requests a second for each key; 0: no limit
  double burst = 100;              // requests at once for each key
  int64_t workers = 0;             // rankings computed at once; 0: one for each processor
  int64_t queue = 64;              // that wait for those, before recommendations are refused
  int64_t connections = 1000;      // open at once
  int64_t timeout_ms = 10'000;     // deadline of requests that name none
  int64_t max_body_bytes = 8 << 20;
  int64_t max_header_bytes = 16 << 10;
  int64_t max_json_depth = 16;
  int64_t drain_seconds = 30;      // for requests under way when the server is told to stop
  double epsilon = 0;              // share of places that are drawn at random, to learn from
  int64_t shown_pages = 100'000;   // newest recommendations that feedback can be joined to
  int64_t spool_bytes = 64 << 20;  // responses kept on disk while a database is away
  std::string state = {};          // directory for the spool and the active model; see docs

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "serve.…"
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_OPTIONS_H_
