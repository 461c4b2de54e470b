#include "progress_log.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ProgressLogTest : public ::testing::Test {
 protected:
  ProgressLogTest() {
    directory_ = std::filesystem::path(::testing::TempDir()) /
                 ("progress_log_" +
                  std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~ProgressLogTest() override { std::filesystem::remove_all(directory_); }

  Status Write(ProgressLog& log, uint64_t steps) {
    return log.Write({.phase = "cosine",
                      .steps = steps,
                      .total_steps = 300,
                      .updates = 2 * steps,
                      .mean_episode_reward = 0.5},
                     2.0);
  }
  std::string Text(const char* name) { return *ReadFile(directory_ / name); }

  std::filesystem::path directory_;
};

TEST_F(ProgressLogTest, WritesTheKeysThatPlottersKnow) {
  auto log = ProgressLog::Open(directory_, 0);
  ASSERT_TRUE(log.ok()) << log.error().message;
  ASSERT_TRUE(Write(*log, 100).ok());
  EXPECT_THAT(Text("progress.csv"),
              StartsWith("time/total_timesteps,time/fps,time/time_elapsed,"
                         "rollout/ep_rew_mean,rollout/exploration_rate,"
                         "train/loss,train/model_loss,train/n_updates,phase"));
  EXPECT_THAT(Text("progress.csv"), HasSubstr("\n100,50.0,2.000,0.5,"));
  EXPECT_THAT(Text("progress.jsonl"), HasSubstr("\"train/n_updates\":200"));
}

TEST_F(ProgressLogTest, WritesOneRowPerNumberOfSteps) {
  auto log = ProgressLog::Open(directory_, 0);
  ASSERT_TRUE(log.ok()) << log.error().message;
  for (const uint64_t steps : {100, 200, 200}) ASSERT_TRUE(Write(*log, steps).ok());
  const std::string rows = Text("progress.jsonl");
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 2);
}

TEST_F(ProgressLogTest, DropsRowsAfterTheCheckpointWhenItIsResumed) {
  for (const uint64_t resumed_at : {uint64_t{0}, uint64_t{100}}) {
    auto log = ProgressLog::Open(directory_, resumed_at);
    ASSERT_TRUE(log.ok()) << log.error().message;
    if (resumed_at == 0) {
      ASSERT_TRUE(Write(*log, 100).ok());
    }
    ASSERT_TRUE(Write(*log, 200 + resumed_at / 2).ok());
  }
  EXPECT_THAT(Text("progress.csv"), HasSubstr("\n100,"));
  EXPECT_THAT(Text("progress.csv"), Not(HasSubstr("\n200,")));
  EXPECT_THAT(Text("progress.csv"), HasSubstr("\n250,"));
  EXPECT_THAT(Text("progress.jsonl"), Not(HasSubstr("timesteps\":200,")));
  EXPECT_THAT(Text("progress.jsonl"), HasSubstr("timesteps\":100,"));
}

}  // namespace
}  // namespace dynajob
