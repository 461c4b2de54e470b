#include "dynajob/rewards/answer_parser.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/types.h"

namespace dynajob {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The word of the choice, or the defect in lower case.
std::string Parsed(std::string_view text, AnswerMode mode = AnswerMode::kText) {
  const ParsedAnswer answer = ParseAnswerText(text, mode, ResponseChoices());
  return std::string(answer.defect ? ToString(*answer.defect)
                                   : ResponseChoices().words[answer.choice]);
}

TEST(ResponseChoices, AreTheResponsesInTheirOrder) {
  ASSERT_EQ(ResponseChoices().words.size(), kResponseCount);
  for (size_t i = 0; i < kResponseCount; ++i)
    EXPECT_EQ(ResponseChoices().words[i], ToString(static_cast<Response>(i)));
}

TEST(AnswerDefect, NamesParseBack) {
  for (size_t i = 0; i < kAnswerDefectCount; ++i) {
    const auto defect = static_cast<AnswerDefect>(i);
    EXPECT_EQ(ParseAnswerDefect(ToString(defect)), defect);
  }
  EXPECT_EQ(ParseAnswerDefect("other"), std::nullopt);
}

TEST(FreeText, BareWordInAnyDress) {
  for (const char* text : {"APPLY", "apply", " Apply.\n", "\"APPLY\"", "**APPLY**", "`apply`",
                           "(APPLY)!", "\n\nAPPLY\n\nBecause the skills match and I'd save time."})
    EXPECT_EQ(Parsed(text), "APPLY") << text;
}

TEST(FreeText, SentencesThatAffirmOneChoice) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"I would apply for this job.", "APPLY"},
      {"I'd skip this one.", "IGNORE"},
      {"I'd skip this one; nothing here fits.", "IGNORE"},
      {"This person would SAVE it for later.", "SAVE"},
      {"Answer: CLICK", "CLICK"},
      {"My response is \"SAVE\", since the level fits.", "SAVE"},
      {"I would not apply, I'd save it.", "SAVE"},
      {"I would not apply, but I would save it.", "SAVE"},
      {"I don't think I would apply, but I'd click on it.", "CLICK"},
      {"I\xE2\x80\x99"
       "d save it, not apply.",
       "SAVE"},
      {"I'd save it rather than apply.", "SAVE"},
      {"Instead of applying, I would save it.", "SAVE"},
      {"Rather than apply, I'd click.", "CLICK"},
      {"Not only save but apply.", "APPLY"},
      {"I would not just click, I would apply!", "APPLY"},
      {"I won't ignore this, I'll apply.", "APPLY"},
      {"No, I would ignore it.", "IGNORE"},
      {"Should I apply? I would rather save it.", "SAVE"},
      {"I'd SAVE it. If the pay were better I would apply.", "SAVE"},
      {"Options are IGNORE, CLICK, SAVE or APPLY. I choose SAVE.", "SAVE"},
      {"It would save me time, so: APPLY", "APPLY"},
      {"Applying isn't worth it. I'd ignore it.", "IGNORE"},
      {"<think>APPLY? No, too far away.</think>IGNORE", "IGNORE"}};
  for (const auto& [text, word] : cases) EXPECT_EQ(Parsed(text), word) << text;
}

TEST(FreeText, NegatedConditionalOrContradictoryAnswersAreNoAnswers) {
  for (const char* text :
       {"I would not apply.", "I wouldn't apply, save or click.", "I would never apply here",
        "Neither save nor apply.", "I don't think I would apply.", "I doubt I'd apply.",
        "Unlikely to apply.", "There is no reason to apply.",
        "This is not something I would apply to.", "I would apply if the pay were better.",
        "Apply?", "I'd save or apply.", "APPLY\nIGNORE", "I'd apply. I'd ignore it.",
        "Applying is not an option.", "I would decide against applying."})
    EXPECT_EQ(Parsed(text), "ambiguous") << text;
}

