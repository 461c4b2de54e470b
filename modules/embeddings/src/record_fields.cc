#include "dynajob/embeddings/record_fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "dynajob/stores/catalog_assembler.h"

namespace dynajob {
namespace {

// What one field of one record is made of: the mean of `texts`, else the first fallback that has
// words.
struct FieldSource {
  std::string_view name;
  std::vector<std::string> texts;
  std::vector<std::string> fallbacks;
};

std::vector<FieldSource> SourcesOf(const Candidate& candidate) {
  return {{"hard", candidate.hard_skills, {candidate.resume, candidate.bio}},
          {"soft", candidate.soft_skills, {candidate.bio, candidate.resume}}};
}

std::vector<FieldSource> SourcesOf(const Job& job) {
  return {{"title", {job.title}, {}},
          {"tech", job.technical_skills, {job.description}},
          {"soft", job.soft_skills, {}},
          {"experience", {job.experience_requirements}, {}}};
}

// The mean of the rows, brought to norm 1; empty when it is zero.
std::vector<float> NormalisedMean(MatrixView rows) {
  std::vector<double> sum(rows.cols, 0.0);
  for (size_t r = 0; r < rows.rows; ++r) {
    const std::span<const float> row = rows.Row(r);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(row[i]);
  }
  double squares = 0;
  for (const double value : sum) squares += value * value;
  if (!(squares > 0)) return {};
  const double norm = std::sqrt(squares);
  std::vector<float> mean(sum.size());
  for (size_t i = 0; i < sum.size(); ++i) mean[i] = static_cast<float>(sum[i] / norm);
  return mean;
}

Result<std::vector<float>> EmbedTexts(const Embedder& embedder,
                                      std::span<const std::string> texts) {
  if (texts.empty()) return std::vector<float>();
  Matrix vectors;
  DYNAJOB_RETURN_IF_ERROR(embedder.Embed(texts, vectors));
  return NormalisedMean(vectors);
}

template <typename Record>
Result<std::vector<EmbeddingRow>> EmbedAll(std::span<const Record> records,
                                           const Embedder& embedder, const EmbedOptions& options,
                                           std::map<std::string, FieldCounts>& counts) {
  std::vector<EmbeddingRow> rows;
  for (const Record& record : records) {
    for (const FieldSource& source : SourcesOf(record)) {
      FieldCounts& field_counts = counts[std::string(source.name)];
      DYNAJOB_ASSIGN_OR_RETURN(std::vector<float> vector, EmbedTexts(embedder, source.texts));
      const bool listed = !vector.empty();
      for (size_t i = 0; options.fallback_to_text && vector.empty() && i < source.fallbacks.size();
           ++i) {
        DYNAJOB_ASSIGN_OR_RETURN(vector, EmbedTexts(embedder, {&source.fallbacks[i], 1}));
      }
      if (vector.empty()) {
        ++field_counts.skipped;
        continue;
      }
      ++field_counts.made;
      if (!listed) ++field_counts.from_fallback;
      rows.push_back({record.id, std::string(source.name), std::move(vector)});
    }
  }
  return rows;
}

}  // namespace

Status EmbedOptions::Validate() const {
  if (batch_size < 1 || batch_size > 100'000)
    return InvalidArgument(
        fmt::format("embeddings.batch_size is {}; the limits are 1 to 100000", batch_size));
  return Status::Ok();
}

void EmbedOptions::Bind(ConfigRegistry& registry) {
  registry.Add("embeddings.fallback_to_text", &fallback_to_text,
               "embed the description, résumé or bio where no skills are listed");
  registry.Add("embeddings.batch_size", &batch_size, "records per transaction", 1, 100'000);
}

Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Candidate> candidates,
                                               const Embedder& embedder,
                                               const EmbedOptions& options,
                                               std::map<std::string, FieldCounts>& counts) {
  return EmbedAll(candidates, embedder, options, counts);
}

Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Job> jobs, const Embedder& embedder,
                                               const EmbedOptions& options,
                                               std::map<std::string, FieldCounts>& counts) {
  return EmbedAll(jobs, embedder, options, counts);
}

Result<Catalog> BuildCatalog(std::vector<Candidate> candidates, std::vector<Job> jobs,
                             const Embedder& embedder, const EmbedOptions& options,
                             const CatalogSpec& spec) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  std::map<std::string, FieldCounts> unused_counts;
  using Rows = std::vector<EmbeddingRow>;
  DYNAJOB_ASSIGN_OR_RETURN(
      const Rows candidate_rows,
      EmbedRecords(std::span<const Candidate>(candidates), embedder, options, unused_counts));
  DYNAJOB_ASSIGN_OR_RETURN(const Rows job_rows, EmbedRecords(std::span<const Job>(jobs), embedder,
                                                             options, unused_counts));
  const std::array<std::pair<EntityKind, const Rows*>, 2> sides = {
      {{EntityKind::kCandidate, &candidate_rows}, {EntityKind::kJob, &job_rows}}};

  CatalogAssembler assembler(spec, std::move(candidates), std::move(jobs));
  for (const auto& [kind, rows] : sides)
    for (const EmbeddingRow& row : *rows)
      DYNAJOB_RETURN_IF_ERROR(
          assembler.Declare(kind, row.id, row.field, row.vector.size(), embedder.id()));
  DYNAJOB_RETURN_IF_ERROR(assembler.Allocate());
  for (const auto& [kind, rows] : sides)
    for (const EmbeddingRow& row : *rows)
      DYNAJOB_RETURN_IF_ERROR(
          assembler.SetVector(kind, row.id, row.field, std::span<const float>(row.vector)));
  return std::move(assembler).Finish();
}

}  // namespace dynajob
