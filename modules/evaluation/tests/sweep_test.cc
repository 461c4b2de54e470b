#include "dynajob/evaluation/sweep.h"

#include <algorithm>
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/parallel.h"
#include "dynajob/evaluation/holm.h"

#include "comparison_test_support.h"

namespace dynajob {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Plain(const SweepAxis& axis) {
  std::vector<std::string> values;
  for (const SweepValue& value : axis.values) {
    std::string text;
    for (const std::string& item : value.items) text += (text.empty() ? "" : "|") + item;
    values.push_back(value.is_list ? "[" + text + "]" : text);
  }
  return values;
}

TEST(SweepAxis, ReadsPlainValuesListsAndQuotedTexts) {
  const auto plain = ParseSweepAxis("agent.planning_steps=0, 5,20");
  ASSERT_TRUE(plain.ok()) << plain.error().message;
  EXPECT_EQ(plain->key, "agent.planning_steps");
  EXPECT_THAT(Plain(*plain), ElementsAre("0", "5", "20"));
  const auto lists = ParseSweepAxis("network.q_layers=[64],[128, 64],[]");
  ASSERT_TRUE(lists.ok()) << lists.error().message;
  EXPECT_THAT(Plain(*lists), ElementsAre("[64]", "[128|64]", "[]"));
  const auto texts = ParseSweepAxis(R"(a.b="x, y","say \"no\"","",plain)");
  ASSERT_TRUE(texts.ok()) << texts.error().message;
  EXPECT_THAT(Plain(*texts), ElementsAre("x, y", "say \"no\"", "", "plain"));
}

TEST(SweepAxis, RefusesWhatItCannotRead) {
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"agent.gamma", "KEY=VALUE"},
           {"=1,2", "a config key is missing"},
           {"agent.gamma=", "a value is empty"},
           {"agent.gamma=1,,2", "a value is empty"},
           {"agent.gamma=1,2,", "a value is empty"},
           {"network.q_layers=[64,32", "not closed with ']'"},
           {"network.q_layers=[64] 3", "a comma is missing"},
           {"a.b=\"x", "not closed with '\"'"},
           {"agent.gamma=1,2,1", "the value 1 is there twice"}}) {
    const auto axis = ParseSweepAxis(text);
    ASSERT_FALSE(axis.ok()) << text;
    EXPECT_EQ(axis.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(axis.error().message, HasSubstr(what)) << text;
  }
}

TEST(SweepGrid, HasEveryCombinationTheLastAxisFastest) {
  const std::vector<SweepAxis> axes = {*ParseSweepAxis("a.x=1,2"), *ParseSweepAxis("b.y=u,v,w")};
  const auto cells = GridCells(axes);
  ASSERT_TRUE(cells.ok());
  std::vector<std::string> labels;
  for (const SweepOverrides& cell : *cells) labels.push_back(CellLabel(cell));
  EXPECT_THAT(labels,
              ElementsAre("x=1 y=u", "x=1 y=v", "x=1 y=w", "x=2 y=u", "x=2 y=v", "x=2 y=w"));
  const std::vector<SweepAxis> twice = {axes[0], axes[0]};
  EXPECT_THAT(GridCells(twice).error().message, HasSubstr("'a.x' is named twice"));
}

TEST(SweepGrid, RefusesMoreCellsThanAnyoneWaitsFor) {
  SweepAxis axis{"a.x", {}};
  for (int i = 0; i < 40; ++i) axis.values.push_back({{std::to_string(i)}, false});
  SweepAxis other = axis;
  other.key = "a.y";
  const std::vector<SweepAxis> axes = {axis, other};
  EXPECT_THAT(GridCells(axes).error().message, HasSubstr("more than 1000 cells"));
}

TEST(SweepGrid, LabelsKeepTheSectionWhereTwoKeysEndAlike) {
  EXPECT_EQ(CellLabel({{"pretrain.llm.steps", {{"5"}, false}}, {"compare.steps", {{"7"}, false}}}),
            "pretrain.llm.steps=5 compare.steps=7");
}

