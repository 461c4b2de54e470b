// What every backend refuses to store, so that all refuse the same with the same message.
#ifndef DYNAJOB_STORES_SRC_RECORD_CHECKS_H_
#define DYNAJOB_STORES_SRC_RECORD_CHECKS_H_

#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/stores/records.h"

namespace dynajob {

Status CheckJob(const Job& job);
Status CheckCandidate(const Candidate& candidate);
Status CheckResponse(const ResponseEvent& event);
Status CheckLabel(const LabelRecord& label);
Status CheckRun(const RunRecord& run);
Status CheckModel(const ModelRecord& model);
// Field name, length and values; not whether the id exists.
Status CheckEmbedding(EntityKind kind, const EmbeddingRow& row);
// `what` starts the message. Refuses text that is not UTF-8 or has NUL bytes.
Status CheckText(std::string_view what, std::string_view text);

// Whether the texts that embeddings are made of are equal.
bool SameEmbeddedText(const Job& a, const Job& b);
bool SameEmbeddedText(const Candidate& a, const Candidate& b);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_RECORD_CHECKS_H_
