#include "dynajob/evaluation/decision_log.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

constexpr int kMostNesting = 4;

// What was answered to one place of one page.
struct Place {
  std::string job_id;
  double reward = 0;
  double propensity = 1;
  int64_t timestamp_ms = 0;
  bool settles = false;  // the job is not shown to this person again
};

struct Page {
  std::string candidate_id;
  std::string request_id;
  int64_t timestamp_ms = 0;  // of its first event
  std::map<int64_t, Place> places;
};

// serve does not show a job again after an application, or what follows one, or a dismissal.
bool Settles(const ResponseEvent& event) {
  return event.response == Response::kApply || event.kind == "dismiss";
}

std::vector<Page> PagesOf(std::span<const ResponseEvent> events, const ResponseRewards& rewards,
                          std::map<std::string, size_t>& left_out) {
  std::map<std::string, Page> pages;
  for (const ResponseEvent& event : events) {
    if (event.request_id.empty() || !event.position) {
      ++left_out["events that answer no known recommendation"];
      continue;
    }
    if (!event.propensity || !(*event.propensity > 0 && *event.propensity <= 1)) {
      ++left_out["events without a propensity"];
      continue;
    }
    Page& page = pages[event.request_id];
    page.candidate_id = event.candidate_id;
    page.request_id = event.request_id;
    if (page.places.empty() || event.timestamp_ms < page.timestamp_ms)
      page.timestamp_ms = event.timestamp_ms;
    const double reward = rewards.Of(event.response);
    const auto [at, is_new] = page.places.try_emplace(
        *event.position,
        Place{event.job_id, reward, *event.propensity, event.timestamp_ms, Settles(event)});
    if (is_new) continue;
    at->second.reward = std::max(at->second.reward, reward);
    at->second.settles = at->second.settles || Settles(event);
  }
  std::vector<Page> ordered;
  for (auto& [id, page] : pages) ordered.push_back(std::move(page));
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Page& a, const Page& b) { return a.timestamp_ms < b.timestamp_ms; });
  return ordered;
}

class LineReader {
 public:
  LineReader(size_t line, const ResponseRewards& rewards) : line_(line), rewards_(rewards) {}

  Result<LoggedDecision> Read(std::string_view text) const {
    const auto limit = [](int depth, Json::parse_event_t, Json&) { return depth <= kMostNesting; };
    const Json row = Json::parse(text.begin(), text.end(), limit, /*allow_exceptions=*/false);
    if (!row.is_object()) return Wrong("is not a JSON object");
    LoggedDecision decision;
    DYNAJOB_ASSIGN_OR_RETURN(decision.candidate_id, Text(row, "candidate_id"));
    DYNAJOB_ASSIGN_OR_RETURN(decision.job_id, Text(row, "job_id"));
    DYNAJOB_ASSIGN_OR_RETURN(decision.reward, Reward(row));
    DYNAJOB_ASSIGN_OR_RETURN(decision.propensity, Number(row, "propensity"));
    if (!(decision.propensity > 0 && decision.propensity <= 1))
      return Wrong(
          fmt::format("propensity = {}: must be above 0 and at most 1", decision.propensity));
    if (row.contains("target_probability")) {
      DYNAJOB_ASSIGN_OR_RETURN(decision.target_probability, Number(row, "target_probability"));
      if (!(*decision.target_probability >= 0 && *decision.target_probability <= 1))
        return Wrong(fmt::format("target_probability = {}: must be from 0 to 1",
                                 *decision.target_probability));
    }
    if (row.contains("timestamp")) {
      DYNAJOB_ASSIGN_OR_RETURN(const std::string moment, Text(row, "timestamp"));
      const auto time = ParseIso8601(moment);
      if (!time) return Wrong(fmt::format("timestamp = '{}': is not ISO 8601", moment));
      decision.timestamp_ms = time->ms;
    }
    DYNAJOB_RETURN_IF_ERROR(ReadCandidateSet(row, decision));
    return decision;
  }

 private:
  Error Wrong(const std::string& what) const {
    return CorruptData(fmt::format("line {}: {}", line_, what));
  }