TEST(SweepGrid, AssignmentsAreTomlWhateverTheValue) {
  EXPECT_EQ(AssignmentToml("a.x", {{"0.5"}, false}), "a.x = \"0.5\"\n");
  EXPECT_EQ(AssignmentToml("a.x", {{"1", "b\"\\\n"}, true}),
            "a.x = [\"1\", \"b\\\"\\\\\\u000a\"]\n");
}

ExperimentOptions With(const std::function<void(ExperimentOptions&)>& change) {
  ExperimentOptions options = SmallExperiment();
  options.comparison.arms = {"baseline", "cosine",        "llm",    "hybrid",
                             "random",   "hybrid-frozen", "linucb", "surrogate-rank"};
  change(options);
  return options;
}

TEST(SweepPlan, AnArmRunsOnceWhereNothingThatItDependsOnChanges) {
  const std::vector<ExperimentOptions> cells = {
      With([](ExperimentOptions&) {}),
      With([](ExperimentOptions& o) { o.surrogate.corruption = 0.4; }),
      With([](ExperimentOptions& o) { o.trainer.learner.planning_steps = 0; }),
      With([](ExperimentOptions& o) { o.trainer.pretrain.hybrid_llm.steps = 40; }),
      With([](ExperimentOptions& o) { o.bandit.components = 4; }),
      With([](ExperimentOptions& o) { o.online.learning_rate_warm = 1e-3; }),
      With([](ExperimentOptions& o) { o.trainer.network.q_layers = {8}; }),
      With([](ExperimentOptions& o) { o.judge.skill_weight = 4; })};
  const std::vector<size_t> groups(cells.size(), 0);
  const SweepPlan plan = PlanSweep(cells, groups);
  const auto& arms = cells[0].comparison.arms;
  const auto own = [&](size_t cell) { return plan.ArmsToRun(cell, arms); };
  EXPECT_EQ(own(0), arms);
  EXPECT_THAT(own(1), ElementsAre("llm", "hybrid", "hybrid-frozen", "surrogate-rank"));
  EXPECT_THAT(own(2), ElementsAre("baseline", "cosine", "llm", "hybrid"));
  EXPECT_THAT(own(3), ElementsAre("hybrid", "hybrid-frozen"));
  EXPECT_THAT(own(4), ElementsAre("linucb"));
  EXPECT_THAT(own(5), ElementsAre("baseline", "cosine", "llm", "hybrid"));
  EXPECT_THAT(own(6), ElementsAre("baseline", "cosine", "llm", "hybrid", "hybrid-frozen"));
  EXPECT_EQ(own(7), arms);
  // Cells of another catalog share nothing with these.
  const std::vector<size_t> apart = {0, 1, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(PlanSweep(cells, apart).ArmsToRun(1, arms), arms);
}

TEST(SweepPlan, IdleOptionsMakeNoOtherCell) {
  const std::vector<ExperimentOptions> cells = {
      With([](ExperimentOptions& o) { o.trainer.learner.planning_steps = 0; }),
      With([](ExperimentOptions& o) {
        o.trainer.learner.planning_steps = 0;
        o.trainer.learner.search_control = SearchControl::kReplay;
      }),
      With([](ExperimentOptions& o) {
        o.trainer.learner.planning_steps = 0;
        o.surrogate.corruption_mode = CorruptionMode::kFlipped;
      })};
  const std::vector<size_t> groups(cells.size(), 0);
  const SweepPlan plan = PlanSweep(cells, groups);
  EXPECT_THAT(plan.ArmsToRun(1, cells[0].comparison.arms), IsEmpty());
  EXPECT_THAT(plan.ArmsToRun(2, cells[0].comparison.arms), IsEmpty());
}

TEST(PretrainedAgents, WhatIsSharedIsTrainedOnceHoweverManyAskAtOnce) {
  PretrainedAgents agents({"shared"});
  std::atomic<int> trained = 0;
  const auto train = [&]() -> Result<PretrainedAgent> {
    return PretrainedAgent{.labels = static_cast<uint64_t>(++trained)};
  };
  const auto ask = [&](const std::string& identity) {
    return ParallelFor(8, 4, [&](size_t) {
      const auto agent = agents.Get(identity, 1, train);
      return agent.ok() ? Status::Ok() : Status(agent.error());
    });
  };
  ASSERT_TRUE(ask("shared").ok());
  EXPECT_EQ(trained, 1);
  EXPECT_EQ(agents.Get("shared", 1, train)->labels, 1u);
  EXPECT_EQ(agents.Get("shared", 2, train)->labels, 2u) << "of another seed";
  agents.Forget(1);
  EXPECT_EQ(agents.Get("shared", 1, train)->labels, 3u);
  ASSERT_TRUE(ask("alone").ok());
  EXPECT_EQ(trained, 3 + 8) << "nobody else starts from it, so it is not kept";
}

TEST(PretrainedAgents, AFailureIsNotKept) {
  PretrainedAgents agents({"shared"});
  bool fails = true;
  const auto train = [&]() -> Result<PretrainedAgent> {
    if (fails) return FailedPrecondition("diverged");
    return PretrainedAgent{.labels = 5};
  };
  EXPECT_EQ(agents.Get("shared", 1, train).error().message, "diverged");
  fails = false;
  EXPECT_EQ(agents.Get("shared", 1, train)->labels, 5u);
}

class SweepScoresTest : public ::testing::Test {
 protected:
  ExperimentScores Run(const ExperimentOptions& options, PretrainedAgents* agents = nullptr) {
    const auto traces = RunComparison(catalog_, options, {}, nullptr, nullptr, nullptr, agents);
    EXPECT_TRUE(traces.ok()) << (traces.ok() ? "" : traces.error().message);
    return ScoresOf(*traces, options.comparison);
  }

  // Scores alone: what it took in seconds is never twice the same.
  static std::string Text(ExperimentScores scores) {
    for (ProtocolScores& protocol : scores.protocols) {
      for (ArmScores& arm : protocol.arms)
        for (ArmCost& cost : arm.cost) cost.training_s = cost.online_s = 0;
      for (ArmCost& cost : protocol.oracle.cost) cost.training_s = cost.online_s = 0;
    }
    return ScoresText(scores);
  }

  Catalog catalog_ = SmallMarketCatalog();
};

// Of every option that an identity leaves out, this shows that it has no influence.
TEST_F(SweepScoresTest, WhatCellsShareIsWhatEachWouldHaveGotAlone) {
  std::vector<ExperimentOptions> cells = {
      With([](ExperimentOptions&) {}), With([](ExperimentOptions& o) {
        o.surrogate.corruption = 0.4;
        o.labels.seed = 9;
      }),
      With([](ExperimentOptions& o) {
        o.trainer.learner.planning_steps = 2;
        o.trainer.learner.search_control = SearchControl::kPrioritized;
        o.trainer.learner.target_sync_online = 7;
        o.online.updates_per_step = 2;
      }),
      With([](ExperimentOptions& o) {
        o.trainer.pretrain.hybrid_llm.steps = 40;
        o.trainer.hybrid.calibration = CalibrationMethod::kNone;
        o.bandit.components = 4;
      }),
      With([](ExperimentOptions& o) { o.trainer.network.q_layers = {8}; })};
  const std::vector<size_t> groups(cells.size(), 0);
  const SweepPlan plan = PlanSweep(cells, groups);
  EXPECT_FALSE(plan.shared_training[0].empty());
  PretrainedAgents agents(plan.shared_training[0]);
  std::vector<ExperimentScores> shared;
  for (size_t cell = 0; cell < cells.size(); ++cell) {
    ExperimentOptions own = cells[cell];
    own.comparison.arms = plan.ArmsToRun(cell, own.comparison.arms);
    shared.push_back(Run(own, &agents));
  }
  for (size_t cell = 0; cell < cells.size(); ++cell) {
    const ExperimentScores alone = Run(cells[cell]);
    ExperimentScores put_together = alone;
    for (size_t p = 0; p < alone.protocols.size(); ++p)
      for (size_t arm = 0; arm < alone.protocols[p].arms.size(); ++arm)
        put_together.protocols[p].arms[arm] =
            *shared[plan.origin[cell][arm]].protocols[p].FindArm(cells[0].comparison.arms[arm]);
    EXPECT_EQ(Text(put_together), Text(alone)) << "cell " << cell;
  }
}

TEST_F(SweepScoresTest, SeedsRunApartAreTheComparisonOfAllSeeds) {
  ExperimentOptions options = SmallExperiment();
  const ExperimentScores together = Run(options);
  options.comparison.seeds = 1;
  std::vector<ExperimentScores> apart;
  for (const int64_t seed : {1, 2}) {
    options.comparison.seed = seed;
    apart.push_back(Run(options));
  }
  const auto merged = MergeSeeds(apart);
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(Text(*merged), Text(together));
}

TEST_F(SweepScoresTest, SeedsOfDifferentExperimentsAreNotPutTogether) {
  ExperimentOptions options = SmallExperiment();
  options.comparison.seeds = 1;
  const ExperimentScores all = Run(options);
  options.comparison.candidates = 3;
  EXPECT_THAT(MergeSeeds({all, Run(options)}).error().message, HasSubstr("of 4 people"));
  options.comparison.arms = {"random"};
  EXPECT_FALSE(MergeSeeds({all, Run(options)}).ok());
}

TEST_F(SweepScoresTest, ScoresReadBackBitByBitAndDamageIsFound) {
  const ExperimentScores scores = Run(SmallExperiment());
  const std::string text = ScoresText(scores);
  const auto read = ParseScores(text);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(ScoresText(*read), text);
  for (const std::string& broken :
       {text.substr(0, text.size() / 2), std::string("{}"), std::string("[]"),
        std::string(R"({"schema":"dynajob.scores/1"})")}) {
    const auto refused = ParseScores(broken);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kCorruptData);
  }
  json shorter = json::parse(text);
  shorter["protocols"][0]["arms"][0]["metrics"]["regret"][0].erase(0);
  EXPECT_FALSE(ParseScores(shorter.dump()).ok());
}

