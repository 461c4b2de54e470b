// libFuzzer entry over TensorBundle::Parse. It is also called by tensor_bundle_test with seeded
// mutations. Whatever the bytes are: an error with kCorruptData and a reason, or a bundle that
// writes and reads back as itself.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "dynajob/core/tensor_bundle.h"

namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_tensor_bundle: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using dynajob::TensorBundle;
  const std::string bytes(data, data + size);
  const auto bundle = TensorBundle::Parse(bytes);
  if (!bundle.ok()) {
    Require(bundle.error().code == dynajob::ErrorCode::kCorruptData, "another error code");
    Require(!bundle.error().message.empty(), "no reason given");
    return 0;
  }
  const std::string written = bundle->Serialize();
  const auto again = TensorBundle::Parse(written);
  Require(again.ok(), "what was written does not parse");
  Require(again->size() == bundle->size(), "a tensor was lost");
  Require(again->metadata() == bundle->metadata(), "metadata changed");
  Require(again->Serialize() == written, "writing is not stable");
  return 0;
}
