// Requests to answers: finds the route, checks key, rate, parameters and body, and calls the
// handler of the operation.
#ifndef DYNAJOB_SERVE_SRC_API_H_
#define DYNAJOB_SERVE_SRC_API_H_

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "http_server.h"
#include "routes.h"
#include "service.h"

namespace dynajob {

// A checked request.
struct Call {
  const Route& route;
  const HttpRequest& request;
  std::vector<std::string> path;                          // parameters of the path
  std::map<std::string, std::vector<std::string>> query;  // as the route's schemas allow
  Json body;                                              // null when the route has none
  SteadyTime deadline;

  // The only value of a parameter; `otherwise` when it is not there.
  std::string Query(const std::string& name, const std::string& otherwise) const;
};

using Reply = std::variant<HttpResponse, Problem>;

// As HttpHandler says. Borrows the service.
class Api final : public HttpHandler {
 public:
  explicit Api(Service& service);

  std::optional<HttpResponse> Admit(const HttpRequest& head) override;
  HttpResponse Handle(const HttpRequest& request) override;
  bool RefusesUnread() const override { return service_.gate().has_line(); }
  std::optional<Refusal> RefuseUnread(std::string_view bytes, SteadyTime received) override;
  HttpResponse Fail(int status) override;

 private:
  // Route, key, rate, size and media type: what the head tells.
  std::optional<Problem> CheckHead(const HttpRequest& head, const RouteMatch& match);
  std::optional<Problem> CheckKey(const HttpRequest& head, const Route& route);
  Reply Answer(const HttpRequest& request, const RouteMatch& match);
  Reply Dispatch(const Call& call);
  HttpResponse Finish(const HttpRequest& request, const Route* route, Reply reply);
  void CountShed(const Problem& problem);
  void CountAnswer(const std::string& operation, int status);

  Service& service_;
  // The answers to what is refused unread.
  std::string overloaded_;
  std::string too_late_;
};

// 200 with JSON, or another status.
HttpResponse JsonResponse(const Json& json, int status = 200);

// The handlers. Each has its operation's name.
template <typename Record>
Reply PutRecords(Service& service, const Call& call);
template <typename Record>
Reply GetRecord(Service& service, const Call& call);
template <typename Record>
Reply PatchRecord(Service& service, const Call& call);
template <typename Record>
Reply DeleteRecord(Service& service, const Call& call);
Reply SearchJobs(Service& service, const Call& call);
Reply Recommend(Service& service, const Call& call);
Reply RecommendProfile(Service& service, const Call& call);
Reply SendFeedback(Service& service, const Call& call);
Reply ListModels(Service& service, const Call& call);
Reply ActivateModel(Service& service, const Call& call);
Reply ListRuns(Service& service, const Call& call);
Reply GetRun(Service& service, const Call& call);
Reply ReadLabels(Service& service, const Call& call);
Reply ReadLearning(Service& service, const Call& call);
Reply Live(Service& service, const Call& call);
Reply Ready(Service& service, const Call& call);
Reply ReadMetrics(Service& service, const Call& call);
Reply ReadOpenApi(Service& service, const Call& call);

// The problem of a request that the gate did not admit.
Problem NotAdmitted(AdmissionGate::Outcome outcome);

// A record with its vector, ready to be stored and served.
template <typename Record>
struct EmbeddedRecord {
  std::vector<EmbeddingRow> rows;
  std::shared_ptr<const Served<Record>> served;
};
// kConflict when there is no embedder of the catalog here, kInvalid when a record has no text for a
// required field; its pointer is `pointer`.
template <typename Record>
std::variant<EmbeddedRecord<Record>, Problem> EmbedOne(Service& service, const Record& record,
                                                       const std::string& pointer);

// The person of the path, who is not served yet, from the store. To be called without a place in the
// gate: a slow store must not keep others from being ranked.
std::variant<ServedCandidatePtr, Problem> FindNewcomer(Service& service, const Call& call);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_API_H_