// Two cells of one arm, three seeds of two people each.
ArmScores ArmOf(const std::string& name, const std::vector<std::vector<double>>& rewards) {
  ArmScores arm{.name = name, .kind = "learner"};
  ScoreTable table(rewards.size(), rewards.front().size());
  for (size_t seed = 0; seed < rewards.size(); ++seed)
    for (size_t person = 0; person < rewards[seed].size(); ++person)
      table.At(seed, person) = rewards[seed][person];
  for (size_t i = 0; i < Metrics().size(); ++i) arm.metrics.push_back(table);
  arm.normalized = table;
  arm.threshold.assign(rewards.size(),
                       std::vector<SurvivalTime>(rewards.front().size(), {.time = 1}));
  arm.cost.resize(rewards.size());
  return arm;
}

SweepCell CellOf(const std::string& label, std::vector<ArmScores> arms,
                 std::vector<size_t> origin) {
  SweepCell cell;
  cell.label = label;
  cell.overrides = {{"agent.gamma", "0.1"}};
  cell.origin = std::move(origin);
  cell.steps = 10;
  cell.scores.seeds = {1, 2, 3};
  cell.scores.people = {{"a", "b"}, {"c", "d"}, {"e", "f"}};
  cell.scores.protocols.push_back(
      {Protocol::kNewUser, std::move(arms), ArmOf("oracle", {{9, 9}, {9, 9}, {9, 9}})});
  return cell;
}

