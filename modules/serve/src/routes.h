// The HTTP API as one table: requests are routed and checked by it, and /openapi.json and
// docs/http_api.md are printed from it.
#ifndef DYNAJOB_SERVE_SRC_ROUTES_H_
#define DYNAJOB_SERVE_SRC_ROUTES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access.h"
#include "admission.h"
#include "schema.h"

namespace dynajob {

enum class Operation {
  kPutJobs,
  kSearchJobs,
  kGetJob,
  kPatchJob,
  kDeleteJob,
  kPutCandidates,
  kGetCandidate,
  kPatchCandidate,
  kDeleteCandidate,
  kRecommend,
  kRecommendProfile,
  kFeedback,
  kListModels,
  kActivateModel,
  kListRuns,
  kGetRun,
  kLabels,
  kLearning,
  kLive,
  kReady,
  kMetrics,
  kOpenApi,
};

struct QueryParameter {
  std::string name = {};
  Schema schema = {};
  bool repeated = false;  // any number of times
};

struct RequestBody {
  Schema schema = {};           // of one item, when `bulk`
  bool bulk = false;            // one item or a list of them, or one a line (NDJSON)
  std::string media_type = {};  // besides application/json; may be empty
};

struct Answer {
  int status = 200;
  std::string description = {};
  std::string media_type = "application/json";
  std::optional<Schema> schema = std::nullopt;
};

struct Route {
  Operation operation = Operation::kLive;
  std::string method = {};
  std::string path = {};  // "/v1/jobs/{id}"
  std::string id = {};    // operationId
  std::string summary = {};
  std::string details = {};  // more about it; may be empty
  Right right = Right::kOpen;
  std::vector<QueryParameter> query = {};
  std::optional<RequestBody> body = std::nullopt;
  std::vector<Answer> answers = {};        // successes
  std::vector<ProblemKind> problems = {};  // besides those that any request can meet
  std::string example = {};                // curl, against http://127.0.0.1:8080; may be empty

  // Work that is not waited for by the health of the server: it is served however busy it is.
  bool exempt() const { return right == Right::kOpen; }
};

inline constexpr size_t kMaxBulk = 1000;
inline constexpr double kMaxPage = 100;
inline constexpr double kMaxOffset = 10'000;
inline constexpr double kMaxTimeoutMs = 600'000;

std::span<const Route> Routes();

struct RouteMatch {
  const Route* route = nullptr;         // null: see `allowed`
  std::vector<std::string> parameters;  // of the path, in order
  std::string allowed;                  // methods of this path, "GET, DELETE"; empty: no such path
};
RouteMatch FindRoute(std::string_view method, std::span<const std::string> path);

// Problems that any request can meet.
std::span<const ProblemKind> CommonProblems();

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_ROUTES_H_
