#include "dynajob/rewards/endpoint_user.h"

#include <atomic>
#include <cmath>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/stores/open_store.h"
#include "dynajob/testing/temporary_directory.h"

#include "fake_chat_client.h"
#include "small_catalog.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr ResponseProbabilities kIgnore = {1, 0, 0, 0};
constexpr ResponseProbabilities kSave = {0, 0, 1, 0};
constexpr ResponseProbabilities kApply = {0, 0, 0, 1};

// Candidates c0…, jobs with titles "title 0"…
Catalog NamedCatalog(size_t candidates, size_t jobs) {
  std::vector<Candidate> people(candidates);
  std::vector<Job> postings(jobs);
  for (size_t i = 0; i < candidates; ++i) people[i].id = "c" + std::to_string(i);
  for (size_t i = 0; i < candidates; ++i) people[i].bio = "person " + std::to_string(i);
  for (size_t i = 0; i < jobs; ++i) postings[i].id = "j" + std::to_string(i);
  for (size_t i = 0; i < jobs; ++i) postings[i].title = "title " + std::to_string(i);
  return RecordCatalog(std::move(people), std::move(postings));
}

bool Asks(const ChatRequest& request, const std::string& part) {
  return request.messages.back().content.find(part) != std::string::npos;
}

class EndpointUserTest : public ::testing::Test {
 protected:
  EndpointUserTest() { OpenCache(); }

  void OpenCache() {
    cache_.reset();
    cache_ = std::make_unique<AnswerCache>(
        OpenStore(directory_.File("s.db"), OpenMode::kCreate).value());
  }

  // Everything of one user, in the order of their lives.
  struct Asked {
    std::unique_ptr<Budget> budget;
    std::unique_ptr<FakeChatClient> client;
    std::unique_ptr<EndpointUser> user;
  };

  Asked Ask(FakeChatClient::Answer answer, EndpointOptions options = {},
            EndpointProfile profile = {}, BudgetOptions limits = {}, Sampling sampling = {}) {
    Asked asked;
    asked.budget = Budget::Create(limits, "fake").value();
    asked.client = std::make_unique<FakeChatClient>(std::move(answer));
    EndpointUserParts parts = Parts(profile, sampling);
    parts.client = asked.client.get();
    parts.budget = asked.budget.get();
    auto user = EndpointUser::Create(parts, options);
    EXPECT_TRUE(user.ok()) << user.error().message;
    asked.user = std::move(user).value();
    return asked;
  }

  EndpointUserParts Parts(EndpointProfile profile = {}, Sampling sampling = {}) {
    EndpointUserParts parts;
    parts.catalog = &catalog_;
    parts.cache = cache_.get();
    parts.base_url = "http://localhost:1/v1";
    parts.model = "fake";
    parts.profile = profile;
    parts.sampling = sampling;
    parts.cosine = cosine_;
    return parts;
  }

  Catalog catalog_ = NamedCatalog(3, 7);
  TemporaryDirectory directory_;
  std::unique_ptr<AnswerCache> cache_;
  const CosineReward* cosine_ = nullptr;
};

Result<ResponseProbabilities> LabelOf(EndpointUser& user, dynajob::Pair pair) {
  ResponseProbabilities label{};
  const Status status = user.Probabilities(std::span(&pair, 1), std::span(&label, 1));
  if (!status.ok()) return status.error();
  return label;
}

TEST_F(EndpointUserTest, AnswersBecomeLabelsAndEachPairIsBoughtOnce) {
  auto asked = Ask([](const ChatRequest& request) -> Result<ChatReply> {
    return ReplyOf(Asks(request, "title 2") ? "APPLY" : "IGNORE");
  });
  const std::vector<dynajob::Pair> pairs = {{0, 1}, {0, 2}, {1, 2}, {0, 1}};
  std::vector<ResponseProbabilities> labels(4);
  ASSERT_TRUE(asked.user->Probabilities(pairs, labels).ok());
  EXPECT_THAT(labels, ElementsAre(kIgnore, kApply, kApply, kIgnore));
  ASSERT_TRUE(asked.user->Probabilities(pairs, labels).ok());
  EXPECT_EQ(asked.client->requests().size(), 3u);
  const EndpointUserReport report = asked.user->Report();
  EXPECT_EQ(report.kind, "endpoint");
  EXPECT_EQ(report.labelled, 3u);
  EXPECT_EQ(report.spending.paid, 3u);
  EXPECT_EQ(report.spending.prompt_tokens, 300u);
  EXPECT_EQ(report.sources.at("answer"), 3u);
  EXPECT_EQ(nlohmann::json::parse(ReportJson(report))["cost_usd"], nullptr) << "unknown, never 0";
}

