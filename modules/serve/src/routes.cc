#include "routes.h"

#include <array>

#include "api_schemas.h"
#include "record_json.h"

namespace dynajob {
namespace {

constexpr const char* kNdjson = "application/x-ndjson";
constexpr const char* kMergePatch = "application/merge-patch+json";

std::vector<QueryParameter> RecommendQuery() {
  Schema filter = Text(
      "FIELD:VALUE, with the fields location, sector, work_mode and posted_after; "
      "values of one field are alternatives",
      500);
  Schema exclude = Text("Id of a job that is not to be shown", 200);
  exclude.min_length = 1;
  return {{"n", Integer("How many jobs (default 10)", 1, kMaxPage)},
          {"offset", Integer("How many to skip (default 0)", 0, kMaxOffset)},
          {"filter", filter, true},
          {"exclude", exclude, true},
          {"explain", Boolean("Whether to say why (default false)")},
          {"policy", PolicySchema()}};
}

std::vector<Route> JobRoutes() {
  return {
      {.operation = Operation::kPutJobs,
       .method = "POST",
       .path = "/v1/jobs",
       .id = "putJobs",
       .summary = "Add or replace jobs",
       .details = "One job, a list of up to 1000, or one a line as application/x-ndjson. All or "
                  "none are stored; what is sent again changes nothing. They are embedded with the "
                  "catalog's embedder and can be recommended when this answers.",
       .right = Right::kAdmin,
       .body = RequestBody{JobSchema(), true, kNdjson},
       .answers = {{200, "Stored", "application/json", StoredSchema()}},
       .problems = {kConflicting, kInvalid, kStoreAway},
       .example =
           R"(curl -sf http://127.0.0.1:8080/v1/jobs -H 'Content-Type: application/json' -d '[
  {"id": "j-1", "title": "Data engineer", "company": "Acme", "location": "Boston, MA",
   "technical_skills": ["Python", "SQL"], "soft_skills": ["teamwork"], "work_mode": "remote",
   "salary": {"low": 90000, "high": 120000}},
  {"id": "j-2", "title": "Nurse", "description": "Care for patients in a hospital."}]')"},
      {.operation = Operation::kSearchJobs,
       .method = "GET",
       .path = "/v1/jobs",
       .id = "searchJobs",
       .summary = "Search the jobs by words",
       .details = "Every word of the query must be a word of the job, or the beginning of one, in "
                  "title, company, skills, sector or place; case and accents do not matter. A word "
                  "counts 8 in the title, 4 in the company or a technical skill, 2 elsewhere, and "
                  "half of that where only the beginning is the same; the sum orders the jobs, and "
                  "a job whose id is the query comes first. Without a query all jobs are listed, "
                  "by id. Expired jobs are found, too.",
       .right = Right::kRead,
       .query = {{"query", Text("Words, or an id", 200)},
                 {"n", Integer("How many jobs (default 20)", 1, kMaxPage)},
                 {"offset", Integer("How many to skip (default 0)", 0, kMaxOffset)}},
       .answers = {{200, "The matches", "application/json", JobMatchesSchema()}},
       .problems = {kTooLate},
       .example = "curl -sf 'http://127.0.0.1:8080/v1/jobs?query=data%20engineer&n=3'"},
      {.operation = Operation::kGetJob,
       .method = "GET",
       .path = "/v1/jobs/{id}",
       .id = "getJob",
       .summary = "Read a job",
       .right = Right::kRead,
       .answers = {{200, "The job", "application/json", JobSchema()}},
       .problems = {kNoSuchThing},
       .example = "curl -sf http://127.0.0.1:8080/v1/jobs/j-1"},
      {.operation = Operation::kPatchJob,
       .method = "PATCH",
       .path = "/v1/jobs/{id}",
       .id = "patchJob",
       .summary = "Change some fields of a job",
       .details = "A JSON Merge Patch (RFC 7396): fields that are sent replace those stored, null "
                  "removes one.",
       .right = Right::kAdmin,
       .body = RequestBody{JobPatchSchema(), false, kMergePatch},
       .answers = {{200, "The job as it is now", "application/json", JobSchema()}},
       .problems = {kNoSuchThing, kConflicting, kInvalid, kStoreAway},
       .example =
           R"(curl -sf -X PATCH http://127.0.0.1:8080/v1/jobs/j-1 -H 'Content-Type: application/json' \
  -d '{"work_mode": "hybrid", "salary": null}')"},
      {.operation = Operation::kDeleteJob,
       .method = "DELETE",
       .path = "/v1/jobs/{id}",
       .id = "deleteJob",
       .summary = "Remove a job",
       .details = "Responses to it are kept.",
       .right = Right::kAdmin,
       .answers = {{204, "Removed", "", {}}},
       .problems = {kNoSuchThing, kStoreAway},
       .example = "curl -sf -X DELETE http://127.0.0.1:8080/v1/jobs/j-2"}};
}

std::vector<Route> CandidateRoutes() {
  return {
      {.operation = Operation::kPutCandidates,
       .method = "POST",
       .path = "/v1/candidates",
       .id = "putCandidates",
       .summary = "Add or replace candidates",
       .details = "As for jobs.",
       .right = Right::kAdmin,
       .body = RequestBody{CandidateSchema(), true, kNdjson},
       .answers = {{200, "Stored", "application/json", StoredSchema()}},
       .problems = {kConflicting, kInvalid, kStoreAway},
       .example =
           R"(printf '%s\n' '{"id": "c-1", "bio": "I build data pipelines.", "hard_skills": ["Python"]}' \
    '{"id": "c-2", "bio": "I nurse people.", "hard_skills": ["patient care"]}' |
  curl -sf http://127.0.0.1:8080/v1/candidates -H 'Content-Type: application/x-ndjson' --data-binary @-)"},
      {.operation = Operation::kGetCandidate,
       .method = "GET",
       .path = "/v1/candidates/{id}",
       .id = "getCandidate",
       .summary = "Read a candidate",
       .right = Right::kRead,
       .answers = {{200, "The candidate", "application/json", CandidateSchema()}},
       .problems = {kNoSuchThing},
       .example = "curl -sf http://127.0.0.1:8080/v1/candidates/c-1"},
      {.operation = Operation::kPatchCandidate,
       .method = "PATCH",
       .path = "/v1/candidates/{id}",
       .id = "patchCandidate",
       .summary = "Change some fields of a candidate",
       .details = "As for jobs.",
       .right = Right::kAdmin,
       .body = RequestBody{CandidatePatchSchema(), false, kMergePatch},
       .answers = {{200, "The candidate as it is now", "application/json", CandidateSchema()}},
       .problems = {kNoSuchThing, kConflicting, kInvalid, kStoreAway},
       .example =
           R"(curl -sf -X PATCH http://127.0.0.1:8080/v1/candidates/c-1 -H 'Content-Type: application/json' \
  -d '{"seniority": "senior"}')"},
      {.operation = Operation::kDeleteCandidate,
       .method = "DELETE",
       .path = "/v1/candidates/{id}",
       .id = "deleteCandidate",
       .summary = "Remove a candidate and all that the person has answered",
       .right = Right::kAdmin,
       .answers = {{204, "Removed", "", {}}},
       .problems = {kNoSuchThing, kStoreAway},
       .example = "curl -sf -X DELETE http://127.0.0.1:8080/v1/candidates/c-2"}};
}

std::vector<Route> RankingRoutes() {
  return {
      {.operation = Operation::kRecommend,
       .method = "GET",
       .path = "/v1/recommend/{candidate}",
       .id = "recommend",
       .summary = "Rank the jobs for a candidate",
       .details = "Every open job is scored. Jobs that the person has applied to or dismissed are "
                  "left out. policy=random-start (learn.random_start=true; else 409) ranks by an "
                  "agent that began with random weights and learns from the same responses, to "
                  "compare with: nothing is drawn at random there, and the page has no request_id "
                  "and is not kept, so feedback to it carries no propensity and is no evidence "
                  "about the policy that is served.",
       .right = Right::kRead,
       .query = RecommendQuery(),
       .answers = {{200, "The ranking", "application/json", RecommendationsSchema()}},
       .problems = {kNoSuchThing, kConflicting, kInvalid, kTooLate},
       .example = "curl -sf 'http://127.0.0.1:8080/v1/recommend/c-1?n=3&explain=true"
                  "&filter=work_mode:remote&filter=work_mode:hybrid'"},
      {.operation = Operation::kRecommendProfile,
       .method = "POST",
       .path = "/v1/recommend",
       .id = "recommendProfile",
       .summary = "Rank the jobs for a profile that is not stored",
       .right = Right::kRead,
       .body = RequestBody{ProfileRequestSchema(), false, ""},
       .answers = {{200, "The ranking", "application/json", RecommendationsSchema()}},
       .problems = {kConflicting, kInvalid, kTooLate},
       .example =
           R"(curl -sf http://127.0.0.1:8080/v1/recommend -H 'Content-Type: application/json' -d '
  {"candidate": {"resume": "Ten years of welding and metal work."}, "n": 3}')"},
      {.operation = Operation::kFeedback,
       .method = "POST",
       .path = "/v1/feedback",
       .id = "sendFeedback",
       .summary = "Report what a person did with a job",
       .details = "Answered when it is safe on the disk. After apply, interview, hire or dismiss "
                  "the job is not shown to the person again. With a request_id the event is joined "
                  "to the recommendation that it answers, if that is among the newest.",
       .right = Right::kFeedback,
       .body = RequestBody{FeedbackSchema(), false, ""},
       .answers = {{200, "Known already", "application/json", FeedbackResultSchema()},
                   {201, "Stored", "application/json", FeedbackResultSchema()},
                   {202, "On this server's disk until the store is back", "application/json",
                    FeedbackResultSchema()}},
       .problems = {kConflicting, kInvalid, kStoreAway},
       .example =
           R"(curl -sf http://127.0.0.1:8080/v1/feedback -H 'Content-Type: application/json' \
  -d '{"event_id": "e-1", "candidate_id": "c-1", "job_id": "j-1", "kind": "apply"}')"}};
}

std::vector<Route> AdminRoutes() {
  return {
      {.operation = Operation::kListModels,
       .method = "GET",
       .path = "/v1/models",
       .id = "listModels",
       .summary = "Models that can rank",
       .right = Right::kRead,
       .answers = {{200, "The models", "application/json", ModelsSchema()}},
       .problems = {kStoreAway},
       .example = "curl -sf http://127.0.0.1:8080/v1/models"},
      {.operation = Operation::kActivateModel,
       .method = "POST",
       .path = "/v1/models/{id}/activate",
       .id = "activateModel",
       .summary = "Rank with another model",
       .details = "From the next request on, and after a restart.",
       .right = Right::kAdmin,
       .answers = {{200, "It ranks now", "application/json", ActivatedSchema()}},
       .problems = {kNoSuchThing, kConflicting, kStoreAway},
       .example = "curl -sf -X POST http://127.0.0.1:8080/v1/models/model/activate"},
      {.operation = Operation::kListRuns,
       .method = "GET",
       .path = "/v1/runs",
       .id = "listRuns",
       .summary = "Trainings and comparisons that the server knows",
       .details =
           "Those of the store (compare --publish), and the one in whose directory the model "
           "of --model lies, as demo leaves it, under the name of that directory.",
       .right = Right::kRead,
       .answers = {{200, "The runs", "application/json", RunsSchema()}},
       .problems = {kStoreAway},
       .example = "curl -sf http://127.0.0.1:8080/v1/runs"},
      {.operation = Operation::kGetRun,
       .method = "GET",
       .path = "/v1/runs/{id}",
       .id = "getRun",
       .summary = "Read a run with its report",
       .details = "The report is what report.html draws: schema dynajob.report/1 "
                  "(dashboard/src/report/schema.ts).",
       .right = Right::kRead,
       .answers = {{200, "The run", "application/json", RunReportSchema()}},
       .problems = {kNoSuchThing, kConflicting, kStoreAway, kTooLate},
       .example = "curl -s http://127.0.0.1:8080/v1/runs/demo"},
      {.operation = Operation::kLabels,
       .method = "GET",
       .path = "/v1/labels",
       .id = "labels",
       .summary = "Labels that the store keeps of chat models, by model",
       .details = "Each answer that was paid for, once, whatever used it afterwards: how many, how "
                  "many of them are unusable and why, tokens and cost where known. Counted anew "
                  "after 30 s at the earliest.",
       .right = Right::kAdmin,
       .answers = {{200, "The labels", "application/json", LabelsSchema()}},
       .problems = {kStoreAway, kTooLate},
       .example = "curl -sf http://127.0.0.1:8080/v1/labels"},
      {.operation = Operation::kLearning,
       .method = "GET",
       .path = "/v1/learning",
       .id = "learning",
       .summary = "What the policy is learning from the responses",
       .details =
           "Every response that is stored is learned from, by the Dyna-Q steps of the training, "
           "and a new snapshot of the policy ranks from then on. A snapshot whose errors on "
           "held-back responses are higher than those of the one before is rolled back. One "
           "point is one snapshot that was tried; its means are over the responses since the "
           "one before.",
       .right = Right::kRead,
       .query = {{"points",
                  Integer("How many points at most, the newest (default: all)", 0, 1000)}},
       .answers = {{200, "How it stands", "application/json", LearningSchema()}},
       .example = "curl -sf http://127.0.0.1:8080/v1/learning"},
      {.operation = Operation::kLive,
       .method = "GET",
       .path = "/health/live",
       .id = "live",
       .summary = "Whether the process works",
       .answers = {{200, "It does", "application/json", HealthSchema()}},
       .example = "curl -sf http://127.0.0.1:8080/health/live"},
      {.operation = Operation::kReady,
       .method = "GET",
       .path = "/health/ready",
       .id = "ready",
       .summary = "Whether requests should be sent here",
       .details = "degraded: recommendations go on from what is in memory while the store is away. "
                  "draining (503): the server is stopping.",
       .answers = {{200, "ready or degraded", "application/json", HealthSchema()},
                   {503, "draining", "application/json", HealthSchema()}},
       .example = "curl -sf http://127.0.0.1:8080/health/ready"},
      {.operation = Operation::kMetrics,
       .method = "GET",
       .path = "/metrics",
       .id = "metrics",
       .summary = "Metrics for Prometheus",
       .answers = {{200, "Text format 0.0.4", "text/plain", Text("", 10'000'000)}},
       .example = "curl -sf http://127.0.0.1:8080/metrics"},
      {.operation = Operation::kOpenApi,
       .method = "GET",
       .path = "/openapi.json",
       .id = "openApi",
       .summary = "This description as OpenAPI 3.1",
       .answers = {{200, "The description", "application/json", Schema{}}},
       .example = "curl -sf http://127.0.0.1:8080/openapi.json"}};
}

std::vector<Route> AllRoutes() {
  std::vector<Route> all;
  for (std::vector<Route> routes : {JobRoutes(), CandidateRoutes(), RankingRoutes(), AdminRoutes()})
    for (Route& route : routes) all.push_back(std::move(route));
  return all;
}

// The parameters of the path when it fits the pattern.
std::optional<std::vector<std::string>> Match(const std::vector<std::string>& pattern,
                                              std::span<const std::string> path) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::vector<std::string> parameters;
  for (size_t i = 0; i < path.size(); ++i) {
    if (pattern[i].starts_with('{') && !path[i].empty()) {
      parameters.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

}  // namespace

std::span<const Route> Routes() {
  static const std::vector<Route> routes = AllRoutes();
  return routes;
}

RouteMatch FindRoute(std::string_view method, std::span<const std::string> path) {
  static const std::vector<std::vector<std::string>> patterns = [] {
    std::vector<std::vector<std::string>> split;
    for (const Route& route : Routes()) split.push_back(SplitPath(route.path));
    return split;
  }();
  RouteMatch match;
  for (size_t i = 0; i < patterns.size(); ++i) {
    auto parameters = Match(patterns[i], path);
    if (!parameters) continue;
    const Route& route = Routes()[i];
    match.allowed += (match.allowed.empty() ? "" : ", ") + route.method;
    // What can be read can be asked for without its content.
    if (route.method != method && !(method == "HEAD" && route.method == "GET")) continue;
    match.route = &route;
    match.parameters = std::move(*parameters);
  }
  return match;
}

std::span<const ProblemKind> CommonProblems() {
  static constexpr std::array kCommon = {kMalformed,    kTooSlow,  kTooLarge, kUriTooLong,
                                         kHeadTooLarge, kInternal, kTooBusy};
  return kCommon;
}

}  // namespace dynajob