  Result<std::string> Text(const Json& row, const char* field) const {
    const auto at = row.find(field);
    if (at == row.end()) return Wrong(fmt::format("has no {}", field));
    if (!at->is_string() || at->get_ref<const std::string&>().empty())
      return Wrong(fmt::format("{} must be a text that is not empty", field));
    return at->get<std::string>();
  }

  Result<double> Number(const Json& row, const char* field) const {
    const auto at = row.find(field);
    if (at == row.end()) return Wrong(fmt::format("has no {}", field));
    if (!at->is_number() || !std::isfinite(at->get<double>()))
      return Wrong(fmt::format("{} must be a number", field));
    return at->get<double>();
  }

  Result<double> Reward(const Json& row) const {
    if (!row.contains("response")) return Number(row, "reward");
    if (row.contains("reward")) return Wrong("has both a reward and a response");
    DYNAJOB_ASSIGN_OR_RETURN(const std::string text, Text(row, "response"));
    const auto response = ParseResponse(text);
    if (!response)
      return Wrong(fmt::format("response = '{}': must be IGNORE, CLICK, SAVE or APPLY", text));
    return rewards_.Of(*response);
  }

  Status ReadCandidateSet(const Json& row, LoggedDecision& decision) const {
    const auto set = row.find("candidate_set");
    if (set == row.end()) return Status::Ok();
    if (!set->is_array() || set->empty())
      return Wrong("candidate_set must be a list of ids that is not empty");
    std::set<std::string> seen;
    for (const Json& id : *set) {
      if (!id.is_string()) return Wrong("candidate_set must be a list of ids");
      if (!seen.insert(id.get<std::string>()).second)
        return Wrong(fmt::format("candidate_set holds '{}' twice", id.get<std::string>()));
      decision.candidate_set.push_back(id.get<std::string>());
    }
    if (!seen.contains(decision.job_id))
      return Wrong(fmt::format("candidate_set lacks the job_id '{}'", decision.job_id));
    return Status::Ok();
  }

  size_t line_;
  const ResponseRewards& rewards_;
};

}  // namespace

DecisionLog DecisionsOf(std::span<const ResponseEvent> events, const ResponseRewards& rewards) {
  DecisionLog log;
  std::unordered_map<std::string, std::vector<std::string>> settled;  // by candidate
  for (const Page& page : PagesOf(events, rewards, log.left_out)) {
    std::vector<std::string>& done = settled[page.candidate_id];
    std::vector<std::string> above;
    int64_t expected = 0;
    for (const auto& [position, place] : page.places) {
      if (position == expected) {
        log.decisions.push_back({.candidate_id = page.candidate_id,
                                 .job_id = place.job_id,
                                 .reward = place.reward,
                                 .propensity = place.propensity,
                                 .timestamp_ms = page.timestamp_ms,
                                 .above = above,
                                 .settled = done});
        above.push_back(place.job_id);
        ++expected;
      } else {
        ++log.left_out["places below one without an event"];
      }
    }
    for (const auto& [position, place] : page.places)
      if (place.settles) done.push_back(place.job_id);
  }
  return log;
}

Result<DecisionLog> ParseDecisionLog(std::string_view jsonl, const ResponseRewards& rewards) {
  DecisionLog log;
  size_t stated = 0;
  size_t line = 0;
  while (!jsonl.empty()) {
    const size_t end = std::min(jsonl.find('\n'), jsonl.size());
    const std::string_view text = jsonl.substr(0, end);
    jsonl.remove_prefix(std::min(end + 1, jsonl.size()));
    ++line;
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    DYNAJOB_ASSIGN_OR_RETURN(LoggedDecision decision, LineReader(line, rewards).Read(text));
    stated += decision.target_probability.has_value();
    log.decisions.push_back(std::move(decision));
    if (stated != 0 && stated != log.decisions.size())
      return CorruptData(
          fmt::format("line {}: target_probability must be in all lines or in none", line));
  }
  return log;
}

}  // namespace dynajob