TEST_F(EndpointUserTest, SecondRunAndReplayCostNothingAndAgree) {
  const std::vector<dynajob::Pair> pairs = {{0, 1}, {2, 5}};
  std::vector<ResponseProbabilities> bought(2);
  {
    auto asked = Ask([](const ChatRequest& request) -> Result<ChatReply> {
      return ReplyOf(Asks(request, "person 2") ? "SAVE" : "CLICK");
    });
    ASSERT_TRUE(asked.user->Probabilities(pairs, bought).ok());
  }
  OpenCache();
  {
    auto again = Ask([](const ChatRequest&) -> Result<ChatReply> {
      return Error{ErrorCode::kLlmUnavailable, "must not be asked"};
    });
    std::vector<ResponseProbabilities> labels(2);
    ASSERT_TRUE(again.user->Probabilities(pairs, labels).ok());
    EXPECT_EQ(labels, bought);
    EXPECT_EQ(again.user->Report().cached, 2u);
    EXPECT_EQ(again.user->Report().spending.paid, 0u);
  }
  const auto replay = EndpointUser::Create(Parts(), {}).value();
  EXPECT_EQ(replay->kind(), "replay");
  std::vector<ResponseProbabilities> labels(2);
  ASSERT_TRUE(replay->Probabilities(pairs, labels).ok());
  EXPECT_EQ(labels, bought);

  const auto missing = LabelOf(*replay, {1, 1});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(missing.error().message, HasSubstr("candidate 'c1' and job 'j1'"));
  EXPECT_THAT(missing.error().message, HasSubstr("s.db"));
}

TEST_F(EndpointUserTest, FailedCallIsAnErrorAndMayBeAskedAgain) {
  std::atomic<bool> down{true};
  auto asked = Ask([&](const ChatRequest&) -> Result<ChatReply> {
    if (down) return Error{ErrorCode::kLlmUnavailable, "503"};
    return ReplyOf("SAVE");
  });
  const auto failed = LabelOf(*asked.user, {0, 1});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("503"));
  down = false;
  EXPECT_EQ(LabelOf(*asked.user, {0, 1}).value(), kSave);
  EXPECT_EQ(asked.user->Report().spending.failed, 1u);
  EXPECT_EQ(asked.user->Report().labelled, 1u);
}

TEST_F(EndpointUserTest, UnusableAnswerIsAskedAgainWithAnotherSeedThenGivenUp) {
  auto asked = Ask([](const ChatRequest& request) -> Result<ChatReply> {
    const bool second = request.sampling.seed != Sampling{}.seed;
    return ReplyOf(Asks(request, "title 1") && second ? "SAVE" : "perhaps");
  });
  EXPECT_EQ(LabelOf(*asked.user, {0, 1}).value(), kSave);
  const auto unusable = LabelOf(*asked.user, {0, 2});
  ASSERT_FALSE(unusable.ok());
  EXPECT_EQ(unusable.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(unusable.error().message, HasSubstr("job 'j2': outside_set"));
  std::vector<std::optional<ResponseProbabilities>> labels(2);
  const std::vector<dynajob::Pair> pairs = {{0, 2}, {0, 1}};
  ASSERT_TRUE(asked.user->Labels(pairs, labels).ok()) << "two pairs are too few for a share";
  EXPECT_EQ(labels[0], std::nullopt);
  EXPECT_EQ(labels[1], kSave);
  const EndpointUserReport report = asked.user->Report();
  EXPECT_EQ(report.unlabelled, 1u);
  EXPECT_EQ(report.defects.at("outside_set"), 3u);
  EXPECT_EQ(report.spending.paid, 4u);

  // What was unusable is not bought again either.
  asked.user.reset();
  OpenCache();
  const auto replay = EndpointUser::Create(Parts(), {}).value();
  ASSERT_TRUE(replay->Labels(pairs, labels).ok());
  EXPECT_EQ(labels[0], std::nullopt);
  EXPECT_EQ(labels[1], kSave);
}

TEST_F(EndpointUserTest, TooManyUnusableAnswersFailTheRun) {
  catalog_ = NamedCatalog(4, 7);
  auto asked = Ask([](const ChatRequest& request) -> Result<ChatReply> {
    return ReplyOf(Asks(request, "title 3") ? "?" : "SAVE");
  });
  std::vector<dynajob::Pair> pairs;
  for (CandidateRow c = 0; c < 4; ++c)
    for (JobRow j = 0; j < 7; ++j) pairs.push_back({c, j});
  std::vector<std::optional<ResponseProbabilities>> labels(pairs.size());
  const Status status = asked.user->Labels(pairs, labels);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(status.error().message, HasSubstr("4 of 28 pairs"));
}

TEST_F(EndpointUserTest, BudgetStopsTheRunAndWhatIsBoughtIsKept) {
  auto asked = Ask([](const ChatRequest&) -> Result<ChatReply> { return ReplyOf("SAVE"); }, {}, {},
                   {.max_calls = 2});
  EXPECT_TRUE(LabelOf(*asked.user, {0, 0}).ok());
  EXPECT_TRUE(LabelOf(*asked.user, {0, 1}).ok());
  const auto refused = LabelOf(*asked.user, {0, 2});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetReached);
  EXPECT_TRUE(LabelOf(*asked.user, {0, 1}).ok()) << "known labels stay free";
  EXPECT_EQ(asked.user->Report().spending.refused, 1u);
  EXPECT_EQ(asked.client->requests().size(), 2u);
}

