// libFuzzer entry over what an endpoint can answer a request for embeddings with. It is also called
// by embeddings_wire_test.cc, so that every test run exercises it under the sanitizers in use.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dynajob/core/check.h"

#include "embeddings_wire.h"

namespace dynajob {

bool FuzzEmbeddingsReply(std::string_view bytes);

// The first byte says how many texts were sent. Whether the answer could be read.
bool FuzzEmbeddingsReply(std::string_view bytes) {
  if (bytes.empty()) return false;
  const size_t count = 1 + static_cast<unsigned char>(bytes.front()) % 4;
  const auto reply = ParseEmbeddingsReply(bytes.substr(1), count);
  if (!reply.ok()) {
    DYNAJOB_CHECK(reply.error().code == ErrorCode::kCorruptData, "bytes are data");
    return false;
  }
  DYNAJOB_CHECK(reply->vectors.rows() == count, "a vector a text");
  DYNAJOB_CHECK(reply->vectors.cols() > 0, "a vector has numbers");
  for (size_t i = 0; i < count; ++i)
    DYNAJOB_CHECK(std::ranges::all_of(reply->vectors.Row(i),
                                      [](float value) { return std::isfinite(value); }),
                  "numbers are finite");
  const auto& cost = reply->usage.cost_usd;
  DYNAJOB_CHECK(!cost || (std::isfinite(*cost) && *cost >= 0), "a cost is an amount");
  return true;
}

}  // namespace dynajob

#ifdef DYNAJOB_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dynajob::FuzzEmbeddingsReply(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
#endif
