#include "dynajob/cli/app.h"

#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome RunDynajob(std::vector<std::string> arguments, bool color = false) {
  std::ostringstream out, err;
  arguments.insert(arguments.begin(), "dynajob");
  const CancellationToken cancellation;
  Outcome outcome;
  outcome.code =
      RunApp(arguments, {.out = &out, .err = &err, .live = false, .color = color}, cancellation);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

constexpr const char* kCommands[] = {"demo",  "import",  "validate",  "show",  "embed",
                                     "train", "compare", "recommend", "doctor"};

TEST(App, EveryCommandHasHelpWithExamples) {
  for (const char* command : kCommands) {
    const Outcome outcome = RunDynajob({command, "--help"});
    EXPECT_EQ(outcome.code, 0);
    const std::string example = std::string("\n  dynajob ") + command;
    EXPECT_THAT(outcome.out, HasSubstr("Examples:" + example)) << command;
    const size_t first = outcome.out.find(example);
    EXPECT_NE(outcome.out.find(example, first + 1), std::string::npos)
        << command << " needs two examples";
    for (const char* flag : {"--config", "--set", "--json", "--quiet", "--print-config"})
      EXPECT_THAT(outcome.out, HasSubstr(flag)) << command;
  }
  for (const char* command : kCommands)
    EXPECT_THAT(RunDynajob({"--help"}).out, HasSubstr(std::string("\n  ") + command));
}

TEST(App, TellsItsVersion) {
  const Outcome outcome = RunDynajob({"--version"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("dynajob "));
}

TEST(App, UsageErrorsExitWithTwo) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"fly"},
                                             {"compare", "--bogus"},
                                             {"compare", "--store"},
                                             {"compare", "extra"},
                                             {"compare"},
                                             {"import"},
                                             {"train", "--store", "x"},
                                             {"recommend"},
                                             {"show"},
                                             {"show", "job", "--store", "x"},
                                             {"show", "house", "1", "--store", "x"},
                                             {"embed"}}) {
    const Outcome outcome = RunDynajob(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("dynajob: error: "), HasSubstr("hint: ")));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(App, ValuesOfFlagsAreCheckedAsConfiguration) {
  for (const auto& [flag, value, key] : {std::tuple{"--seeds", "-1", "compare.seeds"},
                                         {"--workers", "0", "compare.workers"},
                                         {"--seed", "1.5", "compare.seed"},
                                         {"--arms", "baseline,magic", "magic"},
                                         {"--set", "compare.stepz=3", "compare.stepz"},
                                         {"--set", "compare.steps", "key=value"},
                                         {"--seeds", "99999999999999999999999", "compare.seeds"}}) {
    const Outcome outcome =
        RunDynajob({"compare", "--store", "none.db", "--out", "none", flag, value});
    EXPECT_EQ(outcome.code, 2) << flag << " " << value;
    EXPECT_THAT(outcome.err, HasSubstr(key));
  }
}

TEST(App, PrintsTheConfigurationWithItsSources) {
  const Outcome outcome = RunDynajob({"compare", "--seeds", "3", "--print-config"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("seeds = 3  # command line"));
  EXPECT_THAT(outcome.out, HasSubstr("steps = 50  # default"));
  EXPECT_THAT(RunDynajob({"demo", "--print-config"}).out, HasSubstr("steps = 40  # file"));
}

TEST(App, ColoursErrorsOnlyWhereAllowed) {
  EXPECT_THAT(RunDynajob({"fly"}, /*color=*/true).err, HasSubstr("\x1b[1;31m"));
  EXPECT_THAT(RunDynajob({"fly"}).err, HasSubstr("unknown command 'fly'"));
  EXPECT_EQ(RunDynajob({"fly"}, /*color=*/false).err.find('\x1b'), std::string::npos);
}

TEST(App, DoctorChecksTheMachineAndListsTheKeys) {
  const Outcome outcome = RunDynajob({"doctor", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  for (const char* check : {"versions", "LibTorch", "kernels", "memory", "disk", "store"})
    EXPECT_THAT(outcome.out, HasSubstr(check));
  EXPECT_THAT(RunDynajob({"doctor", "--config-keys"}).out,
              AllOf(HasSubstr("gamma = 0.3  # default"), HasSubstr("[judge]")));
  const Outcome missing = RunDynajob({"doctor", "--store", "/nonexistent/market.db"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.out, HasSubstr("fail"));
}

TEST(App, AMissingStoreIsUnreachable) {
  for (const char* command : {"validate", "embed"}) {
    const Outcome outcome = RunDynajob({command, "--store", "/nonexistent/market.db"});
    EXPECT_EQ(outcome.code, 4) << command;
    EXPECT_THAT(outcome.err, HasSubstr("/nonexistent/market.db"));
  }
}

}  // namespace
}  // namespace dynajob
