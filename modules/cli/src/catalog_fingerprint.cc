#include "catalog_fingerprint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/core/rng.h"

namespace dynajob {

std::string CatalogFingerprint(const Catalog& catalog) {
  uint64_t hash = HashBytes(catalog.embedder());
  // Texts and facts too: labels are made of them.
  for (size_t i = 0; i < catalog.candidate_count(); ++i) {
    const Candidate& candidate = catalog.candidate(static_cast<CandidateRow>(i));
    hash = HashBytes(
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", candidate.id, candidate.bio,
                    candidate.resume, candidate.category, fmt::join(candidate.hard_skills, "|"),
                    fmt::join(candidate.soft_skills, "|"), candidate.location,
                    ToString(candidate.preferred_work_mode), ToString(candidate.seniority),
                    candidate.expected_salary.value_or(-1)),
        hash);
  }
  for (size_t i = 0; i < catalog.job_count(); ++i) {
    const Job& job = catalog.job(static_cast<JobRow>(i));
    hash =
        HashBytes(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", job.id,
                              job.title, job.sector, job.description,
                              fmt::join(job.technical_skills, "|"), fmt::join(job.soft_skills, "|"),
                              job.location, ToString(job.work_mode), ToString(job.seniority),
                              job.salary ? job.salary->low : -1, job.salary ? job.salary->high : -1,
                              job.posted_ms.value_or(-1), job.expires_ms.value_or(-1)),
                  hash);
  }
  for (const MatrixView& matrix : {catalog.states(), catalog.actions()}) {
    for (size_t row = 0; row < matrix.rows; ++row) {
      const std::span<const float> values = matrix.Row(row);
      hash = HashBytes({reinterpret_cast<const char*>(values.data()), values.size_bytes()}, hash);
    }
  }
  return fmt::format("{} candidates, {} jobs, {:016x}", catalog.candidate_count(),
                     catalog.job_count(), hash);
}

}  // namespace dynajob
