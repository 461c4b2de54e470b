#include "api.h"

#include <algorithm>
#include <charconv>
#include <exception>

#include <fmt/format.h>

#include "dynajob/core/text.h"

#include "early_refusal.h"
#include "pages.h"

namespace dynajob {
namespace {

constexpr int kRetrySeconds = 1;

// A parameter of a query as the JSON value that its schema describes.
std::optional<Json> ParseParameter(const std::string& text, Schema::Type type) {
  if (type == Schema::Type::kString) return Json(text);
  if (type == Schema::Type::kBoolean) {
    if (text != "true" && text != "false") return std::nullopt;
    return Json(text == "true");
  }
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Json(value);
}

Problem BadParameter(const std::string& name, std::string detail) {
  return {.kind = kMalformed, .detail = std::move(detail), .parameter = name};
}

std::optional<Problem> CheckQuery(const Route& route, const HttpRequest& request,
                                  std::map<std::string, std::vector<std::string>>& values) {
  for (const auto& [name, value] : request.query) {
    const auto known = std::find_if(route.query.begin(), route.query.end(),
                                    [&](const QueryParameter& p) { return p.name == name; });
    if (known == route.query.end()) return BadParameter(name, "is not a parameter of this request");
    std::vector<std::string>& given = values[name];
    if (!given.empty() && !known->repeated) return BadParameter(name, "is there more than once");
    if (given.size() >= kMaxBulk)
      return BadParameter(name, fmt::format("is there more than {} times", kMaxBulk));
    if (SanitizeUtf8(value) != value) return BadParameter(name, "is not UTF-8");
    const std::optional<Json> json = ParseParameter(value, known->schema.type);
    if (!json) return BadParameter(name, fmt::format("'{}' cannot be read", value.substr(0, 100)));
    if (const auto problem = CheckJson(*json, known->schema))
      return BadParameter(name, problem->detail);
    given.push_back(value);
  }
  return std::nullopt;
}

// By when the work must be done: a little before the client stops waiting, since the answer has to
// get there. `timeout` is what kTimeoutHeader says; nothing when that is not valid.
std::optional<SteadyTime> DeadlineOf(std::string_view timeout, SteadyTime received,
                                     int64_t otherwise_ms) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongestWay{25};
  int64_t ms = otherwise_ms;
  if (!timeout.empty()) {
    const char* const last = timeout.data() + timeout.size();
    const auto [end, code] = std::from_chars(timeout.data(), last, ms);
    if (code != std::errc() || end != last || ms < 1 || static_cast<double>(ms) > kMaxTimeoutMs)
      return std::nullopt;
  }
  const milliseconds way = std::min(kLongestWay, milliseconds(ms) / 10);
  return received + milliseconds(ms) - way;
}

std::string MediaType(const HttpRequest& request) {
  const std::string_view type = request.Header("Content-Type");
  return ToLowerAscii(Trim(type.substr(0, type.find(';'))));
}

std::optional<Problem> CheckMediaType(const HttpRequest& head, const RequestBody& body) {
  if (!head.Header("Content-Encoding").empty())
    return Problem{.kind = kMediaType, .detail = "compressed bodies are not taken"};
  const std::string type = MediaType(head);
  if (type == "application/json" || (!body.media_type.empty() && type == body.media_type))
    return std::nullopt;
  return Problem{
      .kind = kMediaType,
      .detail = fmt::format("Content-Type is '{}'; it must be application/json{}{}", type,
                            body.media_type.empty() ? "" : " or ", body.media_type)};
}

// A list of one object a line.
ParsedJson ParseLines(std::string_view text, size_t max_depth) {
  Json list = Json::array();
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const std::string_view line = Trim(text.substr(0, newline));
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (line.empty()) continue;
    ParsedJson parsed = ParseJson(line, max_depth);
    if (parsed.problem) {
      parsed.problem->pointer = Descend("", std::to_string(list.size()));
      return parsed;
    }
    list.push_back(std::move(parsed.value));
  }
  return {std::move(list), std::nullopt};
}

ParsedJson ReadBody(const HttpRequest& request, const RequestBody& body, size_t max_depth) {
  const bool lines = body.bulk && MediaType(request) == body.media_type;
  ParsedJson parsed =
      lines ? ParseLines(request.body, max_depth) : ParseJson(request.body, max_depth);
  if (parsed.problem) return parsed;
  if (!body.bulk) {
    parsed.problem = CheckJson(parsed.value, body.schema);
    return parsed;
  }
  if (!parsed.value.is_array()) parsed.value = Json::array({std::move(parsed.value)});
  Schema list = ListOf(body.schema, "", kMaxBulk);
  list.min_items = 1;
  parsed.problem = CheckJson(parsed.value, list);
  return parsed;
}

