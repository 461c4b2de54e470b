#include "settings.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"

#include "demo_config.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ConfigSources WithSettings(std::vector<std::string> settings) {
  ConfigSources sources;
  sources.settings = std::move(settings);
  return sources;
}

TEST(Settings, FlagsBeatEnvironmentBeatsFileBeatsBuiltIn) {
  const std::filesystem::path file =
      std::filesystem::path(::testing::TempDir()) / "settings_test.toml";
  ASSERT_TRUE(
      WriteFileAtomically(file, "[compare]\nseeds = 3\nsteps = 33\ncandidates = 13\n").ok());
  ConfigSources sources = WithSettings({"compare.seeds=5"});
  sources.built_in = "[compare]\nseeds = 2\nsteps = 22\ncandidates = 12\nresamples = 1234\n";
  sources.file = file;
  ASSERT_EQ(setenv("DYNAJOB_COMPARE_STEPS", "44", 1), 0);
  ASSERT_EQ(setenv("DYNAJOB_COMPARE_SEEDS", "4", 1), 0);
  Settings settings;
  const Status status = settings.Load(sources);
  unsetenv("DYNAJOB_COMPARE_STEPS");
  unsetenv("DYNAJOB_COMPARE_SEEDS");
  std::filesystem::remove(file);
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(settings.experiment.comparison.seeds, 5);
  EXPECT_EQ(settings.experiment.comparison.steps, 44);
  EXPECT_EQ(settings.experiment.comparison.candidates, 13);
  EXPECT_EQ(settings.experiment.comparison.resamples, 1234);
}

TEST(Settings, RefuseWhatIsOutOfRangeWithKeyValueAndLimit) {
  Settings settings;
  const Status status = settings.Load(WithSettings({"compare.seeds=-1"}));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.error().message,
              AllOf(HasSubstr("compare.seeds"), HasSubstr("-1"), HasSubstr("100000")));
}

TEST(Settings, AMissingConfigFileIsAUsageError) {
  Settings settings;
  ConfigSources sources;
  sources.file = "/nonexistent/dynajob.toml";
  const Status status = settings.Load(sources);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
}

TEST(Settings, TheDemoConfigurationIsValid) {
  Settings settings;
  ConfigSources sources;
  sources.built_in = kDemoConfig;
  const Status status = settings.Load(sources);
  EXPECT_TRUE(status.ok()) << status.error().message;
  EXPECT_GE(settings.experiment.comparison.seeds, 5);
}

TEST(Settings, WhatIsPrintedCanBeLoadedAgain) {
  Settings settings, again;
  ASSERT_TRUE(settings.Load(WithSettings({"compare.steps=21", "market.jobs=99"})).ok());
  ConfigSources sources;
  sources.built_in = settings.registry().ToToml();
  const Status status = again.Load(sources);
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(again.registry().ToToml(), settings.registry().ToToml());
}

TEST(DifferingKeys, NamesKeyAndBothValues) {
  EXPECT_THAT(DifferingKeys("[a]\nx = 1\ny = 2\n", "[a]\nx = 1\ny = 3\n\n[b]\nz = 4\n"),
              ElementsAre("a.y: 2 -> 3", "b.z: (absent) -> 4"));
}

TEST(Settings, OnlyWhatShapesTheModelIsInTheTrainingPart) {
  Settings a, b, c;
  ASSERT_TRUE(b.Load(WithSettings({"compare.workers=7", "compare.steps=19"})).ok());
  ASSERT_TRUE(c.Load(WithSettings({"agent.gamma=0.2"})).ok());
  EXPECT_EQ(a.TrainingToml(), b.TrainingToml());
  EXPECT_THAT(DifferingKeys(a.TrainingToml(), c.TrainingToml()),
              ElementsAre(HasSubstr("agent.gamma: 0.3 -> 0.2")));
}

}  // namespace
}  // namespace dynajob
