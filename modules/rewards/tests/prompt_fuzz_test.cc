// Runs the libFuzzer entry of fuzz_prompt_text.cc on tricky inputs and seeded mutations of them.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/llm/cached_answer.h"
#include "dynajob/testing/mutations.h"

#include "injections.h"

namespace dynajob {
namespace {

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
  for (const std::string& input : TrickyInputs()) RunFuzzEntry(input);
}

TEST(PromptFuzz, MutatedInputsKeepTheInvariants) {
  std::vector<std::string> corpus = TrickyInputs();
  for (std::string& input : corpus) input.resize(std::min<size_t>(input.size(), 400));
  ForEachMutation(corpus, {.count = 20'000, .seed = 11}, RunFuzzEntry);
}

}  // namespace
}  // namespace dynajob
