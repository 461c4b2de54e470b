// The embedding fields of candidates and jobs as vectors, without a store.
//
//   candidate  hard: its hard skills             soft: its soft skills
//   job        title, experience: the text       tech: its technical skills   soft: its soft skills
//
// A list of skills is the mean of its phrases' vectors, brought to norm 1. Titles and texts are one
// passage each; what becomes of a long one is the embedder's business (minilm.h reads it in
// windows). A field whose text is missing, or has no words, gives no vector, unless a fallback is
// allowed: hard
// <- résumé, else bio; a candidate's soft <- bio, else résumé; tech <- description.
#ifndef DYNAJOB_EMBEDDINGS_RECORD_FIELDS_H_
#define DYNAJOB_EMBEDDINGS_RECORD_FIELDS_H_

#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/embeddings/embedder.h"
#include "dynajob/stores/records.h"

namespace dynajob {

struct EmbedOptions {
  // What makes the vectors: "lexical" (lexical_embedder.h), "sample" (dynajob/market/
  // sample_vectors.h: the sample market only), "endpoint" (endpoint_embedder.h), else a model for
  // MiniLmEmbedder.
  std::string model = "lexical";
  // Whether longer text stands in for skills that are not listed. Without it, an entity without a
  // required field is not in the catalog.
  bool fallback_to_text = true;
  // Records per transaction and per report of progress, 1 to 100000.
  int64_t batch_size = 64;
  // Whether vectors that another program made are replaced. Asked for each time (`embed
  // --replace`), hence not in a configuration.
  bool replace_foreign = false;
  // Whether entities that have vectors of this embedder already are passed over (`embed
  // --missing`).
  bool only_missing = false;
  // Whether a skill is a soft one, by name. People write one list: of a candidate without soft
  // skills, the hard skills that are soft make the soft field, the others the hard one. Null:
  // nobody knows.
  std::function<bool(const std::string&)> is_soft_skill;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "embeddings.…"
};

// How a field of one kind of entity came out.
struct FieldCounts {
  size_t made = 0;           // vectors, fallbacks included
  size_t from_fallback = 0;  // of these, from the text that stands in
  size_t skipped = 0;        // text missing or without words
  bool operator==(const FieldCounts&) const = default;
};

struct EmbedReport {
  std::string embedder;
  size_t kept = 0;  // records that were passed over
  // By short field name.
  std::map<std::string, FieldCounts> candidate_fields;
  std::map<std::string, FieldCounts> job_fields;
  bool operator==(const EmbedReport&) const = default;
};

// Vectors of skills and titles, so that one that many records have is embedded once. For one
// embedder. Not safe for concurrent use.
class PhraseCache {
 public:
  // Starts anew when phrases and vectors take more than `max_bytes`.
  explicit PhraseCache(size_t max_bytes = size_t{1} << 26) : max_bytes_(max_bytes) {}

  // The vectors of all phrases: those that are new, each once, in one call of the embedder. They
  // stay where they are until the next call.
  Status Embed(std::span<const std::string* const> phrases, const Embedder& embedder);
  // Of a phrase of the last Embed call.
  std::span<const float> Vector(const std::string& phrase) const;
  size_t size() const { return vectors_.size(); }

 private:
  size_t max_bytes_;
  size_t bytes_ = 0;
  std::unordered_map<std::string, std::vector<float>> vectors_;
};

// The vectors of these records, in their order, fields in the order of KnownFields(); adds to
// `counts`. Fails when the embedder does.
Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Candidate> candidates,
                                               const Embedder& embedder,
                                               const EmbedOptions& options, PhraseCache& cache,
                                               std::map<std::string, FieldCounts>& counts);
Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Job> jobs, const Embedder& embedder,
                                               const EmbedOptions& options, PhraseCache& cache,
                                               std::map<std::string, FieldCounts>& counts);

// The catalog that a store with these records would give after EmbedStore(); failures as
// Store::LoadCatalog.
Result<Catalog> BuildCatalog(std::vector<Candidate> candidates, std::vector<Job> jobs,
                             const Embedder& embedder, const EmbedOptions& options = {},
                             const CatalogSpec& spec = {});

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_RECORD_FIELDS_H_
