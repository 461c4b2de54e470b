#include "study.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"

#include "cell_store.h"
#include "settings.h"
#include "sweep_cells.h"
#include "sweep_table.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kSmall = R"(
name = "small"
question = "Does it help?"
pairs = [["llm", "baseline"]]

[[cells]]
label = "nothing"
"agent.planning_steps" = 0

[[cells]]
label = "{agent.planning_steps} steps, {network.q_layers}"
"agent.planning_steps" = [1, 5]
"network.q_layers" = [[64], [128, 64]]

[[contrasts]]
a = {"agent.planning_steps" = 5, "network.q_layers" = [128, 64]}
b = {"agent.planning_steps" = 0}

[config.compare]
seeds = 7
)";

std::vector<std::string> Labels(const Study& study) {
  std::vector<std::string> labels;
  for (const StudyCell& cell : study.cells) labels.push_back(cell.label);
  return labels;
}

TEST(Study, HoldsCellsContrastsPairsAndConfiguration) {
  const auto study = ParseStudy(kSmall, "small.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->name, "small");
  EXPECT_THAT(Labels(*study), ElementsAre("nothing", "1 steps, 64", "1 steps, 128,64",
                                          "5 steps, 64", "5 steps, 128,64"));
  ASSERT_EQ(study->contrasts.size(), 1u);
  EXPECT_EQ(study->contrasts[0].a, 4u);
  EXPECT_EQ(study->contrasts[0].b, 0u);
  EXPECT_THAT(study->pairs, ElementsAre(std::pair<std::string, std::string>("llm", "baseline")));
  Settings settings;
  ConfigSources sources;
  sources.built_in = study->config;
  ASSERT_TRUE(settings.Load(sources).ok());
  EXPECT_EQ(settings.experiment.comparison.seeds, 7);
}

TEST(Study, IsWrittenSuchThatItReadsBack) {
  const auto study = ParseStudy(kSmall, "small.toml");
  ASSERT_TRUE(study.ok());
  const std::string text = StudyToml(*study);
  const auto again = ParseStudy(text, "again");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(StudyToml(*again), text);
  EXPECT_EQ(Labels(*again), Labels(*study));
  EXPECT_EQ(again->contrasts[0].a, 4u);
}

TEST(Study, SaysWhatIsWrongWithIt) {
  for (const auto& [toml, what] : std::vector<std::pair<std::string, std::string>>{
           {"name = 3", "'name' is missing"},
           {"name = \"x\"", "no [[cells]]"},
           {"name = \"x\"\nnam = 1", "unknown entry 'nam'"},
           {"name = \"x\"\n[[cells]]\n\"a.b\" = []", "a.b: no values"},
           {"name = \"x\"\n[[cells]]\n\"a.b\" = 1979-05-27", "a.b: not a value"},
           {"name = \"x\"\n[[cells]]\nlabel = \"l\"\n\"a.b\" = [1, 2]", "stands for several cells"},
           {"name = \"x\"\npairs = [[\"llm\", \"magic\"]]\n[[cells]]\n\"a.b\" = 1", "'magic'"},
           {"name = \"x\"\n[[cells]]\n\"a.b\" = 1\n[[contrasts]]\na = {\"a.b\" = 2}\nb = {}",
            "a cell that is not there: b=2"},
           {"name = \"x", "study file.toml:1:"}}) {
    const auto study = ParseStudy(toml, "file.toml");
    ASSERT_FALSE(study.ok()) << toml;
    EXPECT_THAT(study.error().message, AllOf(HasSubstr("file.toml"), HasSubstr(what)));
  }
  EXPECT_THAT(LoadStudy("nonesuch").error().message, HasSubstr("label-noise"));
}

TEST(Study, NumbersAreNotLongerThanTheyWereWritten) {
  const auto study =
      ParseStudy("name = \"n\"\n[[cells]]\n\"surrogate.corruption\" = [0.1, 0.2, 0.3]\n", "test");
  ASSERT_TRUE(study.ok()) << study.error().message;
  std::vector<std::string> values;
  for (const StudyCell& cell : study->cells)
    values.push_back(cell.overrides.front().second.items.front());
  EXPECT_THAT(values, ElementsAre("0.1", "0.2", "0.3"));
}

TEST(Study, EveryStudyOfTheProgramCanBeRun) {
  const std::vector<std::pair<std::string, size_t>> cell_counts = {
      {"label-noise", 19}, {"planning", 11}, {"budget", 5}, {"input", 6}, {"learner", 2}, {"precision", 2}};
  ASSERT_EQ(BuiltInStudies().size(), cell_counts.size());
  for (const auto& [name, count] : cell_counts) {
    SCOPED_TRACE(name);
    const auto study = LoadStudy(name);
    ASSERT_TRUE(study.ok()) << study.error().message;
    EXPECT_EQ(study->name, name);
    EXPECT_FALSE(study->question.empty());
    Settings settings;
    ConfigSources sources;
    sources.built_in = study->config;
    const Status loaded = settings.Load(sources);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    EXPECT_EQ(settings.experiment.comparison.seeds, 20) << "claims need at least 20";
    const auto cells = ResolveCells(settings, *study);
    ASSERT_TRUE(cells.ok()) << cells.error().message;
    EXPECT_EQ(cells->size(), count);
    for (const auto& [a, b] : study->pairs) {
      const auto& arms = settings.experiment.comparison.arms;
      EXPECT_THAT(arms, ::testing::Contains(a));
      EXPECT_THAT(arms, ::testing::Contains(b));
    }
  }
}

// The control of the planning study makes as many updates as the planner that it is compared with.
TEST(Study, PlanningControlsMakeAsManyUpdates) {
  const auto study = LoadStudy("planning");
  ASSERT_TRUE(study.ok());
  Settings settings;
  ASSERT_TRUE(settings.Load({}).ok());
  const auto cells = ResolveCells(settings, *study);
  ASSERT_TRUE(cells.ok());
  const auto updates = [&](size_t cell) {
    const ExperimentOptions& options = (*cells)[cell].settings->experiment;
    return options.online.updates_per_step + options.trainer.learner.planning_steps;
  };
  size_t controls = 0;
  for (const SweepContrast& contrast : study->contrasts) {
    if (!(*cells)[contrast.b].label.starts_with("control")) continue;
    ++controls;
    EXPECT_EQ(updates(contrast.a), updates(contrast.b)) << (*cells)[contrast.b].label;
  }
  EXPECT_EQ(controls, 3u);
}

TEST(SweepCells, SettingsOfCellsLieAboveThoseOfAllOthers) {
  Settings base;
  ConfigSources sources;
  sources.settings = {"agent.planning_steps=9", "compare.steps=21"};
  ASSERT_TRUE(base.Load(sources).ok());
  const auto study = StudyOfAxes({"agent.planning_steps=0,2", "network.q_layers=[64],[128,64]"});
  ASSERT_TRUE(study.ok());
  const auto cells = ResolveCells(base, *study);
  ASSERT_TRUE(cells.ok()) << cells.error().message;
  ASSERT_EQ(cells->size(), 4u);
  EXPECT_EQ((*cells)[3].settings->experiment.trainer.learner.planning_steps, 2);
  EXPECT_EQ((*cells)[3].settings->experiment.trainer.network.q_layers,
            (std::vector<int64_t>{128, 64}));
  EXPECT_EQ((*cells)[3].settings->experiment.comparison.steps, 21);
  EXPECT_EQ((*cells)[3].overrides[1].second, "[128, 64]");
  EXPECT_EQ((*cells)[3].group, 0u);
}

TEST(SweepCells, OnlyCellsWithOtherCandidatesOrJobsAreGroupsOfTheirOwn) {
  Settings base;
  ASSERT_TRUE(base.Load({}).ok());
  const auto study = StudyOfAxes({"candidate_sets.source=uniform,nearest", "agent.gamma=0.1,0.2"});
  ASSERT_TRUE(study.ok());
  const auto cells = ResolveCells(base, *study);
  ASSERT_TRUE(cells.ok()) << cells.error().message;
  std::vector<size_t> groups;
  for (const ResolvedCell& cell : *cells) groups.push_back(cell.group);
  EXPECT_THAT(groups, ElementsAre(0, 0, 1, 1));
}

TEST(SweepCells, WhatCannotBeSweptIsRefused) {
  Settings base;
  ASSERT_TRUE(base.Load({}).ok());
  for (const auto& [axis, what] : std::vector<std::pair<std::string, std::string>>{
           {"agent.gama=0.1", "did you mean 'agent.gamma'"},
           {"agent.gamma=0.1,x", "agent.gamma = 'x'"},
           {"agent.gamma=[0.1,0.2]", "takes one value"},
           {"agent.gamma=0.5,0.50", "'gamma=0.5' and 'gamma=0.50' have the same settings"},
           {"compare.arms=llm,hybrid", "all cells share compare.arms"},
           {"serve.port=1,2", "has no influence"}}) {
    const auto study = StudyOfAxes({axis});
    ASSERT_TRUE(study.ok()) << axis;
    const auto cells = ResolveCells(base, *study);
    ASSERT_FALSE(cells.ok()) << axis;
    EXPECT_EQ(cells.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(cells.error().message, HasSubstr(what));
  }
}

TEST(CellStore, KeepsWholePartsAndRefusesDamagedOnes) {
  const std::filesystem::path directory =
      std::filesystem::path(::testing::TempDir()) / "cell_store_test";
  std::filesystem::remove_all(directory);
  const CellStore store(directory);
  ASSERT_TRUE(store.Open().ok());
  const auto missing = store.Find("a");
  ASSERT_TRUE(missing.ok());
  EXPECT_FALSE(missing->has_value());
  ExperimentScores scores;
  scores.seeds = {4};
  ASSERT_TRUE(store.Put("a", scores).ok());
  const auto found = store.Find("a");
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->seeds, scores.seeds);
  EXPECT_FALSE(store.Find("b")->has_value()) << "of other settings";
  const std::filesystem::path file = std::filesystem::directory_iterator(directory)->path();
  ASSERT_TRUE(WriteFileAtomically(file, "{\"schema\":").ok());
  const auto damaged = store.Find("a");
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(damaged.error().message, HasSubstr("remove the file"));
  std::filesystem::remove_all(directory);
}

TEST(SweepTable, RefusesWhatIsNoSweep) {
  for (const char* text : {"", "[]", "{}", R"({"schema": "dynajob.results/1"})",
                           R"({"schema": "dynajob.sweep/1", "question": null})"}) {
    const auto shown = SweepText(text);
    ASSERT_FALSE(shown.ok()) << text;
    EXPECT_EQ(shown.error().code, ErrorCode::kCorruptData);
  }
}

}  // namespace
}  // namespace dynajob
