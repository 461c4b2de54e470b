#include "label_summary.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/llm/cached_answer.h"
#include "dynajob/stores/open_store.h"
#include "dynajob/testing/temporary_directory.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class LabelSummaryTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Store>> Open() {
    ++opened_;
    return OpenStore((directory_.path() / "market.db").string(), OpenMode::kCreate, {});
  }
  void SetUp() override {
    CachedAnswer paid;
    paid.text = "APPLY";
    paid.model = "small";
    paid.usage = {.prompt_tokens = 100, .completion_tokens = 3, .cost_usd = {}, .reported = true};
    paid.cost_usd = 0.25;
    paid.choices = {{"APPLY", -0.1}};
    CachedAnswer refused = paid;
    refused.text = "I cannot say.";
    refused.defect = "no response";
    refused.choices.clear();
    CachedAnswer silent;
    silent.text = "SAVE";
    silent.model = "large";
    auto store = Open();
    ASSERT_TRUE(store.ok());
    const std::vector<LabelRecord> labels = {
        {AnswerKey({"u", "small", ""}, "1", {}), SerializeAnswer(paid)},
        {AnswerKey({"u", "small", ""}, "2", {}), SerializeAnswer(refused)},
        {AnswerKey({"u", "large", ""}, "1", {}), SerializeAnswer(silent)},
        {ProfileKey("u", "small"), SerializeProfile({})},
        {"what others keep", "{}"}};
    ASSERT_TRUE((*store)->PutLabels(labels).ok());
  }

  TemporaryDirectory directory_;
  int opened_ = 0;
};

TEST_F(LabelSummaryTest, CountsByModelWhatWasPaidFor) {
  const auto store = Open();
  const auto summary = SummarizeLabels(**store);
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  ASSERT_EQ(summary->models.size(), 2u);
  const ModelLabels& small = summary->models.at("small");
  EXPECT_EQ(small.answers, 2u);
  EXPECT_EQ(small.with_probabilities, 1u);
  EXPECT_THAT(small.defects, ElementsAre(Pair("no response", 1)));
  EXPECT_EQ(small.prompt_tokens, 200u);
  EXPECT_EQ(small.completion_tokens, 6u);
  EXPECT_DOUBLE_EQ(small.known_cost_usd, 0.5);
  EXPECT_EQ(small.answers_of_unknown_cost, 0u);
  const ModelLabels& large = summary->models.at("large");
  EXPECT_EQ(large.answers, 1u);
  EXPECT_EQ(large.answers_without_usage, 1u);
  EXPECT_EQ(large.answers_of_unknown_cost, 1u);
  EXPECT_EQ(summary->endpoints, 1u);
  EXPECT_EQ(summary->unreadable, 1u);
}

TEST_F(LabelSummaryTest, IsNotCountedAnewForEveryRequest) {
  LabelSummaries summaries;
  opened_ = 0;
  const auto open = [this] { return Open(); };
  ASSERT_TRUE(summaries.Get(open).ok());
  EXPECT_EQ((*summaries.Get(open))->models.size(), 2u);
  EXPECT_EQ(opened_, 1);
}

TEST_F(LabelSummaryTest, OneCountsAtATime) {
  LabelSummaries summaries;
  const auto outer = summaries.Get([&] {
    // Somebody asks meanwhile; from another thread, as requests do.
    std::thread([&] {
      const auto inner = summaries.Get([this] { return Open(); });
      EXPECT_TRUE(inner.ok() && !inner->has_value());
    }).join();
    return Open();
  });
  EXPECT_TRUE(outer.ok() && outer->has_value());
}

TEST_F(LabelSummaryTest, AStoreThatIsAwayIsAskedAgain) {
  LabelSummaries summaries;
  const auto away = []() -> Result<std::unique_ptr<Store>> {
    return Error{ErrorCode::kStoreUnreachable, "away"};
  };
  EXPECT_EQ(summaries.Get(away).error().code, ErrorCode::kStoreUnreachable);
  EXPECT_TRUE(summaries.Get([this] { return Open(); }).ok());
}

}  // namespace
}  // namespace dynajob
