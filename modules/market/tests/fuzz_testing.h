// Fuzz entry points that the ordinary tests call by name.
#ifndef DYNAJOB_MARKET_TESTS_FUZZ_TESTING_H_
#define DYNAJOB_MARKET_TESTS_FUZZ_TESTING_H_

#include <cstdint>
#include <string_view>

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

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_TESTS_FUZZ_TESTING_H_
