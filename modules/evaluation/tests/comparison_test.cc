#include "dynajob/evaluation/comparison.h"

#include <algorithm>
#include <atomic>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/evaluation/results_summary.h"

#include "comparison_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

class ComparisonTest : public ::testing::Test {
 protected:
  ComparisonTest() : catalog_(SmallMarketCatalog()), options_(SmallExperiment()) {}

  ComparisonTraces Run() {
    auto traces = RunComparison(catalog_, options_, labels_, nullptr, nullptr);
    EXPECT_TRUE(traces.ok()) << traces.error().message;
    return *std::move(traces);
  }

  Catalog catalog_;
  ExperimentOptions options_;
  Labeller labels_;
};

// A simulated user who likes every third job; safe for concurrent use.
class ThirdJobUser final : public UserSimulator {
 public:
  std::string_view kind() const override { return "third-job"; }
  Status Probabilities(std::span<const Pair> pairs,
                       std::span<ResponseProbabilities> probabilities) override {
    asked += pairs.size();
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (asked > limit) return Error{ErrorCode::kLlmUnavailable, "no answer"};
      probabilities[i] = pairs[i].job % 3 == 0 ? ResponseProbabilities{0, 0, 0, 1}
                                               : ResponseProbabilities{1, 0, 0, 0};
    }
    return Status::Ok();
  }
  int64_t pool_hint() const override { return 16; }

  std::atomic<uint64_t> asked = 0;
  uint64_t limit = UINT64_MAX;
};

TEST_F(ComparisonTest, ResultsDoNotDependOnTheNumberOfWorkers) {
  options_.comparison.workers = 1;
  const std::string one = ResultsJson(Run(), options_.comparison);
  options_.comparison.workers = 3;
  EXPECT_EQ(ResultsJson(Run(), options_.comparison), one);
}

TEST_F(ComparisonTest, AnArmDoesNotDependOnWhichOthersRun) {
  const ComparisonTraces all = Run();
  options_.comparison.arms = {"hybrid"};
  const ComparisonTraces alone = Run();
  const auto& together = all.protocols[0].arms;
  const auto hybrid = std::find_if(together.begin(), together.end(),
                                   [](const ArmTraces& arm) { return arm.name == "hybrid"; });
  ASSERT_NE(hybrid, together.end());
  ASSERT_EQ(alone.protocols[0].arms.size(), 1u);
  for (size_t seed = 0; seed < 2; ++seed)
    for (size_t t = 0; t < 12; ++t)
      EXPECT_EQ(alone.protocols[0].arms[0].by_seed[seed][0].steps[t].expected_reward,
                hybrid->by_seed[seed][0].steps[t].expected_reward);
}

TEST_F(ComparisonTest, NoArmBeatsTheBestJobOfItsOwnCandidateSet) {
  const ComparisonTraces traces = Run();
  for (const ProtocolTraces& protocol : traces.protocols) {
    for (const ArmTraces& arm : protocol.arms) {
      for (const auto& people : arm.by_seed) {
        for (const Trace& trace : people) {
          ASSERT_EQ(trace.steps.size(), 12u);
          for (const StepOutcome& step : trace.steps) {
            EXPECT_LE(step.expected_reward, step.best_in_set) << arm.name;
            if (arm.name == "oracle") {
              EXPECT_EQ(step.expected_reward, step.best_in_set);
            }
          }
        }
      }
    }
  }
}

TEST_F(ComparisonTest, ArmsMeetTheSameFirstCandidateSet) {
  const ComparisonTraces traces = Run();
  const auto& arms = traces.protocols[0].arms;
  for (const ArmTraces& arm : arms)
    for (size_t person = 0; person < arm.by_seed[0].size(); ++person)
      EXPECT_EQ(arm.by_seed[0][person].steps[0].best_in_set,
                arms[0].by_seed[0][person].steps[0].best_in_set);
}

