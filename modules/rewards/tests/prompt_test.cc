#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/market/generator.h"
#include "dynajob/rewards/answer_parser.h"
#include "dynajob/rewards/prompt_builder.h"
#include "dynajob/rewards/prompt_template.h"
#include "dynajob/rewards/surrogate_user.h"
#include "dynajob/rewards/untrusted_text.h"

#include "injections.h"
#include "small_catalog.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr PromptKind kAllKinds[] = {PromptKind::kPair, PromptKind::kTitle, PromptKind::kBatch};
constexpr AnswerMode kAllModes[] = {AnswerMode::kJsonSchema, AnswerMode::kLlamaSchema,
                                    AnswerMode::kJsonObject, AnswerMode::kText};

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

TEST(PromptTemplate, BuiltInOnesStateTheirTokens) {
  for (const PromptKind kind : kAllKinds) {
    const PromptTemplate prompt = PromptTemplate::BuiltIn(kind);  // checks the count
    EXPECT_EQ(prompt.kind(), kind);
    EXPECT_GT(prompt.tokens(), 300u);
    EXPECT_THAT(prompt.version(), StartsWith(prompt.name() + "-"));
  }
}

TEST(PromptTemplate, ExamplesAnswerInTheFormThatIsAskedFor) {
  for (const PromptKind kind : kAllKinds) {
    const PromptTemplate prompt = PromptTemplate::BuiltIn(kind);
    for (const AnswerMode mode : kAllModes) {
      size_t examples = 0;
      for (const ChatMessage& message : prompt.Render("{}", "{}", mode, 2)) {
        EXPECT_THAT(message.content, Not(HasSubstr("{{")));
        if (message.role != "assistant") continue;
        ++examples;
        const auto defect = kind == PromptKind::kBatch
                                ? ParseBatchText(message.content, mode, ChoicesOf(kind), 2).defect
                                : ParseAnswerText(message.content, mode, ChoicesOf(kind)).defect;
        EXPECT_FALSE(defect.has_value()) << message.content;
      }
      EXPECT_EQ(examples, 2u);
    }
  }
}

TEST(PromptTemplate, MalformedFilesAreRefusedWithTheReason) {
  const auto reason = [](const std::string& text) {
    const auto prompt = PromptTemplate::Parse(text);
    return prompt.ok() ? std::string("(ok)") : prompt.error().message;
  };
  const std::string head = "name: n\nkind: pair\ntokens: 7\n---\n";
  const std::string body = "[user]\nWhat now?\n{{candidate}}\n{{posting}}\n";
  EXPECT_THAT(reason(""), HasSubstr("'---'"));
  EXPECT_THAT(reason("name: n\n---\n"), HasSubstr("'kind:'"));
  EXPECT_THAT(reason("size: 3\n---\n"), HasSubstr("line 1: 'size'"));
  EXPECT_THAT(reason(head + "text\n"), HasSubstr("line 5: text before"));
  EXPECT_THAT(reason(head + "[user]\n{{job}}\n"), HasSubstr("line 6: '{{job}}' is unknown"));
  EXPECT_THAT(reason(head + "[user]\n{{data: {}\n"), HasSubstr("line 6"));
  EXPECT_THAT(reason(head + "[user]\n{{data: {a}}}\n"), HasSubstr("not JSON"));
  EXPECT_THAT(reason(head + "[user]\n{{answer: BUY}}\n"), HasSubstr("'BUY' is not an answer"));
  EXPECT_THAT(reason(head + "[user]\n{{candidate}}\n"), HasSubstr("{{posting}}"));
  EXPECT_THAT(reason(head + body + "[assistant]\nAPPLY\n"), HasSubstr("must be [user]"));
  EXPECT_THAT(reason(head + body), HasSubstr("says 7, but it has about"));
}

TEST(PromptTemplate, VersionChangesWithTheContent) {
  const auto counted = [](const std::string& question) {
    const std::string text = "[user]\n" + question + "\n{{candidate}}\n{{posting}}\n";
    for (int tokens = 1; tokens < 200; ++tokens) {
      const auto prompt = PromptTemplate::Parse(
          "name: n\nkind: pair\ntokens: " + std::to_string(tokens) + "\n---\n" + text);
      if (prompt.ok()) return prompt->version();
    }
    return std::string();
  };
  EXPECT_THAT(counted("What now?"), StartsWith("n-"));
  EXPECT_NE(counted("What now?"), counted("What then?"));
}

