#include "dynajob/serve/server.h"

#include <fmt/format.h>

#include "api.h"

namespace dynajob {
namespace {

// Threads beyond those that compute, wait to compute or wait for the store: for health and
// refusals.
constexpr size_t kSpareThreads = 16;

HttpLimits LimitsOf(const ServeOptions& options, size_t line) {
  HttpLimits limits;
  limits.workers = line + StoreWriter::Options{}.queue + kSpareThreads;
  limits.connections = static_cast<size_t>(options.connections);
  limits.head_bytes = static_cast<size_t>(options.max_header_bytes);
  limits.body_bytes = static_cast<size_t>(options.max_body_bytes);
  limits.drain = std::chrono::seconds(options.drain_seconds);
  return limits;
}

class HttpService final : public Server {
 public:
  HttpService(std::unique_ptr<Service> service, const ServeOptions& options)
      : service_(std::move(service)), api_(*service_), options_(options) {}

  Status Listen() {
    const auto line = static_cast<size_t>(options_.queue + options_.workers);
    DYNAJOB_ASSIGN_OR_RETURN(http_,
                             HttpServer::Listen(options_.host, static_cast<int>(options_.port),
                                                LimitsOf(options_, line), api_));
    service_->metrics().DeclareGauge("dynajob_http_connections", "Open connections.", [this] {
      return static_cast<double>(http_->open_connections());
    });
    const bool ipv6 = options_.host.find(':') != std::string::npos;
    url_ = fmt::format("http://{}{}{}:{}", ipv6 ? "[" : "", options_.host, ipv6 ? "]" : "",
                       http_->port());
    return Status::Ok();
  }

  const std::string& url() const override { return url_; }
  Status Run(const CancellationToken& stop) override {
    service_->set_stop(&stop);
    return http_->Run(stop);
  }

 private:
  std::unique_ptr<Service> service_;
  Api api_;
  ServeOptions options_;
  std::unique_ptr<HttpServer> http_;
  std::string url_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Create(ServerParts parts, const ServeOptions& options) {
  DYNAJOB_ASSIGN_OR_RETURN(auto service, Service::Open(std::move(parts), options));
  auto server = std::make_unique<HttpService>(std::move(service), options);
  DYNAJOB_RETURN_IF_ERROR(server->Listen());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace dynajob
