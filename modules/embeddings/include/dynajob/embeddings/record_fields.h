// The embedding fields of candidates and jobs as vectors, without a store.
//
//   candidate  hard: its hard skills             soft: its soft skills
//   job        title, experience: the text       tech: its technical skills   soft: its soft skills
//
// A list of skills is the mean of its phrases' vectors, brought to norm 1. A field whose text is
// missing, or has no words, gives no vector, unless a fallback is allowed: hard <- résumé, else
// bio; a candidate's soft <- bio, else résumé; tech <- description.
#ifndef DYNAJOB_EMBEDDINGS_RECORD_FIELDS_H_
#define DYNAJOB_EMBEDDINGS_RECORD_FIELDS_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/embeddings/embedder.h"
#include "dynajob/stores/records.h"

namespace dynajob {

struct EmbedOptions {
  // Whether longer text stands in for skills that are not listed. Without it, an entity without a
  // required field is not in the catalog.
  bool fallback_to_text = true;
  // Records per transaction, 1 to 100000.
  int64_t batch_size = 256;

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
  // By short field name.
  std::map<std::string, FieldCounts> candidate_fields;
  std::map<std::string, FieldCounts> job_fields;
  bool operator==(const EmbedReport&) const = default;
};

// The vectors of these records, in their order, fields in the order of KnownFields(); adds to
// `counts`. Fails when the embedder does.
Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Candidate> candidates,
                                               const Embedder& embedder,
                                               const EmbedOptions& options,
                                               std::map<std::string, FieldCounts>& counts);
Result<std::vector<EmbeddingRow>> EmbedRecords(std::span<const Job> jobs, const Embedder& embedder,
                                               const EmbedOptions& options,
                                               std::map<std::string, FieldCounts>& counts);

// The catalog that a store with these records would give after EmbedStore(); failures as
// Store::LoadCatalog.
Result<Catalog> BuildCatalog(std::vector<Candidate> candidates, std::vector<Job> jobs,
                             const Embedder& embedder, const EmbedOptions& options = {},
                             const CatalogSpec& spec = {});

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_RECORD_FIELDS_H_
