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
  std::vector<const std::string*> texts;
  std::vector<const std::string*> fallbacks;
};

std::vector<const std::string*> All(const std::vector<std::string>& phrases) {
  std::vector<const std::string*> texts;
  for (const std::string& phrase : phrases) texts.push_back(&phrase);
  return texts;
}

std::vector<FieldSource> SourcesOf(const Candidate& candidate, const EmbedOptions& options) {
  std::vector<const std::string*> hard = All(candidate.hard_skills);
  std::vector<const std::string*> soft = All(candidate.soft_skills);
  if (soft.empty() && options.is_soft_skill) {
    const auto first_soft = std::stable_partition(
        hard.begin(), hard.end(),
        [&](const std::string* skill) { return !options.is_soft_skill(*skill); });
    soft.assign(first_soft, hard.end());
    hard.erase(first_soft, hard.end());
  }
  return {{"hard", std::move(hard), {&candidate.resume, &candidate.bio}},
          {"soft", std::move(soft), {&candidate.bio, &candidate.resume}}};
}

std::vector<FieldSource> SourcesOf(const Job& job, const EmbedOptions&) {
  return {{"title", {&job.title}, {}},
          {"tech", All(job.technical_skills), {&job.description}},
          {"soft", All(job.soft_skills), {}},
          {"experience", {&job.experience_requirements}, {}}};
}

// The mean of the texts' vectors, brought to norm 1; empty when it is zero.
std::vector<float> NormalisedMean(std::span<const std::string* const> texts,
                                  const PhraseCache& cache, size_t dimension) {
  std::vector<double> sum(dimension, 0.0);
  for (const std::string* text : texts) {
    const std::span<const float> vector = cache.Vector(*text);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(vector[i]);
  }
  double squares = 0;
  for (const double value : sum) squares += value * value;
  if (!(squares > 0)) return {};
  const double norm = std::sqrt(squares);
  std::vector<float> mean(sum.size());
  for (size_t i = 0; i < sum.size(); ++i) mean[i] = static_cast<float>(sum[i] / norm);
  return mean;
}

// A field on its way to a vector.
struct PendingField {
  const std::string* id;
  FieldSource source;
  std::vector<float> vector;  // empty: none yet
  bool from_fallback = false;
};

// Gives every field without a vector the one of its texts; round 0 is what it lists, round i its
// i-th fallback. All texts of a round go to the embedder together.
Status EmbedRound(size_t round, const Embedder& embedder, PhraseCache& cache,
                  std::vector<PendingField>& fields) {
  const auto texts_of = [round](const PendingField& field) -> std::span<const std::string* const> {
    if (!field.vector.empty()) return {};
    if (round == 0) return field.source.texts;
    if (round > field.source.fallbacks.size()) return {};
    return {&field.source.fallbacks[round - 1], 1};
  };
  std::vector<const std::string*> texts;
  for (const PendingField& field : fields) {
    const auto wanted = texts_of(field);
    texts.insert(texts.end(), wanted.begin(), wanted.end());
  }
  DYNAJOB_RETURN_IF_ERROR(cache.Embed(texts, embedder));
  for (PendingField& field : fields) {
    const auto wanted = texts_of(field);
    if (wanted.empty()) continue;
    field.vector = NormalisedMean(wanted, cache, embedder.dimension());
    field.from_fallback = round > 0 && !field.vector.empty();
  }
  return Status::Ok();
}