std::string RefusalText(AdmissionGate::Outcome outcome) {
  return UnavailableText(ToResponse(NotAdmitted(outcome)), /*close=*/false);
}

}  // namespace

std::string Call::Query(const std::string& name, const std::string& otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : found->second.front();
}

Api::Api(Service& service)
    : service_(service),
      overloaded_(RefusalText(AdmissionGate::Outcome::kOverloaded)),
      too_late_(RefusalText(AdmissionGate::Outcome::kDeadline)) {}

HttpResponse JsonResponse(const Json& json, int status) {
  HttpResponse response;
  response.status = status;
  response.body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return response;
}

Problem NotAdmitted(AdmissionGate::Outcome outcome) {
  if (outcome == AdmissionGate::Outcome::kDeadline)
    return {.kind = kTooLate,
            .detail = "there was no time left for the request when it was its turn",
            .retry_after_seconds = kRetrySeconds};
  return {.kind = kTooBusy,
          .detail = "too many requests wait; this kind of request is not taken now",
          .retry_after_seconds = kRetrySeconds};
}

std::optional<Problem> Api::CheckKey(const HttpRequest& head, const Route& route) {
  if (service_.keys().empty() || route.right == Right::kOpen) return std::nullopt;
  const std::string_view presented = PresentedKey(head);
  const std::optional<size_t> key = service_.keys().Find(presented);
  if (!key)
    return Problem{.kind = kKeyRequired,
                   .detail = presented.empty() ? "there is no key" : "the key is not known"};
  if (const auto wait = service_.rates().Take(*key, head.received))
    return Problem{.kind = kRateLimited,
                   .detail = fmt::format("more than {} requests a second", service_.options().rate),
                   .retry_after_seconds = *wait};
  if (service_.keys().right(*key) >= route.right) return std::nullopt;
  return Problem{
      .kind = kForbidden,
      .detail = fmt::format("the key may {}; this needs one that may {}",
                            ToString(service_.keys().right(*key)), ToString(route.right))};
}

std::optional<Problem> Api::CheckHead(const HttpRequest& head, const RouteMatch& match) {
  if (match.route == nullptr && match.allowed.empty())
    return Problem{.kind = kNoSuchThing, .detail = "there is nothing at this address"};
  if (match.route == nullptr)
    return Problem{.kind = kWrongMethod, .detail = "allowed here: " + match.allowed};
  if (auto problem = CheckKey(head, *match.route)) return problem;
  for (const std::string& parameter : match.parameters)
    if (SanitizeUtf8(parameter) != parameter)
      return Problem{.kind = kMalformed, .detail = "the address is not UTF-8"};
  if (!match.route->body) return std::nullopt;
  if (auto problem = CheckMediaType(head, *match.route->body)) return problem;
  const std::string_view length = head.Header("Content-Length");
  int64_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (bytes <= service_.options().max_body_bytes) return std::nullopt;
  return Problem{.kind = kTooLarge,
                 .detail = fmt::format("the body has {} bytes; the limit is {}", bytes,
                                       service_.options().max_body_bytes)};
}

// Before key, rate and parameters are looked at: what would be refused for those is refused all the
// same.
std::optional<HttpHandler::Refusal> Api::RefuseUnread(std::string_view bytes, SteadyTime received) {
  const auto request = FindRefusable(bytes);
  if (!request) return std::nullopt;
  const auto deadline = DeadlineOf(request->timeout, received, service_.options().timeout_ms);
  if (!deadline) return std::nullopt;
  const AdmissionGate::Duration expected = service_.gate().expected_time();
  const bool overloaded = expected == AdmissionGate::Duration::max();
  if (!overloaded && std::chrono::steady_clock::now() + expected <= *deadline) return std::nullopt;
  const ProblemKind& kind = overloaded ? kTooBusy : kTooLate;
  service_.metrics().Count("dynajob_requests_shed_total", {{"reason", std::string(kind.name)}});
  CountAnswer("recommend", kind.status);
  return Refusal{overloaded ? overloaded_ : too_late_, request->length};
}

std::optional<HttpResponse> Api::Admit(const HttpRequest& head) {
  if (auto page = FindPage(head)) return Finish(head, nullptr, *std::move(page));
  const RouteMatch match = FindRoute(head.method, head.path);
  auto problem = CheckHead(head, match);
  if (!problem) return std::nullopt;
  HttpResponse response = Finish(head, match.route, *problem);
  if (problem->kind.status == kWrongMethod.status)
    response.headers.emplace_back("Allow", match.allowed);
  return response;
}