TEST_F(EndpointUserTest, TokenBudgetIsNeverExceededByCallsInFlight) {
  const uint64_t limit = 20'000;
  auto asked = Ask(
      [](const ChatRequest& request) -> Result<ChatReply> {
        ChatReply reply = ReplyOf("SAVE");
        reply.usage.prompt_tokens = MostTokens(request).prompt_tokens / 2;
        return reply;
      },
      {}, {}, {.max_tokens = static_cast<int64_t>(limit)});
  std::vector<dynajob::Pair> pairs;
  for (CandidateRow c = 0; c < 3; ++c)
    for (JobRow j = 0; j < 7; ++j) pairs.push_back({c, j});
  std::vector<ResponseProbabilities> labels(pairs.size());
  const Status status = asked.user->Probabilities(pairs, labels);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kBudgetReached);
  const Spending spending = asked.budget->spending();
  EXPECT_LE(spending.prompt_tokens + spending.completion_tokens, limit);
  EXPECT_GT(spending.paid, 3u) << "calls waited for others to settle instead of giving up";
}

TEST_F(EndpointUserTest, PrefetchReturnsAtOnceAndSpendsTheSameCall) {
  auto asked = Ask([](const ChatRequest&) -> Result<ChatReply> { return ReplyOf("SAVE"); });
  asked.client->Hold(true);
  const std::vector<dynajob::Pair> pairs = {{0, 1}, {0, 2}, {0, 3}};
  asked.user->Prefetch(pairs);
  while (asked.client->requests().size() < 3) std::this_thread::yield();
  asked.client->Hold(false);
  std::vector<ResponseProbabilities> labels(3);
  ASSERT_TRUE(asked.user->Probabilities(pairs, labels).ok());
  EXPECT_THAT(labels, ElementsAre(kSave, kSave, kSave));
  EXPECT_EQ(asked.client->requests().size(), 3u);
}

TEST_F(EndpointUserTest, TwoUsersOfOneCacheMakeOneCall) {
  const auto save = [](const ChatRequest&) -> Result<ChatReply> { return ReplyOf("SAVE"); };
  auto first = Ask(save);
  auto second = Ask(save);
  first.client->Hold(true);
  const dynajob::Pair pair{0, 1};
  first.user->Prefetch(std::span(&pair, 1));
  while (first.client->requests().empty()) std::this_thread::yield();
  second.user->Prefetch(std::span(&pair, 1));
  while (second.user->Report().joined == 0) std::this_thread::yield();
  first.client->Hold(false);
  EXPECT_EQ(LabelOf(*second.user, pair).value(), kSave);
  EXPECT_TRUE(second.client->requests().empty());
}

TEST_F(EndpointUserTest, UserThatStopsLeavesItsQuestionToOthersAndItsAnswerInTheCache) {
  const auto save = [](const ChatRequest&) -> Result<ChatReply> { return ReplyOf("SAVE"); };
  auto asked = Ask(save);
  asked.client->Hold(true);
  const dynajob::Pair pair{0, 1};
  asked.user->Prefetch(std::span(&pair, 1));
  while (asked.client->requests().empty()) std::this_thread::yield();
  asked.user.reset();
  auto other = Ask(save);
  other.user->Prefetch(std::span(&pair, 1));
  while (other.user->Report().joined == 0) std::this_thread::yield();
  asked.client.reset();  // cancels the call
  EXPECT_EQ(LabelOf(*other.user, pair).value(), kSave);
  EXPECT_EQ(other.client->requests().size(), 1u);
}