TEST(ApproximateTokens, CountsWordsSignsAndOtherScripts) {
  EXPECT_EQ(ApproximateTokens(""), 0u);
  EXPECT_EQ(ApproximateTokens("The person reads."), 4u);
  EXPECT_EQ(ApproximateTokens("internationalization 12345"), 3u + 2u);
  EXPECT_EQ(ApproximateTokens("=== 日本"), 3u);
}

TEST(AnswerSchema, NamesEveryChoiceAndNothingElse) {
  const auto schema = nlohmann::json::parse(AnswerSchema(PromptKind::kBatch, 3));
  EXPECT_EQ(schema["required"], (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(schema["properties"]["3"]["enum"], ResponseChoices().words);
  EXPECT_EQ(
      nlohmann::json::parse(AnswerSchema(PromptKind::kTitle, 1))["properties"]["decision"]["enum"],
      TitleChoices().words);
}

// What stands in the envelopes of the last message, or nothing when their form is broken.
std::vector<std::string> Enclosed(const ChatRequest& request) {
  std::vector<std::string> records;
  const std::vector<std::string> lines = LinesOf(request.messages.back().content);
  if (lines.size() % 3 != 0) return {};
  for (size_t i = 0; i < lines.size(); i += 3) {
    const std::string delimiter = lines[i].substr(std::min<size_t>(11, lines[i].size()));
    if (lines[i] != "BEGIN DATA " + delimiter || lines[i + 2] != "END DATA " + delimiter ||
        delimiter.size() != 32 || lines[i + 1].find(delimiter) != std::string::npos)
      return {};
    records.push_back(lines[i + 1]);
  }
  return records;
}

Catalog MarketCatalog(std::vector<Job> jobs, const MarketOptions& options) {
  std::vector<Candidate> people = {GenerateCandidate(options, 0)};
  return RecordCatalog(std::move(people), std::move(jobs));
}

// The job of a market that the surrogate likes least.
Job WorstJob(const MarketOptions& options) {
  const Market market = GenerateMarket(options).value();
  const Catalog catalog = MarketCatalog(market.jobs, options);
  const auto user = SurrogateUser::Create(catalog, {}).value();
  JobRow worst = 0;
  for (JobRow row = 1; row < catalog.job_count(); ++row)
    if (user->Utility({0, row}) < user->Utility({0, worst})) worst = row;
  return catalog.job(worst);
}

void AppendTo(Job& job, const std::vector<std::string>& parts) {
  std::string* const fields[] = {&job.description, &job.title, &job.company, &job.location};
  for (size_t i = 0; i < parts.size(); ++i) *fields[i % 4] += " " + parts[i];
  job.technical_skills.push_back(parts[0]);
  job.soft_skills.push_back(parts.back());
  job.experience_requirements = parts[0] + job.experience_requirements;
}

TEST(Injections, NoneLeavesItsStringInAnyPrompt) {
  const MarketOptions market{.jobs = 60, .candidates = 1, .seed = 7};
  const Job worst = WorstJob(market);
  const size_t max_chars = static_cast<size_t>(EndpointOptions{}.max_chars);
  const std::string seen = DelimiterFor(
      "{\"job\":" + JobRecord(worst, max_chars) + "}",
      "{\"candidate\":" + CandidateRecord(GenerateCandidate(market, 0), max_chars) + "}");
  for (const Injection& injection : InjectionCorpus(seen)) {
    SCOPED_TRACE(injection.name);
    Job job = worst;
    AppendTo(job, injection.parts);
    Job other = GenerateJob(market, 1);
    const Catalog catalog = MarketCatalog({job, other}, market);
    const auto single = PromptBuilder::Create(catalog, {.stages = 2}).value();
    const auto batch = PromptBuilder::Create(catalog, {.batch = 2}).value();
    const Catalog untouched_catalog = MarketCatalog({worst, other}, market);
    const auto clean = PromptBuilder::Create(untouched_catalog, {.stages = 2}).value();
    const auto clean_batch = PromptBuilder::Create(untouched_catalog, {.batch = 2}).value();
    const EarlierResponse earlier[] = {{0, Response::kIgnore}, {1, Response::kSave}};
    for (const AnswerMode mode : {AnswerMode::kJsonSchema, AnswerMode::kText}) {
      const std::vector<ChatRequest> requests = {
          single->PairQuestion({0, 0}, mode), single->PairQuestion({0, 1}, mode, earlier),
          single->TitleQuestion({0, 0}, mode), batch->BatchQuestion(0, 0, 2, mode)};
      const ChatRequest plain = single->PairQuestion({0, 1}, mode);
      for (const ChatRequest& request : requests) {
        const std::vector<std::string> records = Enclosed(request);
        ASSERT_EQ(records.size(), 2u);
        EXPECT_EQ(records[0], Enclosed(plain)[0]) << "the candidate is untouched";
        for (const std::string& record : records)
          ASSERT_TRUE(nlohmann::json::accept(record)) << record.substr(0, 300);
      }
      const std::vector<ChatRequest> untouched = {
          clean->PairQuestion({0, 0}, mode), clean->PairQuestion({0, 1}, mode, earlier),
          clean->TitleQuestion({0, 0}, mode), clean_batch->BatchQuestion(0, 0, 2, mode)};
      for (size_t i = 0; i < requests.size(); ++i) {
        ChatRequest request = requests[i];
        request.messages.back() = untouched[i].messages.back();
        EXPECT_EQ(request, untouched[i]) << "all but the last message is ours";
      }
      const auto sent = nlohmann::json::parse(Enclosed(requests[0])[1]);
      ASSERT_EQ(sent.size(), 1u);
      EXPECT_EQ(sent["job"]["description"], PlainText(job.description, max_chars));
      EXPECT_EQ(sent["job"]["title"], PlainText(job.title, 200));
      for (const auto& [name, value] : sent["job"].items()) EXPECT_TRUE(value.is_string()) << name;
      const auto jobs = nlohmann::json::parse(Enclosed(requests[3])[1])["jobs"];
      EXPECT_EQ(jobs.size(), 2u);
      EXPECT_EQ(jobs["2"]["title"], PlainText(other.title, 200));
    }
  }
}

TEST(Injections, NoChatTemplateTokenIsWrittenOut) {
  for (const Injection& injection : InjectionCorpus(std::string(32, 'a'))) {
    Job job;
    job.id = "j";
    AppendTo(job, injection.parts);
    const std::string record = JobRecord(job, 100'000);
    for (const char* token : {"<|", "|>", "[INST", "[/INST", "<s>", "</s>", "<<SYS", "<start_of",
                              "<think", "</think", "```", "{{", "\n"})
      EXPECT_EQ(record.find(token), std::string::npos) << injection.name << " " << token;
  }
}

TEST(PromptBuilder, UnknownFactsAreLeftOut) {
  Job job;
  job.id = "j";
  job.title = "Cook";
  EXPECT_EQ(JobRecord(job, 100), R"({"title":"Cook"})");
  Candidate candidate;
  candidate.id = "c";
  candidate.expected_salary = 52000.4;
  candidate.hard_skills = {"baking", "c++"};
  EXPECT_EQ(CandidateRecord(candidate, 100),
            R"({"skills":"baking, c++","expected salary in US dollars a year":52000})");
}

TEST(PromptBuilder, IdsAreNotShown) {
  Job job;
  job.id = "secret-id";
  job.title = "Cook";
  EXPECT_EQ(JobRecord(job, 100).find("secret"), std::string::npos);
}

TEST(PromptBuilder, EarlierResponsesArePartOfTheQuestion) {
  Job job;
  job.id = "j";
  job.title = "Cook";
  Candidate candidate;
  candidate.id = "c";
  const Catalog catalog = RecordCatalog({candidate}, {job});
  const auto builder = PromptBuilder::Create(catalog, {}).value();
  const EarlierResponse earlier[] = {{0, Response::kSave}};
  const auto with = Enclosed(builder->PairQuestion({0, 0}, AnswerMode::kText, earlier));
  ASSERT_EQ(with.size(), 2u);
  EXPECT_EQ(with[1], R"({"earlier":[{"title":"Cook","response":"SAVE"}],"job":{"title":"Cook"}})");
  EXPECT_NE(builder->PairQuestion({0, 0}, AnswerMode::kText),
            builder->PairQuestion({0, 0}, AnswerMode::kText, earlier));
}

TEST(PromptBuilder, FilesThatDoNotFitAreRefused) {
  const Catalog catalog = RecordCatalog({}, {});
  const auto missing = PromptBuilder::Create(catalog, {.prompt = "/does/not/exist"});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(PromptBuilder::Create(catalog, {.stages = 2, .batch = 2}).error().message,
              HasSubstr("llm.batch is 2 and llm.stages is 2"));
  EXPECT_THAT(PromptBuilder::Create(catalog, {.max_chars = 5}).error().message,
              HasSubstr("llm.max_chars is 5"));
}

}  // namespace
}  // namespace dynajob