TEST(FreeText, WhatIsNotAnAnswerHasItsDefect) {
  EXPECT_EQ(Parsed(""), "empty");
  EXPECT_EQ(Parsed(" \n\t"), "empty");
  EXPECT_EQ(Parsed("BUY"), "outside_set");
  EXPECT_EQ(Parsed("maybe"), "outside_set");
  EXPECT_EQ(Parsed("application"), "outside_set");
  EXPECT_EQ(Parsed("АPPLY"), "outside_set") << "a Cyrillic letter is another word";
  EXPECT_EQ(Parsed("I'm sorry, I can't help with that."), "refusal");
  EXPECT_EQ(Parsed("As an AI I cannot apply for jobs."), "refusal");
  EXPECT_EQ(Parsed("<think>I would apply"), "truncated");
  EXPECT_EQ(Parsed(std::string(100'000, 'x') + " APPLY"), "outside_set");
}

TEST(JsonAnswer, StrictInTheJsonModes) {
  const auto parsed = [](std::string_view text) { return Parsed(text, AnswerMode::kJsonSchema); };
  EXPECT_EQ(parsed(R"({"response":"APPLY"})"), "APPLY");
  EXPECT_EQ(parsed("{\n  \"response\" : \"save\"\n}"), "SAVE");
  EXPECT_EQ(parsed("```json\n{\"response\":\"CLICK\"}\n```"), "CLICK");
  EXPECT_EQ(parsed(R"({"response":"BUY"})"), "outside_set");
  EXPECT_EQ(parsed(R"({"response":"would not APPLY"})"), "outside_set");
  EXPECT_EQ(parsed(R"({"response":1})"), "outside_set");
  EXPECT_EQ(parsed(R"({"answer":"APPLY"})"), "outside_set");
  EXPECT_EQ(parsed(R"({"response":"APPLY","response":"SAVE"})"), "ambiguous");
  EXPECT_EQ(parsed(R"({"response":"APPLY"} {"response":"SAVE"})"), "ambiguous");
  EXPECT_EQ(parsed("APPLY"), "not_json");
  EXPECT_EQ(parsed(R"({"response":"APPL)"), "not_json");
}

TEST(JsonAnswer, IsFoundInText) {
  EXPECT_EQ(Parsed("Sure! {\"response\": \"IGNORE\"} I would not apply."), "IGNORE");
  EXPECT_EQ(Parsed("{a} {\"response\": \"SAVE\"}"), "SAVE");
}

TEST(ParseAnswer, WhatTheEndpointSaysAboutTheAnswerComesFirst) {
  const auto defect = [](const ChatReply& reply) {
    const auto answer = ParseAnswer(reply, AnswerMode::kText, ResponseChoices());
    return std::string(answer.defect ? ToString(*answer.defect) : "ok");
  };
  ChatReply reply;
  reply.text = "I would apply";
  EXPECT_EQ(defect(reply), "ok");
  reply.finish_reason = "length";
  EXPECT_EQ(defect(reply), "truncated") << "the rest may take it back";
  reply.text = "APPLY";
  EXPECT_EQ(defect(reply), "ok");
  reply.finish_reason = "content_filter";
  EXPECT_EQ(defect(reply), "content_filter");
  reply.finish_reason = "stop";
  reply.refusal = "I can't do that";
  EXPECT_EQ(defect(reply), "refusal");
}

// {token, {alternative, probability}…}; the first alternative is the token itself.
using Alternatives = std::vector<std::pair<std::string, double>>;
ChatReply Spelled(const std::vector<Alternatives>& tokens) {
  ChatReply reply;
  for (const Alternatives& alternatives : tokens) {
    TokenLogprobs token{alternatives.front().first, std::log(alternatives.front().second), {}};
    for (const auto& [text, probability] : alternatives)
      token.top.push_back({text, std::log(probability)});
    reply.text += token.token;
    reply.logprobs.push_back(std::move(token));
  }
  return reply;
}

std::vector<double> ProbabilitiesOf(const ChatReply& reply, AnswerMode mode) {
  const ParsedAnswer answer = ParseAnswer(reply, mode, ResponseChoices());
  EXPECT_FALSE(answer.defect.has_value());
  EXPECT_FALSE(answer.choices.empty());
  return Distribution(ResponseChoices(), answer.choice, answer.choices).value();
}

TEST(Logprobs, OneTokenGivesTheProbabilitiesOfAllChoices) {
  const ChatReply reply = Spelled({{{" APPLY", 0.5},
                                    {"APP", 0.1},
                                    {"\"Apply\"", 0.1},
                                    {"save", 0.1},
                                    {" IG", 0.1},
                                    {"The", 0.1}},
                                   {{".", 1}}});
  EXPECT_THAT(ProbabilitiesOf(reply, AnswerMode::kText),
              ElementsAre(DoubleNear(0.1 / 0.9, 1e-9), 0, DoubleNear(0.1 / 0.9, 1e-9),
                          DoubleNear(0.7 / 0.9, 1e-9)));
}

TEST(Logprobs, InJsonTheTokenOfTheValueCounts) {
  const ChatReply reply = Spelled({{{"{\"", 1}},
                                   {{"response", 0.9}, {"APPLY", 0.1}},
                                   {{"\":", 1}},
                                   {{" \"S", 0.75}, {" \"A", 0.25}},
                                   {{"AVE", 0.6}, {"APPLY", 0.4}},
                                   {{"\"}", 1}}});
  EXPECT_THAT(ProbabilitiesOf(reply, AnswerMode::kJsonSchema),
              ElementsAre(0, 0, DoubleNear(0.75, 1e-9), DoubleNear(0.25, 1e-9)));
}

TEST(Logprobs, TokensThatAreNotPartOfAWordDoNotCount) {
  const ChatReply reply = Spelled({{{"SAVE", 0.6}, {"S\"", 0.2}, {"SAVED", 0.1}, {" ", 0.1}}});
  EXPECT_THAT(ProbabilitiesOf(reply, AnswerMode::kText), ElementsAre(0, 0, 1, 0));
}

TEST(Logprobs, SampledTokenOutsideTheTopIsAdded) {
  ChatReply reply = Spelled({{{"CLICK", 0.2}}});
  reply.logprobs[0].top = {{"IGNORE", std::log(0.6)}};
  EXPECT_THAT(ProbabilitiesOf(reply, AnswerMode::kText),
              ElementsAre(DoubleNear(0.75, 1e-9), DoubleNear(0.25, 1e-9), 0, 0));
}

TEST(Logprobs, AreLeftAsideWhenTheyDoNotDecide) {
  const auto choices = [](const ChatReply& reply) {
    return ParseAnswer(reply, AnswerMode::kText, ResponseChoices()).choices;
  };
  EXPECT_THAT(choices(Spelled({{{"I'd ", 1}}, {{"apply", 0.5}, {"save", 0.5}}})), IsEmpty())
      << "running text";
  ChatReply other = Spelled({{{"APPLY", 1}}});
  other.logprobs[0].token = "XYZ";
  EXPECT_THAT(choices(other), IsEmpty()) << "tokens that do not spell the text";
  ChatReply bad = Spelled({{{"APPLY", 0.5}, {"SAVE", 0.5}}});
  bad.logprobs[0].top[1].logprob = 0.5;
  EXPECT_THAT(choices(bad), IsEmpty()) << "not a log-probability";
}

TEST(Logprobs, TrimmedTextIsFoundInItsTokens) {
  ChatReply reply = Spelled({{{"\n", 1}}, {{" SAVE", 0.5}, {" APPLY", 0.5}}});
  reply.text = "SAVE";
  EXPECT_THAT(ProbabilitiesOf(reply, AnswerMode::kText),
              ElementsAre(0, 0, DoubleNear(0.5, 1e-9), DoubleNear(0.5, 1e-9)));
}

TEST(Distribution, RefusesChoicesOutsideTheSet) {
  const std::vector<TokenAlternative> outside = {{"BUY", -1}};
  EXPECT_FALSE(Distribution(ResponseChoices(), 0, outside).has_value());
  const std::vector<TokenAlternative> impossible = {{"APPLY", -INFINITY}};
  EXPECT_FALSE(Distribution(ResponseChoices(), 0, impossible).has_value());
  const std::vector<TokenAlternative> tiny = {{"APPLY", -5000}, {"SAVE", -5000}};
  EXPECT_THAT(*Distribution(ResponseChoices(), 0, tiny), ElementsAre(0, 0, 0.5, 0.5));
}

TEST(BatchAnswer, IsCompleteOrADefect) {
  const auto parse = [](std::string_view text, AnswerMode mode) {
    const ParsedBatch batch = ParseBatchText(text, mode, ResponseChoices(), 2);
    std::string words(batch.defect ? ToString(*batch.defect) : "");
    for (const size_t choice : batch.choices) words += ResponseChoices().words[choice] + " ";
    return words;
  };
  const auto json = AnswerMode::kJsonSchema;
  EXPECT_EQ(parse(R"({"1":"APPLY","2":"IGNORE"})", json), "APPLY IGNORE ");
  EXPECT_EQ(parse(R"({"1":"APPLY"})", json), "outside_set");
  EXPECT_EQ(parse(R"({"1":"APPLY","1":"SAVE","2":"SAVE"})", json), "ambiguous");
  EXPECT_EQ(parse("1: APPLY", json), "not_json");
  EXPECT_EQ(parse("1: APPLY\n2) I'd skip it.\n", AnswerMode::kText), "APPLY IGNORE ");
  EXPECT_EQ(parse("1: APPLY\n1: SAVE\n2: SAVE", AnswerMode::kText), "ambiguous");
  EXPECT_EQ(parse("1: APPLY\n2: not apply", AnswerMode::kText), "ambiguous");
  EXPECT_EQ(parse("", json), "empty");
}

}  // namespace
}  // namespace dynajob
