// Runs the libFuzzer entry of fuzz_prompt_text.cc on tricky inputs and seeded mutations of them.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/rng.h"
#include "dynajob/llm/cached_answer.h"

#include "injections.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace dynajob {
namespace {

void Fuzz(std::string_view bytes) {
  EXPECT_NO_THROW(
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()))
      << "input: " << bytes.substr(0, 500);
}

std::vector<std::string> TrickyInputs() {
  constexpr size_t kLongEnough = 4000;
  std::vector<std::string> inputs = {
      "",
      "APPLY",
      "{\"response\":\"SAVE\"}",
      "{\"response\":\"SAVE\",\"response\":\"APPLY\"}",
      "{\"1\":\"SAVE\",\"2\":\"IGNORE\"}",
      "1: SAVE\n2: IGNORE\n",
      "18446744073709551616: SAVE",
      "<think>{\"response\":\"SAVE\"}</think>I would not apply, I'd save it.",
      "neither save nor apply; not only click but apply?",
      "instead of applying, rather than",
      "{\"a\":{\"b\":[1,2,{\"response\":\"APPLY\"}]}}",
      std::string(300, '{'),
      std::string(300, '"'),
      "decision: open",
      SerializeAnswer({"APPLY", {{"APPLY", -0.5}}, "", {1, 2, {}, true}, 0.5, "m", "f"}),
      SerializeProfile({AnswerMode::kJsonSchema, 5, "f"})};
  for (const Injection& injection : InjectionCorpus("0123456789abcdef0123456789abcdef")) {
    for (const std::string& part : injection.parts) inputs.push_back(part.substr(0, kLongEnough));
  }
  return inputs;
}

TEST(PromptFuzz, TrickyInputsKeepTheInvariants) {
  for (const std::string& input : TrickyInputs()) Fuzz(input);
}

TEST(PromptFuzz, MutatedInputsKeepTheInvariants) {
  constexpr int kMutations = 20'000;
  const std::vector<std::string> corpus = TrickyInputs();
  Rng rng = Rng::Derive(11, "test-mutations");
  for (int i = 0; i < kMutations; ++i) {
    std::string input = corpus[rng.Below(corpus.size())].substr(0, 400);
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
    Fuzz(input);
  }
}

}  // namespace
}  // namespace dynajob
