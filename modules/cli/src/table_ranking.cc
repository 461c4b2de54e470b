#include "table_ranking.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/core/time.h"
#include "dynajob/retrieval/table_jobs.h"
#include "dynajob/stores/ranking_store.h"

#include "candidate_set_access.h"
#include "recommendation.h"

namespace dynajob {
namespace {

// A catalog of one person and `jobs`, with the fields of the table.
Result<Catalog> SmallCatalog(const JobTable& table, const RankingStore::Person& person,
                             std::vector<Job> jobs, std::span<const float> vectors) {
  Catalog::Data data;
  data.candidates = {person.record};
  data.states = Matrix(1, person.state.size());
  std::ranges::copy(person.state, data.states.data());
  data.actions = Matrix(jobs.size(), table.action_dim());
  std::ranges::copy(vectors, data.actions.data());
  data.jobs = std::move(jobs);
  data.state_fields.assign(table.state_fields().begin(), table.state_fields().end());
  data.action_fields.assign(table.action_fields().begin(), table.action_fields().end());
  data.embedder = table.embedder();
  return Catalog::Create(std::move(data));
}

// The jobs that were found, with their texts.
Result<Catalog> ShownCatalog(RankingStore& store, const RankingStore::Person& person,
                             std::span<const size_t> rows) {
  const JobTable& table = *store.jobs();
  std::vector<Job> jobs;
  std::vector<float> vectors, scratch(table.action_dim());
  for (const size_t row : rows) {
    DYNAJOB_ASSIGN_OR_RETURN(jobs.emplace_back(), store.JobAt(row));
    DYNAJOB_ASSIGN_OR_RETURN(const std::span<const float> vector, table.Vector(row, scratch));
    vectors.insert(vectors.end(), vector.begin(), vector.end());
  }
  return SmallCatalog(table, person, std::move(jobs), vectors);
}

Result<bool> Rank(Session& session, RankingStore& store, const RankingStore::Person& person,
                  const std::filesystem::path& directory) {
  const JobTable& table = *store.jobs();
  DYNAJOB_ASSIGN_OR_RETURN(const size_t k, ParseK(session.flags.k, table.job_count()));
  DYNAJOB_ASSIGN_OR_RETURN(const Catalog fields, SmallCatalog(table, person, {}, {}));
  DYNAJOB_ASSIGN_OR_RETURN(const Model model, Model::Load(directory, fields));
  const int64_t now_ms = SessionNowMs(session);
  const TableJobs jobs(model.q_network(), {person.state, &person.record}, store.jobs(), now_ms);
  if (jobs.size() == 0) return false;
  DYNAJOB_ASSIGN_OR_RETURN(const TopJobs top, RankTop(jobs, k, session.settings.ranking));
  std::vector<size_t> rows;
  for (const ScoredJob& job : top.best) rows.push_back(jobs.RowAt(job.position));
  DYNAJOB_ASSIGN_OR_RETURN(const Catalog shown, ShownCatalog(store, person, rows));
  DYNAJOB_ASSIGN_OR_RETURN(const auto cosine,
                           CosineReward::Create(shown, session.settings.experiment.cosine));
  DYNAJOB_ASSIGN_OR_RETURN(
      const std::vector<Recommendation> recommendations,
      ExplainJobs(model, shown, *cosine, 0, AllRows(shown.job_count()), top.best));
  if (const size_t expired = table.job_count() - jobs.size(); expired > 0)
    session.Message(fmt::format("candidate sets: uniform, without {} jobs expired at {}", expired,
                                FormatIso8601(now_ms)));
  if (recommendations.size() < k)
    session.Message(fmt::format("-k {}: only {} jobs are open", k, recommendations.size()));
  session.Print(session.flags.json ? RecommendationsJson(shown, 0, recommendations)
                                   : RecommendationsText(shown, 0, recommendations));
  session.terminal.out->flush();
  return true;
}

}  // namespace

Result<bool> RankFromTable(Session& session, const std::filesystem::path& model,
                           const std::string& candidate) {
  if (session.settings.candidate_sets.source != CandidateSource::kUniform) return false;
  DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
  DYNAJOB_ASSIGN_OR_RETURN(const std::string address, StoreAddress(session));
  const auto store = RankingStore::Open(address, spec, session.settings.catalog_cache);
  if (store == nullptr) return false;
  DYNAJOB_ASSIGN_OR_RETURN(const auto person, store->FindCandidate(candidate));
  if (!person) return false;
  auto ranked = Rank(session, *store, *person, model);
  // What is wrong with the table is put right by loading the catalog, and by a new table.
  if (!ranked.ok() && ranked.error().code == ErrorCode::kCorruptData) return false;
  return ranked;
}

Result<StoreAndCatalog> LoadAndKeepTable(const Session& session) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string address, StoreAddress(session));
  const auto stamp = RankingStore::StampOf(address);
  DYNAJOB_ASSIGN_OR_RETURN(StoreAndCatalog loaded, LoadSessionCatalog(session));
  if (!stamp) return loaded;
  DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
  const auto saved =
      RankingStore::Save(address, spec, session.settings.catalog_cache, loaded.catalog, *stamp);
  if (!saved.ok())
    session.Message(
        fmt::format("{}; the next start will load the whole store again", saved.error().message));
  return loaded;
}

}  // namespace dynajob