TEST_F(ComparisonTest, LabelsAreChargedToTheArmsThatBuyThem) {
  const ComparisonTraces traces = Run();
  for (const ArmTraces& arm : traces.protocols[0].arms) {
    const bool buys = arm.name.starts_with("llm") || arm.name.starts_with("hybrid");
    for (const ArmCost& cost : arm.cost_by_seed) {
      if (buys) {
        EXPECT_GT(cost.llm_calls, 0u) << arm.name;
        EXPECT_LE(cost.llm_calls, 60u) << arm.name;
      } else {
        EXPECT_EQ(cost.llm_calls, 0u) << arm.name;
      }
      EXPECT_EQ(cost.updates > 0, arm.kind == "learner" || buys) << arm.name;
    }
  }
}

TEST_F(ComparisonTest, EveryArmThatIsKnownRunsInBothProtocols) {
  options_.comparison.arms = KnownArms();
  const ComparisonTraces traces = Run();
  for (const ProtocolTraces& protocol : traces.protocols) {
    ASSERT_EQ(protocol.arms.size(), KnownArms().size());
    const double oracle = protocol.oracle.by_seed[0][0].steps[0].best_in_set;
    for (const ArmTraces& arm : protocol.arms) {
      SCOPED_TRACE(arm.name);
      // Common random numbers: the first candidate set is the same for every arm.
      EXPECT_EQ(arm.by_seed[0][0].steps[0].best_in_set, oracle);
      EXPECT_EQ(arm.by_seed[0][0].steps.size(), 12u);
      const ArmCost& cost = arm.cost_by_seed[0];
      EXPECT_GT(cost.online_s, 0);
      EXPECT_EQ(cost.training_s > 0, cost.updates > 0);
    }
  }
}

TEST_F(ComparisonTest, TheGreedyModelIsChargedForWhatTheHybridBought) {
  options_.comparison.arms = {"hybrid", "greedy-model", "greedy-model-frozen"};
  const ComparisonTraces traces = Run();
  const auto& arms = traces.protocols[0].arms;
  for (size_t seed = 0; seed < 2; ++seed) {
    EXPECT_EQ(arms[1].cost_by_seed[seed].llm_calls, arms[0].cost_by_seed[seed].llm_calls);
    EXPECT_EQ(arms[1].cost_by_seed[seed].env_steps, arms[0].cost_by_seed[seed].env_steps);
    EXPECT_GT(arms[1].cost_by_seed[seed].updates, arms[2].cost_by_seed[seed].updates);
    EXPECT_EQ(arms[1].by_seed[seed][0].jumpstart, arms[2].by_seed[seed][0].jumpstart);
    EXPECT_NE(arms[1].by_seed[seed][0].jumpstart, arms[0].by_seed[seed][0].jumpstart);
  }
  // Online, it makes as many updates as Dyna-Q: one real and five simulated per step after warm-up.
  const uint64_t online = arms[1].cost_by_seed[0].updates - arms[2].cost_by_seed[0].updates;
  EXPECT_EQ(online, 4u * (12 - 5) * 6);
}

TEST_F(ComparisonTest, ACosinePriorRanksAsTheCosineDoes) {
  options_.comparison.arms = {"linucb-cosine", "thompson-cosine", "cosine-rank"};
  const ComparisonTraces traces = Run();
  const auto& arms = traces.protocols[0].arms;
  for (size_t person = 0; person < 4; ++person) {
    EXPECT_EQ(arms[0].by_seed[0][person].jumpstart, arms[2].by_seed[0][person].jumpstart);
    EXPECT_EQ(arms[1].by_seed[0][person].ndcg_at_10, arms[2].by_seed[0][person].ndcg_at_10);
  }
}