class SweepJsonTest : public ::testing::Test {
 protected:
  SweepJsonTest() {
    const ArmScores baseline = ArmOf("baseline", {{1, 2}, {2, 3}, {0, 1}});
    report_.llm_kind = "surrogate";
    report_.cells = {
        CellOf("low", {baseline, ArmOf("llm", {{2, 3}, {3, 4}, {1, 2}})}, {0, 0}),
        CellOf("high", {baseline, ArmOf("llm", {{2.5, 3.5}, {3.75, 4.75}, {2.25, 3.25}})}, {0, 1})};
    report_.contrasts = AgainstFirst(2);
    options_.resamples = 4000;
  }

  json Summarise() const { return json::parse(SweepJson(report_, options_)); }
  static json Headline(const json& comparisons) {
    for (const json& comparison : comparisons)
      if (comparison["metric"] == "cumulative_reward") return comparison;
    return nullptr;
  }

  SweepReport report_;
  ComparisonOptions options_;
};

TEST_F(SweepJsonTest, CellsArePairedBySeedAndPerson) {
  const json sweep = Summarise();
  EXPECT_EQ(sweep["schema"], "dynajob.sweep/1");
  const json contrast = Headline(sweep["contrasts"]);
  EXPECT_EQ(contrast["arm"], "llm");
  EXPECT_EQ(contrast["a"], 1);
  EXPECT_EQ(contrast["b"], 0);
  // By hand: the paired differences are .5 (twice), .75 (twice) and 1.25 (twice); the mean without
  // floor(6 / 4) = 1 value at each end is (.5 + .75 + .75 + 1.25) / 4.
  EXPECT_NEAR(contrast["difference"]["iqm"], 0.8125, 1e-12);
  EXPECT_EQ(contrast["probability_of_improvement"]["value"], 1.0);
  EXPECT_LT(contrast["difference"]["low"], 0.8125);
  EXPECT_GT(contrast["difference"]["high"], 0.8125);
}