TEST_F(EndpointUserTest, ManyThreadsGetTheSameLabels) {
  auto asked = Ask([](const ChatRequest& request) -> Result<ChatReply> {
    return ReplyOf(Asks(request, "title 2") ? "APPLY" : "SAVE");
  });
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (CandidateRow c = 0; c < 3; ++c) {
        for (JobRow j = 0; j < 7; ++j) {
          const auto label = LabelOf(*asked.user, {c, j});
          if (!label.ok() || *label != (j == 2 ? kApply : kSave)) ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(asked.client->requests().size(), 21u);
}

TEST_F(EndpointUserTest, LogprobsBecomeProbabilities) {
  EndpointProfile profile;
  profile.top_logprobs = 5;
  auto asked = Ask(
      [](const ChatRequest& request) -> Result<ChatReply> {
        ChatReply reply = ReplyOf("SAVE");
        if (request.top_logprobs == 5)
          reply.logprobs = {
              {"SAVE", std::log(0.6), {{"SAVE", std::log(0.6)}, {"APP", std::log(0.2)}}}};
        return reply;
      },
      {.samples = 3}, profile);
  const auto label = LabelOf(*asked.user, {0, 1});
  ASSERT_TRUE(label.ok());
  EXPECT_NEAR((*label)[2], 0.75, 1e-12);
  EXPECT_NEAR((*label)[3], 0.25, 1e-12);
  EXPECT_EQ(asked.client->requests().size(), 1u) << "probabilities leave nothing to sample";
  EXPECT_EQ(asked.user->Report().sources.at("logprobs"), 1u);

  asked.user.reset();
  OpenCache();
  EndpointUserParts parts = Parts(profile);
  const auto replay = EndpointUser::Create(parts, {.samples = 3}).value();
  EXPECT_EQ(LabelOf(*replay, {0, 1}).value(), *label);
}

TEST_F(EndpointUserTest, SamplesAreAveragedOverSeeds) {
  Sampling sampling;
  sampling.temperature = 1;
  auto asked = Ask(
      [](const ChatRequest& request) -> Result<ChatReply> {
        return ReplyOf(request.sampling.seed == 2 ? "APPLY" : "SAVE");
      },
      {.samples = 4}, {}, {}, sampling);
  EXPECT_EQ(LabelOf(*asked.user, {0, 1}).value(), (ResponseProbabilities{0, 0, 0.75, 0.25}));
  EXPECT_EQ(asked.user->Report().sources.at("samples"), 1u);
  EXPECT_THAT(EndpointUser::Create(Parts(), {.samples = 4}).error().message,
              HasSubstr("llm.samples is 4"));
}

TEST_F(EndpointUserTest, TitleThatIsSkippedIsIgnoredWithoutItsPosting) {
  auto asked =
      Ask([](const ChatRequest&) -> Result<ChatReply> { return ReplyOf("SKIP"); }, {.stages = 2});
  EXPECT_EQ(LabelOf(*asked.user, {0, 2}).value(), kIgnore);
  ASSERT_EQ(asked.client->requests().size(), 1u);
  EXPECT_TRUE(Asks(asked.client->requests()[0], R"({"title":"title 2"})"));
  EXPECT_EQ(asked.user->Report().title_skips, 1u);
  EXPECT_THAT(asked.user->Report().title_prompt_version, HasSubstr("title-1-"));
}

TEST_F(EndpointUserTest, OpenedTitleLeadsToTheWholePosting) {
  auto asked = Ask(
      [](const ChatRequest& request) -> Result<ChatReply> {
        return ReplyOf(Asks(request, "\"job\":") ? "APPLY" : "OPEN");
      },
      {.stages = 2});
  EXPECT_EQ(LabelOf(*asked.user, {0, 1}).value(), kApply);
  EXPECT_EQ(asked.client->requests().size(), 2u);
}

TEST_F(EndpointUserTest, BatchOfJobsIsOneCallWhateverPairIsAskedFirst) {
  const auto answer = [](const ChatRequest& request) -> Result<ChatReply> {
    EXPECT_FALSE(request.json_schema.empty());
    return ReplyOf(Asks(request, "title 6") ? R"({"1":"SAVE"})"
                                            : R"({"1":"IGNORE","2":"SAVE","3":"APPLY"})");
  };
  EndpointProfile profile;
  profile.mode = AnswerMode::kJsonSchema;
  profile.top_logprobs = 5;
  auto asked = Ask(answer, {.batch = 3}, profile);
  EXPECT_EQ(LabelOf(*asked.user, {0, 5}).value(), kApply);
  EXPECT_EQ(LabelOf(*asked.user, {0, 3}).value(), kIgnore);
  EXPECT_EQ(LabelOf(*asked.user, {0, 6}).value(), kSave) << "the last batch is smaller";
  ASSERT_EQ(asked.client->requests().size(), 2u);
  EXPECT_TRUE(Asks(asked.client->requests()[0], "title 3"));
  EXPECT_TRUE(Asks(asked.client->requests()[0], "title 5"));
  EXPECT_EQ(asked.user->Report().labelled, 4u);
}

TEST_F(EndpointUserTest, CachedAnswerThatIsNotUsableIsCorruptData) {
  {
    auto asked = Ask([](const ChatRequest&) -> Result<ChatReply> { return ReplyOf("SAVE"); });
    ASSERT_TRUE(LabelOf(*asked.user, {0, 1}).ok());
  }
  cache_.reset();
  {
    auto store = OpenStore(directory_.File("s.db"), OpenMode::kReadWrite).value();
    std::vector<LabelRecord> labels;
    ASSERT_TRUE(store
                    ->ForEachLabel([&](LabelRecord label) {
                      labels.push_back(std::move(label));
                      return Status::Ok();
                    })
                    .ok());
    ASSERT_EQ(labels.size(), 1u);
    CachedAnswer forged = ParseCachedAnswer(labels[0].value).value();
    forged.text = "BUY";
    labels[0].value = SerializeAnswer(forged);
    ASSERT_TRUE(store->PutLabels(labels).ok());
  }
  OpenCache();
  const auto replay = EndpointUser::Create(Parts(), {}).value();
  const auto label = LabelOf(*replay, {0, 1});
  ASSERT_FALSE(label.ok());
  EXPECT_EQ(label.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(label.error().message, HasSubstr("'BUY'"));
}

// Jobs whose cosine with the one candidate falls with the row.
Catalog FallingCosines(size_t jobs) {
  Catalog::Data data;
  data.candidates.emplace_back().id = "c0";
  data.state_fields = {{"hard", 0, 2}};
  data.action_fields = {{"tech", 0, 2}};
  data.states = MatrixOf({{1, 0}});
  std::vector<std::vector<float>> actions;
  for (size_t i = 0; i < jobs; ++i) {
    Job& job = data.jobs.emplace_back();
    job.id = "j" + std::to_string(i);
    job.title = "title " + std::to_string(i) + ".";
    const double angle = 1.5 * static_cast<double>(i) / static_cast<double>(jobs);
    actions.push_back({static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))});
  }
  data.actions = MatrixOf(actions);
  data.embedder = "test";
  return Catalog::Create(std::move(data)).value();
}

TEST_F(EndpointUserTest, LabelsFarFromTheCosineAreFlagged) {
  constexpr size_t kJobs = 40;
  catalog_ = FallingCosines(kJobs);
  const auto cosine = CosineReward::Create(catalog_, {.pairs = {"hard:tech"}}).value();
  cosine_ = cosine.get();
  // Labels follow the cosine, but for the last job, which talked its way up.
  auto asked = Ask([](const ChatRequest& request) -> Result<ChatReply> {
    for (size_t row = 0; row < 15; ++row) {
      if (Asks(request, "title " + std::to_string(row) + "."))
        return ReplyOf(row < 5 ? "APPLY" : "CLICK");
    }
    return ReplyOf(Asks(request, "title 39.") ? "APPLY" : "IGNORE");
  });
  std::vector<dynajob::Pair> pairs;
  for (JobRow row = 0; row < kJobs; ++row) pairs.push_back({0, row});
  std::vector<ResponseProbabilities> labels(kJobs);
  ASSERT_TRUE(asked.user->Probabilities(pairs, labels).ok());
  const EndpointUserReport report = asked.user->Report();
  EXPECT_EQ(report.liked_against_cosine, 1u);
  EXPECT_EQ(report.disliked_against_cosine, 0u);
  ASSERT_EQ(report.disagreements.size(), 1u);
  EXPECT_EQ(report.disagreements[0].job_id, "j39");
  EXPECT_EQ(report.disagreements[0].cosine_rank, 0);
  EXPECT_GT(report.disagreements[0].label_rank, 0.9);
}

}  // namespace
}  // namespace dynajob