TEST_F(ComparisonTest, ResultsFollowTheirSchema) {
  const auto json = nlohmann::json::parse(ResultsJson(Run(), options_.comparison));
  EXPECT_EQ(json["schema"], "dynajob.results/1");
  EXPECT_EQ(json["seeds"], nlohmann::json({1, 2}));
  EXPECT_EQ(json["llm"]["kind"], "surrogate");
  ASSERT_EQ(json["protocols"].size(), 2u);
  const auto& protocol = json["protocols"][0];
  EXPECT_EQ(protocol["name"], "new-user");
  EXPECT_EQ(protocol["steps"], 12);
  ASSERT_EQ(protocol["arms"].size(), options_.comparison.arms.size());
  for (const auto& arm : protocol["arms"]) {
    for (const char* metric : {"jumpstart", "cumulative_reward", "average_reward", "regret",
                               "apply_rate", "asymptote", "ndcg@10"}) {
      const auto& estimate = arm["metrics"][metric];
      EXPECT_LE(estimate["low"], estimate["iqm"]) << arm["name"] << " " << metric;
      EXPECT_LE(estimate["iqm"], estimate["high"]) << arm["name"] << " " << metric;
    }
    EXPECT_EQ(arm["curve"]["step"].size(), 12u);
    EXPECT_EQ(arm["curve"]["iqm"].size(), 12u);
    EXPECT_TRUE(arm["metrics"]["steps_to_threshold"].contains("reached"));
    EXPECT_LE(arm["metrics"]["cumulative_reward"]["stratified"]["low"],
              arm["metrics"]["cumulative_reward"]["iqm"]);
    EXPECT_EQ(arm["profile"]["score"].size(), arm["profile"]["share"].size());
    EXPECT_GE(arm["profile"]["share"].front(), arm["profile"]["share"].back());
    EXPECT_GE(arm["metrics"]["optimality_gap"]["value"], 0.0);
  }
  const size_t pairs = protocol["arms"].size() * (protocol["arms"].size() - 1) / 2;
  EXPECT_EQ(protocol["comparisons"].size(), 4 * pairs);
}

TEST_F(ComparisonTest, KeyComparisonsAreCorrectedAsOneFamily) {
  options_.comparison.seeds = 4;
  const auto json = nlohmann::json::parse(ResultsJson(Run(), options_.comparison));
  for (const auto& protocol : json["protocols"]) {
    size_t corrected = 0;
    for (const auto& comparison : protocol["comparisons"]) {
      const auto& difference = comparison["difference"];
      const double p = comparison["p"];
      EXPECT_EQ(p<0.05, difference["low"]> 0.0 || difference["high"] < 0.0) << comparison;
      if (!comparison.contains("holm")) continue;
      ++corrected;
      EXPECT_EQ(comparison["metric"], "cumulative_reward");
      const auto& holm = comparison["holm"];
      EXPECT_GE(holm["p"], p);
      EXPECT_LE(holm["low"], difference["low"]);
      EXPECT_GE(holm["high"], difference["high"]);
      EXPECT_EQ(holm["p"]<0.05, holm["low"]> 0.0 || holm["high"] < 0.0) << comparison;
    }
    // Each warm start and the baseline against one another and cosine-rank; hybrid and its twin.
    EXPECT_EQ(corrected, 11u);
  }
}

TEST_F(ComparisonTest, TheOracleScoresOneAndHasNoGap) {
  const auto json = nlohmann::json::parse(ResultsJson(Run(), options_.comparison));
  for (const auto& protocol : json["protocols"]) {
    for (const auto& arm : protocol["arms"]) {
      if (arm["name"] == "oracle") {
        EXPECT_EQ(arm["metrics"]["normalized_score"]["iqm"], 1.0);
        EXPECT_EQ(arm["metrics"]["optimality_gap"]["value"], 0.0);
      } else {
        EXPECT_LT(arm["metrics"]["normalized_score"]["iqm"], 1.0) << arm["name"];
        EXPECT_GT(arm["metrics"]["optimality_gap"]["value"], 0.0) << arm["name"];
      }
    }
  }
}

TEST_F(ComparisonTest, OracleIsAboveEveryArmInCumulativeReward) {
  options_.comparison.seeds = 5;
  const auto json = nlohmann::json::parse(ResultsJson(Run(), options_.comparison));
  for (const auto& protocol : json["protocols"])
    for (const auto& comparison : protocol["comparisons"])
      if (comparison["a"] == "oracle" && comparison["metric"] == "cumulative_reward") {
        EXPECT_GT(comparison["difference"]["low"], 0.0) << comparison["b"];
      }
}

TEST_F(ComparisonTest, CancellationStopsTheRun) {
  CancellationToken token;
  token.Cancel();
  const auto traces = RunComparison(catalog_, options_, labels_, nullptr, &token);
  ASSERT_FALSE(traces.ok());
  EXPECT_EQ(traces.error().code, ErrorCode::kCancelled);
}

