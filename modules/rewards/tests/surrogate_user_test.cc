#include "dynajob/rewards/surrogate_user.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/rewards/response_rewards.h"

#include "small_catalog.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

Candidate Engineer() {
  Candidate candidate;
  candidate.id = "engineer";
  candidate.bio = "Data engineer who likes pipelines";
  candidate.hard_skills = {"Python", "SQL"};
  candidate.soft_skills = {"teamwork"};
  candidate.seniority = Seniority::kMid;
  candidate.expected_salary = 100000;
  candidate.preferred_work_mode = WorkMode::kRemote;
  candidate.position = GeoPoint{40, -74};
  return candidate;
}

Job PlainJob() {
  Job job;
  job.id = "plain";
  job.title = "Welder";
  job.technical_skills = {"welding"};
  return job;
}

// The surrogate's utility for a plain job and for the same after `change`.
std::pair<double, double> Utilities(const std::function<void(Job&)>& change,
                                    const SurrogateOptions& options = {}) {
  Job changed = PlainJob();
  changed.id = "changed";
  change(changed);
  const Catalog catalog = RecordCatalog({Engineer()}, {PlainJob(), changed});
  const auto user = SurrogateUser::Create(catalog, options).value();
  return {user->Utility({0, 0}), user->Utility({0, 1})};
}

double Gain(const std::function<void(Job&)>& change, const SurrogateOptions& options = {}) {
  const auto [plain, changed] = Utilities(change, options);
  return changed - plain;
}

TEST(SurrogateUser, WeighsExactSkillsFullyAndSharedWordsInPart) {
  SurrogateOptions options;
  options.technical_weight = 4;
  const double exact = Gain([](Job& job) { job.technical_skills = {"PYTHON"}; }, options);
  const double half = Gain([](Job& job) { job.technical_skills = {"python", "cobol"}; }, options);
  const double words = Gain([](Job& job) { job.technical_skills = {"python scripting"}; }, options);
  EXPECT_NEAR(exact, 4, 1e-12);
  EXPECT_NEAR(half, 2, 1e-12);
  EXPECT_GT(words, 0);
  EXPECT_LT(words, 2);  // partial_credit is one half, and "scripting" is missing
}

TEST(SurrogateUser, CountsSoftSkillsAndTitleWords) {
  SurrogateOptions options;
  EXPECT_NEAR(Gain([](Job& job) { job.soft_skills = {"Teamwork"}; }), options.soft_weight, 1e-12);
  EXPECT_NEAR(Gain([](Job& job) { job.title = "Data Engineer"; }), options.title_weight, 1e-12);
}

TEST(SurrogateUser, DislikesBothDirectionsOfTheSeniorityGapUnequally) {
  const double same = Gain([](Job& job) { job.seniority = Seniority::kMid; });
  const double above = Gain([](Job& job) { job.seniority = Seniority::kLead; });
  const double below = Gain([](Job& job) { job.seniority = Seniority::kIntern; });
  EXPECT_EQ(same, 0);
  EXPECT_LT(below, 0);
  EXPECT_LT(above, below);
}

TEST(SurrogateUser, PrefersStatedSalaryWorkModeAndPlace) {
  EXPECT_GT(Gain([](Job& job) { job.salary = SalaryRange{120000, 140000}; }), 0);
  EXPECT_LT(Gain([](Job& job) { job.salary = SalaryRange{60000, 70000}; }), 0);
  EXPECT_GT(Gain([](Job& job) { job.work_mode = WorkMode::kRemote; }), 0);
  EXPECT_LT(Gain([](Job& job) { job.work_mode = WorkMode::kOnsite; }), 0);
  EXPECT_LT(Gain([](Job& job) { job.position = GeoPoint{34, -118}; }), 0);
}

TEST(SurrogateUser, PositivityBiasRaisesEveryLabel) {
  const Catalog catalog = RecordCatalog({Engineer()}, {PlainJob()});
  SurrogateOptions biased;
  biased.positivity_bias = 2;
  const ResponseRewards rewards;
  const double clean =
      rewards.Expected(SurrogateUser::Create(catalog, {}).value()->ProbabilitiesOf({0, 0}));
  const double liked =
      rewards.Expected(SurrogateUser::Create(catalog, biased).value()->ProbabilitiesOf({0, 0}));
  EXPECT_GT(liked, clean + 0.05);
}

TEST(SurrogateUser, LabelsAreAnOrderedLogitOfTheUtility) {
  const Catalog catalog = RecordCatalog({Engineer()}, {PlainJob()});
  SurrogateOptions options;
  options.temperature = 2;
  const auto user = SurrogateUser::Create(catalog, options).value();
  const ResponseProbabilities expected =
      OrderedLogit(user->Utility({0, 0}) / 2,
                   {options.cut_click / 2, options.cut_save / 2, options.cut_apply / 2});
  EXPECT_EQ(user->ProbabilitiesOf({0, 0}), expected);
  EXPECT_EQ(user->kind(), "surrogate");
}

