#include "dynajob/serve/options.h"

#include <fmt/format.h>

#include "option_limits.h"

namespace dynajob {
namespace {

constexpr OptionLimit<ServeOptions, int64_t> kLimits[] = {
    {"serve.port", &ServeOptions::port, "port to listen on; 0 takes a free one", 0, 65535},
    {"serve.workers", &ServeOptions::workers,
     "rankings computed at once; 0: one for each processor", 0, 1024},
    {"serve.queue", &ServeOptions::queue,
     "requests that wait for a worker before recommendations are refused", 1, 10'000},
    {"serve.connections", &ServeOptions::connections, "open connections", 1, 100'000},
    {"serve.timeout_ms", &ServeOptions::timeout_ms, "deadline of requests that name none", 1,
     600'000},
    {"serve.max_body_bytes", &ServeOptions::max_body_bytes, "largest request body", 1024,
     int64_t{1} << 30},
    {"serve.max_header_bytes", &ServeOptions::max_header_bytes, "largest request head", 1024,
     1 << 20},
    {"serve.max_json_depth", &ServeOptions::max_json_depth, "deepest nesting of a request", 4, 100},
    {"serve.drain_seconds", &ServeOptions::drain_seconds,
     "time for requests under way when the server is told to stop", 1, 3600},
    {"serve.shown_pages", &ServeOptions::shown_pages,
     "newest recommendations that feedback can be joined to", 1, 100'000'000},
    {"serve.spool_bytes", &ServeOptions::spool_bytes,
     "responses kept on disk while a database is away", 0, int64_t{1} << 40},
};

}  // namespace

Status ServeOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(CheckLimits(*this, kLimits));
  if (!(epsilon >= 0 && epsilon <= 1))
    return InvalidArgument(fmt::format("serve.epsilon = {}: must be from 0 to 1", epsilon));
  if (!(rate >= 0) || !(burst >= 1))
    return InvalidArgument(
        fmt::format("serve.rate = {}, serve.burst = {}: must be at least 0 and 1", rate, burst));
  if (host.empty()) return InvalidArgument("serve.host is empty");
  return Status::Ok();
}

void ServeOptions::Bind(ConfigRegistry& registry) {
  registry.Add("serve.host", &host, "address to listen on; any but loopback needs keys");
  registry.Add("serve.keys_file", &keys_file,
               "file of lines 'read KEY', 'feedback KEY', 'admin KEY'");
  registry.Add("serve.rate", &rate, "requests a second for each key; 0: no limit", 0, 1e9);
  registry.Add("serve.burst", &burst, "requests at once for each key", 1, 1e9);
  registry.Add("serve.epsilon", &epsilon, "share of places that are drawn at random", 0, 1);
  registry.Add("serve.state", &state, "directory for the spool and the active model");
  BindLimits(registry, *this, kLimits);
}

}  // namespace dynajob
