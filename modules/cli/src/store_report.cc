#include "store_report.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/evaluation/split.h"

#include "text_table.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

struct Fact {
  const char* name;
  size_t EntitySummary::*missing;
  const char* consequence;  // of its being missing
};

constexpr Fact kFacts[] = {
    {"skills", &EntitySummary::without_skills,
     "the surrogate cannot see a match, and the embedding is made of longer text"},
    {"soft skills", &EntitySummary::without_soft_skills, "the soft field says less"},
    {"salary", &EntitySummary::without_salary, "the salary gap counts as 0"},
    {"work mode", &EntitySummary::without_work_mode, "the work mode counts as no match either way"},
    {"seniority", &EntitySummary::without_seniority, "the seniority gap counts as 0"},
    {"location", &EntitySummary::without_location, "it cannot be shown"},
    {"coordinates", &EntitySummary::without_position, "the distance counts as 0"},
};

double KnownShare(const EntitySummary& entity, const Fact& fact) {
  if (entity.count == 0) return 0;
  return 1 - static_cast<double>(entity.*fact.missing) / static_cast<double>(entity.count);
}

std::string KnownText(const EntitySummary& entity, const Fact& fact) {
  return entity.count == 0 ? "-" : fmt::format("{:.0f} %", 100 * KnownShare(entity, fact));
}

std::string FactTable(const StoreSummary& summary) {
  TextTable table({"<known", "candidates", "jobs"});
  for (const Fact& fact : kFacts)
    table.AddRow({fact.name, KnownText(summary.candidates, fact), KnownText(summary.jobs, fact)});
  return table.ToString();
}

std::string EmbeddingTable(const StoreSummary& summary) {
  TextTable table({"<embeddings", "vectors", "of", "dimension", "<embedder"});
  for (const auto& [kind, entity] :
       {std::pair{"candidate", &summary.candidates}, std::pair{"job", &summary.jobs}}) {
    for (const FieldSummary& field : entity->fields)
      table.AddRow({fmt::format("{}.{}", kind, field.name), fmt::format("{}", field.count),
                    fmt::format("{}", entity->count), fmt::format("{}", field.dimension),
                    field.embedder.empty() ? "-" : field.embedder});
  }
  return table.ToString();
}

// Facts that more than half of the entities lack, and what follows.
std::string Consequences(const StoreSummary& summary) {
  constexpr double kMostly = 0.5;
  std::string text;
  for (const auto& [kind, entity] :
       {std::pair{"candidates", &summary.candidates}, std::pair{"jobs", &summary.jobs}}) {
    for (const Fact& fact : kFacts) {
      if (entity->count == 0 || KnownShare(*entity, fact) >= kMostly) continue;
      text += fmt::format("  {} of {} {} have no {}: {}\n", entity->*fact.missing, entity->count,
                          kind, fact.name, fact.consequence);
    }
  }
  return text;
}

// ", such as a, b" with the first ids of a reason.
std::string Examples(const CatalogExclusions& exclusions, const std::string& key) {
  const auto examples = exclusions.examples.find(key);
  if (examples == exclusions.examples.end()) return "";
  std::string text;
  for (const std::string& id : examples->second)
    text += fmt::format("{}{}", text.empty() ? ", such as " : ", ", Shorten(id, 40));
  return text;
}

}  // namespace

std::string ExclusionsText(const CatalogExclusions& exclusions) {
  std::string text;
  for (const auto& [reason, count] : exclusions.candidates_by_reason)
    text += fmt::format("  {} candidates are left out: {}{}\n", count, reason,
                        Examples(exclusions, "candidate: " + reason));
  for (const auto& [reason, count] : exclusions.jobs_by_reason)
    text += fmt::format("  {} jobs are left out: {}{}\n", count, reason,
                        Examples(exclusions, "job: " + reason));
  for (const auto& [what, count] : exclusions.passed_over)
    text += fmt::format("  {} times passed over: {}{}\n", count, what, Examples(exclusions, what));
  for (const auto& [field, count] : exclusions.zero_filled_by_field)
    text += fmt::format("  {} times {} is missing and counts as zeros\n", count, field);
  return text;
}

void ReportExclusions(const Session& session, const Catalog& catalog) {
  const std::string left_out = ExclusionsText(catalog.exclusions());
  if (!left_out.empty()) session.Message(left_out.substr(0, left_out.size() - 1));
}

namespace {

Json EntityJson(const EntitySummary& entity) {
  Json known = Json::object(), fields = Json::array();
  for (const Fact& fact : kFacts) known[fact.name] = KnownShare(entity, fact);
  for (const FieldSummary& field : entity.fields)
    fields.push_back({{"name", field.name},
                      {"count", field.count},
                      {"dimension", field.dimension},
                      {"embedder", field.embedder}});
  return {{"count", entity.count}, {"known", known}, {"embeddings", fields}};
}

}  // namespace

Status CheckReadyForCompare(const Catalog& catalog, const ComparisonOptions& options) {
  DYNAJOB_ASSIGN_OR_RETURN(const Split split, MakeSplit(catalog, options.training_share,
                                                        static_cast<uint64_t>(options.seed)));
  if (static_cast<size_t>(options.steps) <= split.evaluation_jobs.size()) return Status::Ok();
  return FailedPrecondition(
      fmt::format("compare.steps = {}: must be at most {}, the number of jobs held out for "
                  "evaluation, since none is shown twice",
                  options.steps, split.evaluation_jobs.size()));
}

std::string StoreReportText(const StoreReport& report) {
  const StoreSummary& summary = report.summary;
  std::string text =
      fmt::format("{}: {} candidates, {} jobs, {} responses, {} cached labels, {} runs\n\n{}\n{}",
                  report.store, summary.candidates.count, summary.jobs.count, summary.responses,
                  summary.cached_labels, summary.runs, FactTable(summary), EmbeddingTable(summary));
  const std::string notes = Consequences(summary) + ExclusionsText(report.exclusions);
  if (!notes.empty()) text += "\nwhat this means for training\n" + notes;
  if (report.obstacle)
    return text + fmt::format("\nready for compare: no, because {}\n", report.obstacle->message);
  return text + fmt::format("\nready for compare: yes, with {} candidates and {} jobs\n",
                            report.catalog_candidates, report.catalog_jobs);
}

std::string StoreReportJson(const StoreReport& report) {
  const StoreSummary& summary = report.summary;
  const Json json = {{"store", report.store},
                     {"candidates", EntityJson(summary.candidates)},
                     {"jobs", EntityJson(summary.jobs)},
                     {"responses", summary.responses},
                     {"cached_labels", summary.cached_labels},
                     {"runs", summary.runs},
                     {"catalog",
                      {{"candidates", report.catalog_candidates},
                       {"jobs", report.catalog_jobs},
                       {"candidates_left_out", report.exclusions.candidates_by_reason},
                       {"jobs_left_out", report.exclusions.jobs_by_reason},
                       {"zero_filled", report.exclusions.zero_filled_by_field},
                       {"passed_over", report.exclusions.passed_over},
                       {"examples", report.exclusions.examples}}},
                     {"ready_for_compare", !report.obstacle.has_value()},
                     {"because", report.obstacle ? Json(report.obstacle->message) : Json(nullptr)}};
  return json.dump(1) + "\n";
}

}  // namespace dynajob
