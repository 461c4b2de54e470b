// Fuzzing in the ordinary tests: seeded mutations of valid and tricky inputs, fed to the same
// entries that libFuzzer drives (tests/fuzz_*.cc of the modules).
#ifndef DYNAJOB_TESTING_MUTATIONS_H_
#define DYNAJOB_TESTING_MUTATIONS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

// Defined by the fuzz_*.cc that is linked into the test program. Aborts when an invariant is
// broken.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace dynajob {

// Runs the fuzz entry. An exception that escapes it is a failure, too.
inline void RunFuzzEntry(std::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  EXPECT_NO_THROW(EXPECT_EQ(LLVMFuzzerTestOneInput(data, bytes.size()), 0))
      << "input: " << bytes.substr(0, 500);
}

enum class Edit {
  kInsertByte,
  kOverwriteByte,
  kFlipBit,
  kErase,           // up to 16 bytes
  kSplice,          // a piece of an input of the corpus, up to 40 bytes
  kInsertToken,     // one of MutationOptions::tokens
  kOverwriteToken,  // the same in place: lengths stay right
};

struct MutationOptions {
  int count = 1000;
  uint64_t seed = 7;
  uint64_t most_edits = 8;  // of one input
  std::vector<Edit> edits = {Edit::kInsertByte, Edit::kOverwriteByte, Edit::kErase, Edit::kSplice};
  std::vector<std::string> tokens = {};  // that mean something in the format at hand
  size_t untouched = 0;                  // bytes at the start that stay as they are
};

// One edit of `input` at a random place.
inline void ApplyEdit(Edit edit, const std::vector<std::string>& corpus,
                      const MutationOptions& options, Rng& rng, std::string& input) {
  const size_t start = std::min(options.untouched, input.size());
  const size_t at = start + rng.Below(input.size() - start + 1);  // may be the end
  const auto byte = static_cast<char>(rng.Below(256));
  const auto pick = [&](const std::vector<std::string>& texts) -> const std::string& {
    return texts[rng.Below(texts.size())];
  };
  switch (edit) {
    case Edit::kInsertByte:
      input.insert(at, 1, byte);
      return;
    case Edit::kOverwriteByte:
      if (at < input.size()) input[at] = byte;
      return;
    case Edit::kFlipBit:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << rng.Below(8)));
      return;
    case Edit::kErase:
      input.erase(at, 1 + rng.Below(16));
      return;
    case Edit::kSplice: {
      const std::string& other = pick(corpus);
      input.insert(at, other.substr(rng.Below(other.size() + 1), 1 + rng.Below(40)));
      return;
    }
    case Edit::kInsertToken:
      input.insert(at, pick(options.tokens));
      return;
    case Edit::kOverwriteToken: {
      const std::string& token = pick(options.tokens);
      input.replace(at, std::min(token.size(), input.size() - at), token);
      return;
    }
  }
}

// Calls use(input) with options.count mutations of inputs of the corpus; the same ones for the same
// options.
template <typename Use>
void ForEachMutation(const std::vector<std::string>& corpus, const MutationOptions& options,
                     Use&& use) {
  Rng rng = Rng::Derive(options.seed, "test-mutations");
  for (int i = 0; i < options.count; ++i) {
    std::string input = corpus[rng.Below(corpus.size())];
    const uint64_t edits = 1 + rng.Below(options.most_edits);
    for (uint64_t edit = 0; edit < edits; ++edit)
      ApplyEdit(options.edits[rng.Below(options.edits.size())], corpus, options, rng, input);
    use(input);
  }
}

}  // namespace dynajob

#endif  // DYNAJOB_TESTING_MUTATIONS_H_
