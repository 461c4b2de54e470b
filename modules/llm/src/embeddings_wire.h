// The JSON of OpenAI's embeddings API, both ways.
#ifndef DYNAJOB_LLM_SRC_EMBEDDINGS_WIRE_H_
#define DYNAJOB_LLM_SRC_EMBEDDINGS_WIRE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/llm/embeddings_client.h"

namespace dynajob {

// The body of a request. kInvalidArgument when a text is not UTF-8, or there is none.
Result<std::string> BuildEmbeddingsRequest(const EmbeddingsRequest& request,
                                           const std::string& model);

// The vectors for `count` texts, put in order by their indexes. kCorruptData when the bytes are not
// what the API says; see EmbeddingsClient::Outcome. Never throws, whatever the bytes.
Result<EmbeddingsReply> ParseEmbeddingsReply(std::string_view body, size_t count);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_EMBEDDINGS_WIRE_H_