Reply Api::Answer(const HttpRequest& request, const RouteMatch& match) {
  const Route& route = *match.route;
  Call call{route, request, match.parameters, {}, nullptr, {}};
  if (auto problem = CheckQuery(route, request, call.query)) return *problem;
  const auto deadline =
      DeadlineOf(request.Header(kTimeoutHeader), request.received, service_.options().timeout_ms);
  if (!deadline)
    return BadParameter(
        std::string(kTimeoutHeader),
        fmt::format("must be a whole number from 1 to {}", static_cast<int64_t>(kMaxTimeoutMs)));
  call.deadline = *deadline;
  if (route.body) {
    ParsedJson parsed =
        ReadBody(request, *route.body, static_cast<size_t>(service_.options().max_json_depth));
    if (parsed.problem) return *parsed.problem;
    call.body = std::move(parsed.value);
  }
  return Dispatch(call);
}

Reply Api::Dispatch(const Call& call) {
  switch (call.route.operation) {
    case Operation::kPutJobs:
      return PutRecords<Job>(service_, call);
    case Operation::kSearchJobs:
      return SearchJobs(service_, call);
    case Operation::kGetJob:
      return GetRecord<Job>(service_, call);
    case Operation::kPatchJob:
      return PatchRecord<Job>(service_, call);
    case Operation::kDeleteJob:
      return DeleteRecord<Job>(service_, call);
    case Operation::kPutCandidates:
      return PutRecords<Candidate>(service_, call);
    case Operation::kGetCandidate:
      return GetRecord<Candidate>(service_, call);
    case Operation::kPatchCandidate:
      return PatchRecord<Candidate>(service_, call);
    case Operation::kDeleteCandidate:
      return DeleteRecord<Candidate>(service_, call);
    case Operation::kRecommend:
      return Recommend(service_, call);
    case Operation::kRecommendProfile:
      return RecommendProfile(service_, call);
    case Operation::kFeedback:
      return SendFeedback(service_, call);
    case Operation::kListModels:
      return ListModels(service_, call);
    case Operation::kActivateModel:
      return ActivateModel(service_, call);
    case Operation::kListRuns:
      return ListRuns(service_, call);
    case Operation::kGetRun:
      return GetRun(service_, call);
    case Operation::kLabels:
      return ReadLabels(service_, call);
    case Operation::kLearning:
      return ReadLearning(service_, call);
    case Operation::kLive:
      return Live(service_, call);
    case Operation::kReady:
      return Ready(service_, call);
    case Operation::kMetrics:
      return ReadMetrics(service_, call);
    case Operation::kOpenApi:
      return ReadOpenApi(service_, call);
  }
  return Problem{.kind = kNoSuchThing, .detail = "there is nothing at this address"};
}

void Api::CountShed(const Problem& problem) {
  if (problem.kind.name == kTooBusy.name || problem.kind.name == kTooLate.name ||
      problem.kind.name == kRateLimited.name)
    service_.metrics().Count("dynajob_requests_shed_total",
                             {{"reason", std::string(problem.kind.name)}});
}

void Api::CountAnswer(const std::string& operation, int status) {
  service_.metrics().Count("dynajob_http_requests_total",
                           {{"operation", operation}, {"code", std::to_string(status)}});
}

HttpResponse Api::Finish(const HttpRequest& request, const Route* route, Reply reply) {
  if (const auto* problem = std::get_if<Problem>(&reply)) CountShed(*problem);
  HttpResponse response = std::holds_alternative<Problem>(reply)
                              ? ToResponse(std::get<Problem>(reply))
                              : std::get<HttpResponse>(std::move(reply));
  const std::string operation = route != nullptr ? route->id : "none";
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - request.received;
  CountAnswer(operation, response.status);
  service_.metrics().Observe("dynajob_http_request_duration_seconds", {{"operation", operation}},
                             taken.count());
  return response;
}

HttpResponse Api::Handle(const HttpRequest& request) {
  const RouteMatch match = FindRoute(request.method, request.path);
  DYNAJOB_CHECK(match.route != nullptr, "a request that was not admitted");
  try {
    return Finish(request, match.route, Answer(request, match));
  } catch (const std::exception& error) {
    // A bug, or no memory: the client learns that it is not to blame, the operator what it was.
    service_.Log(fmt::format("{} {}: {}", match.route->method, match.route->path, error.what()));
    return Finish(request, match.route,
                  Problem{.kind = kInternal, .detail = "the server's log says why"});
  }
}

HttpResponse Api::Fail(int status) {
  Problem problem{.kind = kMalformed, .detail = "this is not an HTTP request that can be read"};
  for (const ProblemKind& kind : ProblemKinds())
    if (kind.status == status && status != kMalformed.status)
      problem = {.kind = kind, .detail = std::string(kind.title)};
  if (status == kTooBusy.status)
    problem = {.kind = kTooBusy,
               .detail = "too many connections are open",
               .retry_after_seconds = kRetrySeconds};
  CountShed(problem);
  CountAnswer("none", problem.kind.status);
  return ToResponse(problem);
}

}  // namespace dynajob
