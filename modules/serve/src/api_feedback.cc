// Feedback: checked, joined to what was shown, and acknowledged when it is safe.
#include <algorithm>

#include <fmt/format.h>

#include "dynajob/core/time.h"

#include "api.h"

namespace dynajob {
namespace {

std::optional<Problem> ReadEvent(const Json& body, ResponseEvent& event) {
  const FeedbackKind* kind = FindFeedbackKind(body["kind"].get<std::string>());
  DYNAJOB_CHECK(kind != nullptr, "the schema lists the kinds");
  event.event_id = body["event_id"];
  event.candidate_id = body["candidate_id"];
  event.job_id = body["job_id"];
  event.kind = kind->name;
  event.response = kind->response;
  event.request_id = body.value("request_id", "");
  event.timestamp_ms = NowMs();
  if (!body.contains("timestamp")) return std::nullopt;
  const auto text = body["timestamp"].get<std::string>();
  const auto moment = ParseIso8601(text);
  if (!moment)
    return Problem{.kind = kInvalid,
                   .detail = fmt::format("'{}' is not a moment such as 2026-05-01T12:00:00Z", text),
                   .pointer = "/timestamp"};
  event.timestamp_ms = moment->ms;
  return std::nullopt;
}

// Fills in what the recommendation says. A problem when it did not show this.
std::optional<Problem> Join(const ShownPage& page, ResponseEvent& event) {
  const auto wrong = [](const char* pointer, std::string detail) {
    return Problem{.kind = kInvalid, .detail = std::move(detail), .pointer = pointer};
  };
  if (!page.candidate_id.empty() && page.candidate_id != event.candidate_id)
    return wrong("/candidate_id", "the request_id is of a recommendation for somebody else");
  const auto shown = std::find_if(page.jobs.begin(), page.jobs.end(),
                                  [&](const ShownJob& job) { return job.job_id == event.job_id; });
  if (shown == page.jobs.end())
    return wrong("/job_id", "the recommendation of this request_id did not show this job");
  event.model_version = page.model_version;
  event.position = static_cast<int64_t>(page.offset) + (shown - page.jobs.begin());
  event.propensity = shown->propensity;
  return std::nullopt;
}

Reply Done(const ResponseEvent& event, int status, const char* outcome, bool joined) {
  return JsonResponse({{"event_id", event.event_id}, {"status", outcome}, {"joined", joined}},
                      status);
}

Reply AnswerFor(Service& service, const ResponseEvent& event, const WrittenResponse& written,
                bool joined) {
  switch (written.outcome) {
    case PutOutcome::kStored:
      // From the next request on; what is in the store was added by the writer.
      if (written.spooled) service.settled().Add(event);
      return written.spooled ? Done(event, 202, "spooled", joined)
                             : Done(event, 201, "stored", joined);
    case PutOutcome::kDuplicate:
      return Done(event, 200, "duplicate", joined);
    case PutOutcome::kConflict:
      return Problem{.kind = kConflicting,
                     .detail = "another event is stored under this event_id",
                     .pointer = "/event_id"};
    case PutOutcome::kUnknownEntity:
      break;
  }
  const bool job = service.market().FindJob(event.job_id) == nullptr;
  return Problem{.kind = kInvalid,
                 .detail = job ? fmt::format("there is no job '{}'", event.job_id)
                               : fmt::format("there is no candidate '{}'", event.candidate_id),
                 .pointer = job ? "/job_id" : "/candidate_id"};
}

}  // namespace

Reply SendFeedback(Service& service, const Call& call) {
  ResponseEvent event;
  if (auto problem = ReadEvent(call.body, event)) return *problem;
  const std::shared_ptr<const ShownPage> page =
      event.request_id.empty() ? nullptr : service.shown().Find(event.request_id);
  if (page != nullptr)
    if (auto problem = Join(*page, event)) return *problem;
  // What is spooled cannot be refused later.
  if (!service.writer().store_available() &&
      (service.market().FindJob(event.job_id) == nullptr ||
       service.market().FindCandidate(event.candidate_id) == nullptr))
    return AnswerFor(service, event, {PutOutcome::kUnknownEntity, false}, page != nullptr);
  const std::optional<size_t> key = service.keys().Find(PresentedKey(call.request));
  const Result<WrittenResponse> written =
      service.writer().Put(event, key ? service.keys().Label(*key) : 0, call.deadline);
  const char* outcome = "failed";
  if (written.ok()) {
    constexpr const char* kNames[] = {"stored", "duplicate", "conflict", "unknown"};
    outcome = written->spooled ? "spooled" : kNames[static_cast<size_t>(written->outcome)];
  }
  service.metrics().Count("dynajob_feedback_total", {{"kind", event.kind}, {"outcome", outcome}});
  if (!written.ok()) return FromError(written.error());
  return AnswerFor(service, event, *written, page != nullptr);
}

}  // namespace dynajob