TEST_F(SweepJsonTest, WhatCellsShareIsNeitherContrastedNorCountedTwice) {
  const json sweep = Summarise();
  for (const json& contrast : sweep["contrasts"]) EXPECT_EQ(contrast["arm"], "llm");
  // One contrast is a family of one: Holm leaves it alone.
  const json contrast = Headline(sweep["contrasts"]);
  EXPECT_EQ(contrast["holm"]["p"], contrast["p"]);
  // llm against baseline in either cell: a family of two.
  const json first = Headline(sweep["cells"][0]["protocols"][0]["comparisons"]);
  const json second = Headline(sweep["cells"][1]["protocols"][0]["comparisons"]);
  const std::vector<double> p = {first["p"].get<double>(), second["p"].get<double>()};
  const std::vector<double> adjusted = HolmAdjusted(p);
  EXPECT_EQ(first["holm"]["p"], adjusted[0]);
  EXPECT_EQ(second["holm"]["p"], adjusted[1]);
  EXPECT_EQ(sweep["cells"][1]["protocols"][0]["arms"][0]["run_by"], 0);
}

TEST_F(SweepJsonTest, ASharedPairOfArmsIsInTheFamilyOnce) {
  report_.cells[1].origin = {0, 0};
  const json sweep = Summarise();
  EXPECT_TRUE(Headline(sweep["cells"][0]["protocols"][0]["comparisons"]).contains("holm"));
  EXPECT_FALSE(Headline(sweep["cells"][1]["protocols"][0]["comparisons"]).contains("holm"));
  EXPECT_THAT(sweep["contrasts"], IsEmpty());
}

TEST_F(SweepJsonTest, AStudysOwnPairsAreTheFamilyFirstNameFirst) {
  report_.pairs = {{"baseline", "llm"}};
  const json comparison = Headline(Summarise()["cells"][0]["protocols"][0]["comparisons"]);
  EXPECT_EQ(comparison["a"], "baseline");
  EXPECT_NEAR(comparison["difference"]["iqm"], -1.0, 1e-12);
  EXPECT_TRUE(comparison.contains("holm"));
}

TEST_F(SweepJsonTest, CellsThatMeetOtherPeopleAreNotPaired) {
  report_.cells[1].scores.people[2] = {"e", "g"};
  EXPECT_THAT(Summarise()["contrasts"], IsEmpty());
}

}  // namespace
}  // namespace dynajob
