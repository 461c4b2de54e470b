// libFuzzer entry over untrusted text on its way into a prompt, and over answers on their way out.
// Also called by prompt_fuzz_test.cc with seeded mutations of the injection corpus.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/llm/cached_answer.h"
#include "dynajob/rewards/answer_parser.h"
#include "dynajob/rewards/untrusted_text.h"

namespace dynajob {
namespace {

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

void CheckText(std::string_view bytes) {
  constexpr size_t kMaxChars = 40;
  const std::string plain = PlainText(bytes, kMaxChars);
  DYNAJOB_CHECK(SanitizeUtf8(plain) == plain, "plain text is valid UTF-8");
  DYNAJOB_CHECK(CodePoints(plain) <= kMaxChars, "plain text is cut");
  DYNAJOB_CHECK(PlainText(plain, kMaxChars) == plain, "plain text stays as it is");
  for (const char c : plain) {
    DYNAJOB_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != '<' && c != '>' && c != 0x7F,
                  "no control characters and no tags");
  }
  // Whatever valid text: it parses back as itself and looks like nothing else.
  const std::string text = SanitizeUtf8(bytes);
  std::string json = "{\"t\":";
  AppendJsonString(json, text);
  json += "}";
  DYNAJOB_CHECK(nlohmann::json::parse(json)["t"] == text, "the string reads as the text");
  const std::string_view inside = std::string_view(json).substr(6, json.size() - 8);
  DYNAJOB_CHECK(inside.find_first_of("<>[]{}|`\n\r") == std::string_view::npos,
                "no structure in the string");
  const std::string delimiter = DelimiterFor(json, "context");
  DYNAJOB_CHECK(json.find(delimiter) == std::string::npos, "the text has not the delimiter");
  DYNAJOB_CHECK(Enclose(json, "context") ==
                    "BEGIN DATA " + delimiter + "\n" + json + "\nEND DATA " + delimiter,
                "the envelope is the same every time");
}

void CheckAnswer(const ParsedAnswer& answer, const ChoiceSet& set) {
  if (answer.defect) return;
  DYNAJOB_CHECK(answer.choice < set.words.size(), "a choice of the set");
  const auto probabilities = Distribution(set, answer.choice, answer.choices);
  DYNAJOB_CHECK(probabilities.has_value(), "a usable answer has probabilities");
  double sum = 0;
  for (const double probability : *probabilities) sum += probability;
  DYNAJOB_CHECK(std::abs(sum - 1) < 1e-9, "probabilities sum to 1");
}

void CheckAnswers(std::string_view bytes) {
  for (const AnswerMode mode : {AnswerMode::kJsonSchema, AnswerMode::kText}) {
    for (const ChoiceSet* set : {&ResponseChoices(), &TitleChoices()}) {
      ChatReply reply;
      reply.text = bytes;
      // The tokens: the text in two pieces, with the rest of it as alternatives.
      const size_t half = bytes.size() / 2;
      reply.logprobs = {{std::string(bytes.substr(0, half)), -0.5, {}},
                        {std::string(bytes.substr(half)), -1, {{"APPLY", -2}, {"op", -3}}}};
      CheckAnswer(ParseAnswer(reply, mode, *set), *set);
      reply.finish_reason = "length";
      CheckAnswer(ParseAnswer(reply, mode, *set), *set);
    }
    const ParsedBatch batch = ParseBatchText(bytes, mode, ResponseChoices(), 2);
    DYNAJOB_CHECK(batch.choices.size() == (batch.defect ? 0 : 2), "all answers or a defect");
  }
  const auto cached = ParseCachedAnswer(bytes);
  if (cached.ok()) {
    const auto again = ParseCachedAnswer(SerializeAnswer(*cached));
    DYNAJOB_CHECK(again.ok() && again->text == cached->text, "a cached answer survives writing");
  }
  (void)ParseProfile(bytes);
}

}  // namespace
}  // namespace dynajob

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  dynajob::CheckText(bytes);
  dynajob::CheckAnswers(bytes);
  return 0;
}
