// Fuzz entry points, and mutated inputs for them in the ordinary tests.
#ifndef DYNAJOB_MARKET_TESTS_FUZZ_TESTING_H_
#define DYNAJOB_MARKET_TESTS_FUZZ_TESTING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/rng.h"

// Defines `name(std::string_view bytes)`, which the tests call, and makes it the entry of a
// libFuzzer program where this file is built as one.
#ifdef DYNAJOB_LIBFUZZER
#define DYNAJOB_FUZZ_ENTRY(name)                                                \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {     \
    dynajob::name(std::string_view(reinterpret_cast<const char*>(data), size)); \
    return 0;                                                                   \
  }
#else
#define DYNAJOB_FUZZ_ENTRY(name)
#endif

namespace dynajob {

void FuzzRowReaders(std::string_view bytes);
void FuzzSkillsFile(std::string_view bytes);
void FuzzTextFacts(std::string_view bytes);

// Calls use(input) with `count` seeded mutations of the corpus: bytes inserted, changed and erased,
// and pieces of other inputs spliced in.
template <typename Use>
void ForEachMutation(const std::vector<std::string>& corpus, int count, Use&& use) {
  Rng rng = Rng::Derive(7, "test-mutations");
  for (int i = 0; i < count; ++i) {
    std::string input = corpus[rng.Below(corpus.size())];
    const uint64_t edits = 1 + rng.Below(8);
    for (uint64_t edit = 0; edit < edits; ++edit) {
      const size_t at = rng.Below(input.size() + 1);
      switch (rng.Below(4)) {
        case 0:
          input.insert(at, 1, static_cast<char>(rng.Below(256)));
          break;
        case 1:
          if (at < input.size()) input[at] = static_cast<char>(rng.Below(256));
          break;
        case 2:
          input.erase(at, 1 + rng.Below(16));
          break;
        default: {
          const std::string& other = corpus[rng.Below(corpus.size())];
          input.insert(at, other.substr(rng.Below(other.size() + 1), 1 + rng.Below(40)));
        }
      }
    }
    use(input);
  }
}

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_TESTS_FUZZ_TESTING_H_