template <typename Record>
Result<std::vector<EmbeddingRow>> EmbedAll(std::span<const Record> records,
                                           const Embedder& embedder, const EmbedOptions& options,
                                           PhraseCache& cache,
                                           std::map<std::string, FieldCounts>& counts) {
  std::vector<PendingField> fields;
  size_t fallbacks = 0;
  for (const Record& record : records) {
    for (FieldSource& source : SourcesOf(record, options)) {
      fallbacks = std::max(fallbacks, source.fallbacks.size());
      fields.push_back({&record.id, std::move(source), {}, false});
    }
  }
  const size_t rounds = options.fallback_to_text ? 1 + fallbacks : 1;
  for (size_t round = 0; round < rounds; ++round)
    DYNAJOB_RETURN_IF_ERROR(EmbedRound(round, embedder, cache, fields));
  std::vector<EmbeddingRow> rows;
  for (PendingField& field : fields) {
    FieldCounts& field_counts = counts[std::string(field.source.name)];
    if (field.vector.empty()) {
      ++field_counts.skipped;
      continue;
    }
    ++field_counts.made;
    if (field.from_fallback) ++field_counts.from_fallback;
    rows.push_back({*field.id, std::string(field.source.name), std::move(field.vector)});
  }
  return rows;
}

}  // namespace

Status EmbedOptions::Validate() const {
  if (model.empty())
    return InvalidArgument(
        "embeddings.model is empty; lexical, sample, minilm, endpoint or the folder of a model");
  if (batch_size < 1 || batch_size > 100'000)
    return InvalidArgument(
        fmt::format("embeddings.batch_size is {}; the limits are 1 to 100000", batch_size));
  return Status::Ok();
}

void EmbedOptions::Bind(ConfigRegistry& registry) {
  registry.Add("embeddings.model", &model,
               "lexical, sample (vectors of MiniLM for the sample market; other texts by their "
               "spelling), minilm (`make "
               "minilm` gets it), the folder of a BERT-family model, or endpoint (an "
               "OpenAI-compatible API, see embeddings.endpoint_model)");
  registry.Add("embeddings.fallback_to_text", &fallback_to_text,
               "embed the description, résumé or bio where no skills are listed");
  registry.Add("embeddings.batch_size", &batch_size, "records per transaction", 1, 100'000);
}

Status PhraseCache::Embed(std::span<const std::string* const> phrases, const Embedder& embedder) {
  if (bytes_ > max_bytes_) {
    vectors_.clear();
    bytes_ = 0;
  }
  std::vector<std::string> missing;
  for (const std::string* phrase : phrases) {
    if (!vectors_.try_emplace(*phrase).second) continue;
    missing.push_back(*phrase);
    bytes_ += phrase->size() + embedder.dimension() * sizeof(float);
  }
  if (missing.empty()) return Status::Ok();
  Matrix made;
  if (const Status status = embedder.Embed(missing, made); !status.ok()) {
    vectors_.clear();
    bytes_ = 0;
    return status;
  }
  for (size_t i = 0; i < missing.size(); ++i)
    vectors_[missing[i]].assign(made.Row(i).begin(), made.Row(i).end());
  return Status::Ok();
}

std::span<const float> PhraseCache::Vector(const std::string& phrase) const {
  const auto found = vectors_.find(phrase);
  DYNAJOB_CHECK(found != vectors_.end(), "a phrase that was not embedded");
  return found->second;
}

Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Candidate> candidates,
                                               const Embedder& embedder,
                                               const EmbedOptions& options, PhraseCache& cache,
                                               std::map<std::string, FieldCounts>& counts) {
  return EmbedAll(candidates, embedder, options, cache, counts);
}

Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Job> jobs, const Embedder& embedder,
                                               const EmbedOptions& options, PhraseCache& cache,
                                               std::map<std::string, FieldCounts>& counts) {
  return EmbedAll(jobs, embedder, options, cache, counts);
}

Result<Catalog> BuildCatalog(std::vector<Candidate> candidates, std::vector<Job> jobs,
                             const Embedder& embedder, const EmbedOptions& options,
                             const CatalogSpec& spec) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  std::map<std::string, FieldCounts> unused_counts;
  PhraseCache cache;
  using Rows = std::vector<EmbeddingRow>;
  DYNAJOB_ASSIGN_OR_RETURN(const Rows candidate_rows,
                           EmbedRecords(std::span<const Candidate>(candidates), embedder, options,
                                        cache, unused_counts));
  DYNAJOB_ASSIGN_OR_RETURN(const Rows job_rows, EmbedRecords(std::span<const Job>(jobs), embedder,
                                                             options, cache, unused_counts));
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
