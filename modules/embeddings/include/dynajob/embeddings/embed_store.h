// Embeds everything a store holds.
#ifndef DYNAJOB_EMBEDDINGS_EMBED_STORE_H_
#define DYNAJOB_EMBEDDINGS_EMBED_STORE_H_

#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/stores/store.h"

namespace dynajob {

// Replaces all embeddings of the store by those of `embedder` (see record_fields.h for which); with
// `only_missing`, makes those of entities that have none by this embedder, or some by another.
// `progress` and `cancel` may be null; stages are "embed candidates" and "embed jobs".
//
// kFailedPrecondition: the store holds nothing, or, without `replace_foreign`, vectors that another
// program made. kCancelled, or a failure of the store or the embedder: those that were made are
// written, the others are as they were; running it again with `only_missing` completes them.
Result<EmbedReport> EmbedStore(Store& store, const Embedder& embedder, const EmbedOptions& options,
                               ProgressSink* progress, const CancellationToken* cancel);

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_EMBED_STORE_H_