TEST_F(ComparisonTest, MoreStepsThanHeldOutJobsAreRefused) {
  options_.comparison.steps = 1000;
  const auto traces = RunComparison(catalog_, options_, labels_, nullptr, nullptr);
  ASSERT_FALSE(traces.ok());
  EXPECT_THAT(traces.error().message, HasSubstr("compare.steps = 1000"));
  EXPECT_THAT(traces.error().message, HasSubstr("at most 60"));
}

TEST(ComparisonOptions, UnknownArmsAreRefusedByName) {
  ComparisonOptions options;
  options.arms = {"baseline", "magic"};
  ASSERT_FALSE(options.Validate().ok());
  EXPECT_THAT(options.Validate().error().message, HasSubstr("'magic'"));
  options.arms = {"baseline", "baseline"};
  EXPECT_FALSE(options.Validate().ok());
  options.arms = {};
  EXPECT_FALSE(options.Validate().ok());
}

TEST(ComparisonOptions, LimitsNameFieldAndValue) {
  ComparisonOptions options;
  options.seeds = -3;
  ASSERT_FALSE(options.Validate().ok());
  EXPECT_THAT(options.Validate().error().message, HasSubstr("compare.seeds = -3"));
}

TEST_F(ComparisonTest, LabelsComeFromTheUserThatIsGiven) {
  const std::string surrogate = ResultsJson(Run(), options_.comparison);
  ThirdJobUser user;
  labels_ = {.user = &user, .kind = "llm"};
  ComparisonTraces traces = Run();
  traces.llm_facts = {{"model", "tiny"}, {"prompt", "v1"}};
  EXPECT_GT(user.asked, 0u);
  const std::string results = ResultsJson(traces, options_.comparison);
  const auto json = nlohmann::json::parse(results);
  EXPECT_EQ(json["llm"], (nlohmann::json{{"kind", "llm"}, {"model", "tiny"}, {"prompt", "v1"}}));
  // The judge is still compared with the surrogate, whoever labels.
  EXPECT_EQ(json["judge"], nlohmann::json::parse(surrogate)["judge"]);
  EXPECT_NE(json["protocols"], nlohmann::json::parse(surrogate)["protocols"]);
  options_.comparison.workers = 1;
  ComparisonTraces alone = Run();
  alone.llm_facts = traces.llm_facts;
  EXPECT_EQ(ResultsJson(alone, options_.comparison), results);
  const auto summary = ParseResults(results);
  ASSERT_TRUE(summary.ok());
  EXPECT_THAT(SimulationNote(*summary), HasSubstr("llm (model tiny, prompt v1)"));
}

TEST_F(ComparisonTest, AUserThatFailsEndsTheComparison) {
  ThirdJobUser user;
  user.limit = 30;
  labels_.user = &user;
  const auto traces = RunComparison(catalog_, options_, labels_, nullptr, nullptr);
  ASSERT_FALSE(traces.ok());
  EXPECT_EQ(traces.error().code, ErrorCode::kLlmUnavailable);
}

TEST_F(ComparisonTest, RewardsOfTheWorldModelAreShownAndNotCountedAsLabels) {
  options_.labels.budget = 30;
  const auto stopped = RunComparison(catalog_, options_, labels_, nullptr, nullptr);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, ErrorCode::kBudgetReached);

  options_.trainer.pretrain.at_limit = AtLimit::kWorldModel;
  const std::string results = ResultsJson(Run(), options_.comparison);
  const auto summary = ParseResults(results);
  ASSERT_TRUE(summary.ok());
  const ArmResult& llm = *summary->protocols[0].FindArm("llm");
  EXPECT_EQ(llm.llm_calls, 60u) << "30 for each of two seeds";
  EXPECT_GT(llm.predicted_rewards, 40u);
  EXPECT_EQ(summary->protocols[0].FindArm("cosine")->predicted_rewards, 0u);
  EXPECT_THAT(SimulationNote(*summary), HasSubstr("Labels ran out"));
}

}  // namespace
}  // namespace dynajob
