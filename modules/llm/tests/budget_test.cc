#include "dynajob/llm/budget.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using Admission = Budget::Admission;

std::unique_ptr<Budget> BudgetOf(const BudgetOptions& options) {
  auto budget = Budget::Create(options, "small-model-2");
  EXPECT_TRUE(budget.ok()) << budget.error().message;
  return std::move(budget).value();
}

ChatUsage Usage(uint64_t prompt, uint64_t completion) { return {prompt, completion, {}, true}; }

TEST(Budget, WithoutLimitsEverythingIsGrantedAndCounted) {
  const auto budget = BudgetOf({});
  ASSERT_EQ(budget->Reserve({100, 10}), Admission::kGranted);
  ASSERT_EQ(budget->Reserve({100, 10}), Admission::kGranted);
  EXPECT_EQ(budget->Settle({100, 10}, Usage(40, 3)), std::nullopt);
  budget->Fail({100, 10});
  const Spending spending = budget->spending();
  EXPECT_EQ(spending.paid, 1u);
  EXPECT_EQ(spending.failed, 1u);
  EXPECT_EQ(spending.prompt_tokens, 40u);
  EXPECT_EQ(spending.completion_tokens, 3u);
  EXPECT_EQ(spending.cost_usd(), std::nullopt) << "unknown, never 0";
}

TEST(Budget, CallLimitHoldsWithCallsInFlightAndCountsFailedOnes) {
  const auto budget = BudgetOf({.max_calls = 3});
  for (int i = 0; i < 3; ++i) ASSERT_EQ(budget->Reserve({1, 1}), Admission::kGranted);
  EXPECT_EQ(budget->Reserve({1, 1}), Admission::kRefused);
  budget->Fail({1, 1});
  EXPECT_EQ(budget->Reserve({1, 1}), Admission::kRefused);
  EXPECT_EQ(budget->Reached().code, ErrorCode::kBudgetReached);
  EXPECT_THAT(budget->Reached().message, HasSubstr("llm.max_calls is 3 and 3 are made"));
  EXPECT_EQ(budget->spending().refused, 2u);
}

TEST(Budget, TokenReservationsWaitForThoseInFlightAndThenFit) {
  const auto budget = BudgetOf({.max_tokens = 1000});
  ASSERT_EQ(budget->Reserve({700, 100}), Admission::kGranted);
  EXPECT_EQ(budget->Reserve({700, 100}), Admission::kWait);
  budget->Settle({700, 100}, Usage(150, 5));
  ASSERT_EQ(budget->Reserve({700, 100}), Admission::kGranted);
  budget->Settle({700, 100}, Usage(150, 5));
  EXPECT_EQ(budget->Reserve({700, 100}), Admission::kRefused);
}

TEST(Budget, UnreportedUsageKeepsItsReservationSpent) {
  const auto budget = BudgetOf({.max_tokens = 1000});
  ASSERT_EQ(budget->Reserve({500, 100}), Admission::kGranted);
  budget->Settle({500, 100}, ChatUsage{});
  EXPECT_EQ(budget->Reserve({400, 1}), Admission::kRefused);
  EXPECT_EQ(budget->spending().paid_without_usage, 1u);
}

TEST(Budget, ProvidersCostComesBeforeThePriceTable) {
  const auto budget = BudgetOf({.prices = {"small-*:1:2", "small-model-2:10:20", "*:99:99"}});
  ASSERT_EQ(budget->Reserve({1000, 10}), Admission::kGranted);
  EXPECT_DOUBLE_EQ(budget->Settle({1000, 10}, Usage(1000, 10)).value(), 1000 * 10e-6 + 10 * 20e-6);
  ASSERT_EQ(budget->Reserve({1000, 10}), Admission::kGranted);
  EXPECT_DOUBLE_EQ(budget->Settle({1000, 10}, {1000, 10, 0.5, true}).value(), 0.5);
  EXPECT_DOUBLE_EQ(budget->spending().cost_usd().value(), 0.5 + 0.0102);
}

