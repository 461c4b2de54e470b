#include "recommendation.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/pair_facts.h"
#include "dynajob/core/text.h"

#include "text_table.h"

namespace dynajob {
namespace {

std::string OrUnknown(const std::string& text) { return text.empty() ? "-" : text; }

}  // namespace

Result<size_t> ParseK(std::string_view k, size_t job_count) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(k.data(), k.data() + k.size(), value);
  if (error != std::errc() || end != k.data() + k.size() || value < 1)
    return InvalidArgument(
        fmt::format("-k '{}' is not valid: must be a whole number from 1 to {}, the number of jobs",
                    k, job_count));
  if (static_cast<uint64_t>(value) > job_count)
    return InvalidArgument(fmt::format(
        "-k {}: must be at most {}, the number of jobs in the catalog", value, job_count));
  return static_cast<size_t>(value);
}

Result<CandidateRow> FindCandidateRow(const Catalog& catalog, std::string_view id) {
  if (const auto row = catalog.FindCandidate(id)) return *row;
  constexpr size_t kNearest = 3;
  std::vector<std::pair<size_t, std::string>> nearest;
  for (size_t i = 0; i < catalog.candidate_count(); ++i) {
    const std::string& known = catalog.candidate(static_cast<CandidateRow>(i)).id;
    nearest.emplace_back(EditDistance(id, known), known);
  }
  const size_t count = std::min(kNearest, nearest.size());
  std::partial_sort(nearest.begin(), nearest.begin() + static_cast<std::ptrdiff_t>(count),
                    nearest.end());
  std::vector<std::string> ids;
  for (size_t i = 0; i < count; ++i) ids.push_back(nearest[i].second);
  return NotFound(
      fmt::format("--candidate '{}': no such candidate among the {} of the catalog; "
                  "nearest: {}",
                  id, catalog.candidate_count(), fmt::join(ids, ", ")));
}

Result<std::vector<Recommendation>> ExplainJobs(const Model& model, const Catalog& catalog,
                                                const CosineReward& cosine, CandidateRow candidate,
                                                std::span<const JobRow> jobs,
                                                std::span<const ScoredJob> scores) {
  const CandidateView person{catalog.states().Row(candidate), &catalog.candidate(candidate)};
  std::vector<JobView> views;
  for (const JobRow job : jobs) views.push_back({catalog.actions().Row(job), &catalog.job(job)});
  std::vector<float> rewards(jobs.size()), deviations(jobs.size());
  if (!jobs.empty()) model.world_model().Predict(person, views, rewards, deviations);
  std::vector<Recommendation> recommendations;
  for (size_t rank = 0; rank < jobs.size(); ++rank) {
    if (!std::isfinite(rewards[rank]))
      return CorruptData(fmt::format("the model gives {} for job '{}': its weights are not usable",
                                     rewards[rank], catalog.job(jobs[rank]).id));
    Recommendation& entry = recommendations.emplace_back();
    entry.job = jobs[rank];
    entry.q = static_cast<double>(scores[rank].value);
    entry.predicted_reward = static_cast<double>(rewards[rank]);
    entry.cosine = cosine.Cosine({candidate, entry.job});
    SkillMatch skills = MatchSkills(catalog.candidate(candidate), catalog.job(entry.job));
    entry.matched_skills = std::move(skills.matched);
    entry.missing_skills = std::move(skills.missing);
  }
  return recommendations;
}

Result<std::vector<Recommendation>> RecommendJobs(const Model& model, const Catalog& catalog,
                                                  const CosineReward& cosine,
                                                  CandidateRow candidate,
                                                  std::span<const JobRow> jobs, size_t k,
                                                  const RankingOptions& options) {
  DYNAJOB_ASSIGN_OR_RETURN(const TopJobs top,
                           RankTop(CatalogJobs(model.q_network(), candidate, jobs), k, options));
  std::vector<JobRow> rows;
  for (const ScoredJob& job : top.best) rows.push_back(jobs[job.position]);
  return ExplainJobs(model, catalog, cosine, candidate, rows, top.best);
}

std::string RecommendationsText(const Catalog& catalog, CandidateRow candidate,
                                const std::vector<Recommendation>& recommendations) {
  const Candidate& person = catalog.candidate(candidate);
  std::string text = "candidate " + person.id;
  if (!person.category.empty()) text += " (" + person.category + ")";
  if (!person.location.empty()) text += ", " + person.location;
  text += fmt::format(
      "\n  skills: {}\n",
      Shorten(fmt::format("{}", fmt::join(person.hard_skills, ", ")), kTableWidth - 10));
  TextTable table({"#", "Q", "reward", "cosine", "<title", "<company", "<location"});
  for (size_t i = 0; i < recommendations.size(); ++i) {
    const Recommendation& entry = recommendations[i];
    const Job& job = catalog.job(entry.job);
    table.AddRow({fmt::format("{}", i + 1), fmt::format("{:.3f}", entry.q),
                  fmt::format("{:.3f}", entry.predicted_reward),
                  fmt::format("{:.3f}", entry.cosine), Shorten(OrUnknown(job.title), 28),
                  Shorten(OrUnknown(job.company), 17), Shorten(OrUnknown(job.location), 16)});
    table.AddHeading(
        fmt::format("     {} | matched: {}", Shorten(job.id, 24),
                    Shorten(entry.matched_skills.empty()
                                ? "none"
                                : fmt::format("{}", fmt::join(entry.matched_skills, ", ")),
                            54)));
  }
  return text + table.ToString();
}

std::string RecommendationsJson(const Catalog& catalog, CandidateRow candidate,
                                const std::vector<Recommendation>& recommendations, bool compact) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Recommendation& entry : recommendations) {
    const Job& job = catalog.job(entry.job);
    list.push_back({{"job_id", job.id},
                    {"title", job.title},
                    {"company", job.company},
                    {"q", entry.q},
                    {"predicted_reward", entry.predicted_reward},
                    {"cosine", entry.cosine},
                    {"matched_skills", entry.matched_skills},
                    {"missing_skills", entry.missing_skills}});
  }
  const Json json = {{"candidate", catalog.candidate(candidate).id}, {"recommendations", list}};
  return json.dump(compact ? -1 : 1) + "\n";
}

}  // namespace dynajob
