// The service: ranked jobs over HTTP, and responses stored without loss (docs/http_api.md).
#ifndef DYNAJOB_SERVE_SERVER_H_
#define DYNAJOB_SERVE_SERVER_H_

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "dynajob/agent/options.h"
#include "dynajob/core/catalog.h"
#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/rewards/cosine_reward.h"
#include "dynajob/rewards/response_rewards.h"
#include "dynajob/serve/learning_options.h"
#include "dynajob/serve/options.h"
#include "dynajob/stores/catalog_spec.h"
#include "dynajob/stores/store.h"

namespace dynajob {

// What a server is made of.
struct ServerParts {
  // Opens the store for writing; called again after the store was away.
  std::function<Result<std::unique_ptr<Store>>()> open_store;
  CatalogSpec spec;
  CosineOptions cosine;
  // Of the catalog; null when there is none here, and then what needs embedding is refused.
  std::shared_ptr<const Embedder> embedder;
  EmbedOptions embed;
  // A run directory of `dynajob train`, and the name that its model goes by. Empty: rank by cosine
  // until a model of the store is activated.
  std::filesystem::path model;
  std::string model_name;
  // A directory that `demo` or `compare` wrote, whose run is shown beside those of the store. Need
  // not exist.
  std::filesystem::path run;
  LearningOptions learning;
  OnlineOptions online;         // of the learner
  ResponseRewards rewards;      // what answers are worth to it
  std::filesystem::path state;  // directory of the spool and the active model; made when needed
  bool spool = false;           // keep responses in `state` while the store is away
  std::string version;          // of the program
  std::function<void(const std::string&)> log;  // lines for the operator; called by any thread
};

class Server {
 public:
  // Loads catalog, responses and model, and listens. kInvalidArgument: options, an address that
  // needs keys and has none, keys that cannot be used, a model that does not fit the catalog. Else
  // as the store does.
  static Result<std::unique_ptr<Server>> Create(ServerParts parts, const ServeOptions& options);
  virtual ~Server() = default;

  // "http://127.0.0.1:8080".
  virtual const std::string& url() const = 0;
  // Serves until cancelled, and then until every request under way is answered.
  virtual Status Run(const CancellationToken& stop) = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SERVER_H_
