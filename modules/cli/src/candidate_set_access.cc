#include "candidate_set_access.h"

#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

bool DependsOnTheMoment(const CandidateSetOptions& options, const Catalog& catalog) {
  if (options.source != CandidateSource::kUniform && options.posted_after_days > 0) return true;
  for (JobRow job = 0; job < catalog.job_count(); ++job)
    if (catalog.job(job).expires_ms) return true;
  return false;
}

}  // namespace

std::string FilledPoolsLine(const PoolCounts& counts) {
  return fmt::format(
      "candidate sets: of {} pools {} were too small for full sets and got {} open jobs at random",
      counts.pools, counts.filled_up, counts.jobs_added);
}

int64_t SessionNowMs(const Session& session) {
  return session.settings.candidate_sets.NowMs().value_or(NowMs());
}

std::vector<uint32_t> AllRows(size_t count) {
  std::vector<uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), uint32_t{0});
  return rows;
}

Result<SessionCandidateSets> MakeCandidateSets(const Session& session, const Catalog& catalog,
                                               Store* store,
                                               std::span<const CandidateRow> candidates,
                                               int64_t now_ms) {
  SessionCandidateSets made;
  DYNAJOB_ASSIGN_OR_RETURN(made.cosine,
                           CosineReward::Create(catalog, session.settings.experiment.cosine));
  DYNAJOB_ASSIGN_OR_RETURN(made.sets, CandidateSets::Create({.catalog = &catalog,
                                                             .cosine = made.cosine.get(),
                                                             .store = store,
                                                             .candidates = candidates,
                                                             .now_ms = now_ms,
                                                             .cancellation = &session.cancellation},
                                                            session.settings.candidate_sets));
  if (!made.sets->trivial()) session.Message(made.sets->Describe());
  return made;
}

Result<SessionCandidateSets> MakeRunCandidateSets(Session& session, const Catalog& catalog,
                                                  Store* store) {
  const int64_t now_ms = SessionNowMs(session);
  CandidateSetOptions& options = session.settings.candidate_sets;
  if (DependsOnTheMoment(options, catalog)) options.now = FormatIso8601(now_ms);
  return MakeCandidateSets(session, catalog, store, AllRows(catalog.candidate_count()), now_ms);
}

}  // namespace dynajob