TEST(Budget, MoneyLimitNeedsAPriceAndIsKept) {
  EXPECT_THAT(Budget::Create({.max_cost_usd = 1}, "m").error().message,
              HasSubstr("llm.prices has no price of model 'm'"));
  const auto budget = BudgetOf({.max_cost_usd = 0.001, .prices = {"*:1:1"}});
  ASSERT_EQ(budget->Reserve({600, 0}), Admission::kGranted);
  EXPECT_EQ(budget->Reserve({600, 0}), Admission::kWait);
  budget->Settle({600, 0}, Usage(600, 0));
  EXPECT_EQ(budget->Reserve({600, 0}), Admission::kRefused);
}

TEST(Budget, ManyThreadsNeverExceedALimit) {
  const auto budget = BudgetOf({.max_calls = 1000, .max_tokens = 50'000});
  std::atomic<uint64_t> used{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (;;) {
        const Admission admission = budget->Reserve({90, 10});
        if (admission == Admission::kRefused) return;
        if (admission == Admission::kWait) continue;
        used += 70;
        budget->Settle({90, 10}, Usage(60, 10));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(used, 50'000u);
  EXPECT_GT(used, 49'000u);
}

TEST(BudgetOptions, PricesAreParsedFromTheRightAndRefusedWithTheReason) {
  EXPECT_DOUBLE_EQ(FindPrice({"llama3:8b:0.5:1"}, "llama3:8b")->input_usd, 0.5e-6);
  EXPECT_FALSE(FindPrice({"a:1:1"}, "b").has_value());
  for (const char* bad : {"", "m", "m:1", ":1:2", "m:1:x", "m:-1:2", "m:1:inf", "m:1:2 "}) {
    const Status status = BudgetOptions{.prices = {bad}}.Validate();
    ASSERT_FALSE(status.ok()) << bad;
    EXPECT_THAT(status.error().message, HasSubstr("llm.prices")) << bad;
  }
  EXPECT_FALSE(BudgetOptions{.max_calls = -1}.Validate().ok());
}

TEST(MostTokensOfARequest, IsAtLeastItsBytes) {
  ChatRequest request;
  request.messages = {{"system", std::string(100, 'x')}, {"user", std::string(50, 'y')}};
  request.sampling.max_tokens = 7;
  EXPECT_GE(MostTokens(request).prompt_tokens, 150u);
  EXPECT_EQ(MostTokens(request).completion_tokens, 7u);
}

TEST(Budget, ModelsOnOneLedgerShareTheLimitsButNotTheCounts) {
  const auto ledger = std::make_shared<BudgetLedger>();
  const BudgetOptions limits = {.max_calls = 3, .max_tokens = 1000};
  const auto chat = Budget::Create(limits, "chat", ledger).value();
  const auto embeddings = Budget::Create(limits, "embeddings", ledger).value();
  ASSERT_EQ(chat->Reserve({100, 10}), Admission::kGranted);
  chat->Settle({100, 10}, Usage(100, 10));
  ASSERT_EQ(embeddings->Reserve({800, 0}), Admission::kGranted);
  EXPECT_EQ(chat->Reserve({100, 10}), Admission::kWait) << "the other may use less";
  embeddings->Settle({800, 0}, Usage(500, 0));
  ASSERT_EQ(chat->Reserve({100, 10}), Admission::kGranted);
  chat->Fail({100, 10});
  EXPECT_EQ(embeddings->Reserve({1, 0}), Admission::kRefused) << "three calls are made";
  EXPECT_THAT(embeddings->Reached().message, HasSubstr("llm.max_calls is 3 and 3 are made"));
  EXPECT_EQ(chat->spending().paid, 1u);
  EXPECT_EQ(chat->spending().failed, 1u);
  EXPECT_EQ(embeddings->spending().prompt_tokens, 500u);
}

TEST(MostTokens, OfTextsIsTheirBytesAndSomethingEach) {
  EXPECT_EQ(MostTokens(EmbeddingsRequest{.texts = {"abc", "ü"}}).prompt_tokens, 3u + 2u + 2 * 16u);
  EXPECT_EQ(MostTokens(EmbeddingsRequest{.texts = {"abc"}}).completion_tokens, 0u);
}

}  // namespace
}  // namespace dynajob
