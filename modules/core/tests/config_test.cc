#include "dynajob/core/config.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

enum class Mode { kReplay, kUnseen };

struct Options {
  double gamma = 0.3;
  int64_t steps = 5;
  bool clean = true;
  std::string name = "x";
  Mode mode = Mode::kReplay;
  std::vector<int64_t> layers = {128, 64};
  std::vector<std::string> pairs = {"a:b"};

  void Bind(ConfigRegistry& registry) {
    registry.Add("agent.gamma", &gamma, "discount", 0.0, 1.0);
    registry.Add("agent.steps", &steps, "planning steps", 0, 100);
    registry.Add("agent.clean", &clean, "flag");
    registry.Add("run.name", &name, "name");
    registry.Add("agent.mode", &mode, "mode",
                 {{"replay", Mode::kReplay}, {"unseen", Mode::kUnseen}});
    registry.Add("agent.layers", &layers, "layers", 1, 4096);
    registry.Add("cosine.pairs", &pairs, "pairs");
  }
};

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() { options_.Bind(registry_); }
  Options options_;
  ConfigRegistry registry_;
};

TEST_F(ConfigTest, LoadsEveryTypeFromToml) {
  const Status status = registry_.LoadToml(
      "[agent]\ngamma = 0.5\nsteps = 7\nclean = false\nmode = \"unseen\"\nlayers = [32, 16]\n"
      "[cosine]\npairs = [\"hard:tech\", \"soft:soft\"]\n[run]\nname = \"y\"\n",
      "test.toml");
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(options_.gamma, 0.5);
  EXPECT_EQ(options_.steps, 7);
  EXPECT_FALSE(options_.clean);
  EXPECT_EQ(options_.mode, Mode::kUnseen);
  EXPECT_THAT(options_.layers, ElementsAre(32, 16));
  EXPECT_THAT(options_.pairs, ElementsAre("hard:tech", "soft:soft"));
  EXPECT_EQ(options_.name, "y");
}

TEST_F(ConfigTest, AnIntegerIsAValidFloat) {
  ASSERT_TRUE(registry_.LoadToml("agent.gamma = 1", "t").ok());
  EXPECT_EQ(options_.gamma, 1.0);
}

TEST_F(ConfigTest, UnknownKeyIsRefusedWithTheNearestKnownOne) {
  const Status status = registry_.LoadToml("[agent]\ngama = 0.5\n", "test.toml");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.error().message, HasSubstr("agent.gama"));
  EXPECT_THAT(status.error().message, HasSubstr("did you mean 'agent.gamma'"));
}

TEST_F(ConfigTest, RefusalNamesKeyValueAndLimitAndAppliesNothing) {
  const Status status = registry_.LoadToml("[agent]\nsteps = 9\ngamma = 1.5\n", "test.toml");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("agent.gamma"));
  EXPECT_THAT(status.error().message, HasSubstr("1.5"));
  EXPECT_THAT(status.error().message, HasSubstr("from 0 to 1"));
  EXPECT_EQ(options_.steps, 5);
}

TEST_F(ConfigTest, NotANumberIsRefused) {
  EXPECT_FALSE(registry_.LoadToml("agent.gamma = nan", "t").ok());
  EXPECT_FALSE(registry_.Set("agent.gamma=nan").ok());
  EXPECT_FALSE(registry_.Set("agent.steps=3.5").ok());
  EXPECT_FALSE(registry_.Set("agent.steps=-1").ok());
  EXPECT_FALSE(registry_.Set("agent.steps").ok());
  EXPECT_FALSE(registry_.LoadToml("agent.steps = [1, 2]", "t").ok());
  EXPECT_EQ(options_.gamma, 0.3);
}

TEST_F(ConfigTest, BrokenTomlNamesTheLine) {
  const Status status = registry_.LoadToml("[agent]\ngamma = = 3\n", "bad.toml");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("bad.toml:2"));
}

TEST_F(ConfigTest, SetTakesListsSeparatedByCommas) {
  ASSERT_TRUE(registry_.Set("agent.layers=64, 32,16").ok());
  EXPECT_THAT(options_.layers, ElementsAre(64, 32, 16));
}

TEST_F(ConfigTest, EnvironmentUsesUpperCaseNames) {
  ASSERT_EQ(::setenv("DYNAJOB_AGENT_STEPS", "11", 1), 0);
  ASSERT_TRUE(registry_.LoadEnvironment().ok());
  EXPECT_EQ(options_.steps, 11);
  ASSERT_EQ(::setenv("DYNAJOB_AGENT_STEPS", "many", 1), 0);
  const Status status = registry_.LoadEnvironment();
  ::unsetenv("DYNAJOB_AGENT_STEPS");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("DYNAJOB_AGENT_STEPS"));
}

TEST_F(ConfigTest, PrintedConfigReadsBackAsItself) {
  ASSERT_TRUE(registry_.Set("agent.gamma=0.1").ok());
  ASSERT_TRUE(registry_.Set("run.name=a \"quoted\" name").ok());
  const std::string printed = registry_.ToToml();
  Options other;
  ConfigRegistry other_registry;
  other.Bind(other_registry);
  const Status status = other_registry.LoadToml(printed, "printed");
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(other_registry.ToToml(), printed);
  EXPECT_EQ(other.gamma, 0.1);
  EXPECT_EQ(other.name, "a \"quoted\" name");
  EXPECT_THAT(registry_.ToToml(/*annotate=*/true), HasSubstr("# command line: discount"));
}

}  // namespace
}  // namespace dynajob