// One engineer and 5,000 jobs of which every fifth is a good one.
Catalog ManyJobs() {
  std::vector<Job> jobs(5000, PlainJob());
  for (size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].id = "job-" + std::to_string(i);
    if (i % 5 == 0) jobs[i].technical_skills = {"python", "sql"};
  }
  return RecordCatalog({Engineer()}, std::move(jobs));
}

class SurrogateCorruption : public ::testing::Test {
 protected:
  std::unique_ptr<SurrogateUser> User(double share, CorruptionMode mode, int64_t seed = 1) const {
    SurrogateOptions options;
    options.corruption = share;
    options.corruption_mode = mode;
    options.seed = seed;
    return SurrogateUser::Create(catalog_, options).value();
  }

  const Catalog catalog_ = ManyJobs();
  const std::unique_ptr<SurrogateUser> clean_ = User(0, CorruptionMode::kUniform);
};

TEST_F(SurrogateCorruption, HitsTheShareAndLeavesTheRestClean) {
  const auto user = User(0.3, CorruptionMode::kFlipped);
  double corrupted = 0;
  for (JobRow job = 0; job < 5000; ++job) {
    const Pair pair{0, job};
    if (user->IsCorrupted(pair)) {
      ++corrupted;
    } else {
      EXPECT_EQ(user->ProbabilitiesOf(pair), clean_->ProbabilitiesOf(pair));
    }
  }
  EXPECT_NEAR(corrupted / 5000, 0.3, 0.03);  // standard error .0065
}

TEST_F(SurrogateCorruption, FlippedReversesTheOrder) {
  const auto user = User(1, CorruptionMode::kFlipped);
  for (JobRow job = 0; job < 20; ++job) {
    ResponseProbabilities reversed = clean_->ProbabilitiesOf({0, job});
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_EQ(user->ProbabilitiesOf({0, job}), reversed);
  }
}

TEST_F(SurrogateCorruption, UniformMakesEveryResponseEquallyLikely) {
  const auto user = User(1, CorruptionMode::kUniform);
  ResponseProbabilities mean{};
  for (JobRow job = 0; job < 5000; ++job) {
    const ResponseProbabilities p = user->ProbabilitiesOf({0, job});
    for (size_t k = 0; k < kResponseCount; ++k) mean[k] += p[k] / 5000;
  }
  for (const double share : mean) EXPECT_NEAR(share, 0.25, 0.03);
}

TEST_F(SurrogateCorruption, PermutedKeepsTheSharesAndLosesTheJob) {
  const auto user = User(1, CorruptionMode::kPermuted);
  const ResponseRewards rewards;
  double clean_mean = 0;
  double mean = 0;
  double good_mean = 0;
  for (JobRow job = 0; job < 5000; ++job) {
    const double reward = rewards.Expected(user->ProbabilitiesOf({0, job}));
    clean_mean += rewards.Expected(clean_->ProbabilitiesOf({0, job})) / 5000;
    mean += reward / 5000;
    if (job % 5 == 0) good_mean += reward / 1000;
  }
  EXPECT_NEAR(mean, clean_mean, 0.03);
  EXPECT_NEAR(good_mean, mean, 0.06);
  EXPECT_GT(rewards.Expected(clean_->ProbabilitiesOf({0, 0})), mean + 0.3);
}

TEST_F(SurrogateCorruption, OfAPairIsTheSameForEveryAskerAndNestsByShare) {
  const auto few = User(0.2, CorruptionMode::kUniform);
  const auto again = User(0.2, CorruptionMode::kUniform);
  const auto more = User(0.6, CorruptionMode::kUniform);
  const auto reseeded = User(0.2, CorruptionMode::kUniform, 2);
  size_t differing = 0;
  for (JobRow job = 0; job < 5000; ++job) {
    const Pair pair{0, job};
    EXPECT_EQ(few->ProbabilitiesOf(pair), again->ProbabilitiesOf(pair));
    if (few->IsCorrupted(pair)) {
      EXPECT_TRUE(more->IsCorrupted(pair));
    }
    differing += few->IsCorrupted(pair) != reseeded->IsCorrupted(pair) ? 1 : 0;
  }
  EXPECT_GT(differing, 1000u);
}

TEST(SurrogateOptions, RefusesValuesOutOfRangeNamingTheKey) {
  const Catalog catalog = RecordCatalog({Engineer()}, {PlainJob()});
  const auto message = [&](const SurrogateOptions& options) {
    const auto user = SurrogateUser::Create(catalog, options);
    return user.ok() ? std::string("accepted") : user.error().message;
  };
  SurrogateOptions options;
  options.corruption = 1.5;
  EXPECT_THAT(message(options), HasSubstr("surrogate.corruption is 1.5: it must be 0 to 1"));
  options = {};
  options.temperature = 0;
  EXPECT_THAT(message(options), HasSubstr("surrogate.temperature is 0"));
  options = {};
  options.cut_save = 9;
  EXPECT_THAT(message(options), HasSubstr("must ascend"));
  options = {};
  options.salary_weight = std::nan("");
  EXPECT_THAT(message(options), HasSubstr("surrogate.salary_weight is nan"));
}

}  // namespace
}  // namespace dynajob
