#include "dynajob/evaluation/judge.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"
#include "dynajob/evaluation/statistics.h"
#include "dynajob/market/generator.h"
#include "dynajob/rewards/surrogate_user.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kSeed = 5;

Catalog CatalogOf(std::vector<Candidate> candidates, std::vector<Job> jobs) {
  Catalog::Data data;
  data.state_fields = {{"hard", 0, 1}};
  data.action_fields = {{"tech", 0, 1}};
  data.states = Matrix(candidates.size(), 1);
  data.actions = Matrix(jobs.size(), 1);
  data.candidates = std::move(candidates);
  data.jobs = std::move(jobs);
  data.embedder = "test";
  return Catalog::Create(std::move(data)).value();
}

const std::vector<std::string>& Skills() {
  static const std::vector<std::string> skills = {"python", "sql",     "welding", "autocad",
                                                  "excel",  "nursing", "sales",   "java"};
  return skills;
}

// Random people and jobs that differ in every fact the judge reads.
Catalog RandomCatalog(size_t candidates, size_t jobs) {
  Rng rng(17);
  const auto some_skills = [&] {
    std::vector<std::string> chosen;
    for (const std::string& skill : Skills()) {
      if (rng.Bernoulli(0.4)) chosen.push_back(skill);
    }
    return chosen;
  };
  const auto level = [&] { return static_cast<Seniority>(1 + rng.Below(6)); };
  const auto mode = [&] { return static_cast<WorkMode>(1 + rng.Below(3)); };
  const auto place = [&] { return GeoPoint{rng.Uniform(38, 42), rng.Uniform(-78, -72)}; };
  std::vector<Candidate> people(candidates);
  for (size_t i = 0; i < candidates; ++i) {
    people[i].id = "c" + std::to_string(i);
    people[i].hard_skills = some_skills();
    people[i].seniority = level();
    people[i].preferred_work_mode = mode();
    people[i].position = place();
    people[i].expected_salary = rng.Uniform(50000, 150000);
  }
  std::vector<Job> postings(jobs);
  for (size_t i = 0; i < jobs; ++i) {
    postings[i].id = "j" + std::to_string(i);
    postings[i].technical_skills = some_skills();
    postings[i].seniority = level();
    postings[i].work_mode = mode();
    postings[i].position = place();
    const double low = rng.Uniform(50000, 150000);
    postings[i].salary = SalaryRange{low, 1.2 * low};
  }
  return CatalogOf(std::move(people), std::move(postings));
}

class JudgeOnARandomMarket : public ::testing::Test {
 protected:
  const Catalog catalog_ = RandomCatalog(60, 400);
  const Judge judge_ = Judge::Create(catalog_, {}, {}, kSeed).value();
};

TEST_F(JudgeOnARandomMarket, MeetsTheTargetSharesOverAllPairs) {
  ResponseProbabilities shares{};
  for (CandidateRow candidate = 0; candidate < 60; ++candidate) {
    for (JobRow job = 0; job < 400; ++job) {
      const ResponseProbabilities p = judge_.Probabilities({candidate, job});
      for (size_t k = 0; k < kResponseCount; ++k) shares[k] += p[k] / (60 * 400);
    }
  }
  const ResponseProbabilities target = JudgeOptions{}.target_shares;
  for (size_t k = 0; k < kResponseCount; ++k) {
    EXPECT_NEAR(shares[k], target[k], 0.01);
    EXPECT_NEAR(judge_.shares()[k], target[k], 1e-6);
  }
}

TEST_F(JudgeOnARandomMarket, IsAnOrderedLogitWithItsExpectedRewardInClosedForm) {
  const Pair pair{3, 14};
  const ResponseProbabilities p = OrderedLogit(judge_.Utility(pair), judge_.cut_points());
  EXPECT_EQ(judge_.Probabilities(pair), p);
  EXPECT_NEAR(judge_.ExpectedReward(pair), -0.1 * p[0] + 0.5 * p[2] + p[3], 1e-12);
}

TEST_F(JudgeOnARandomMarket, ResponsesHaveTheProbabilitiesOverNoiseSeeds) {
  const Pair pair{7, 21};
  const ResponseProbabilities p = judge_.Probabilities(pair);
  ResponseProbabilities frequency{};
  for (uint64_t noise = 0; noise < 4000; ++noise) {
    frequency[static_cast<size_t>(judge_.Respond(pair, noise))] += 1.0 / 4000;
  }
  for (size_t k = 0; k < kResponseCount; ++k) EXPECT_NEAR(frequency[k], p[k], 0.03);
}

TEST_F(JudgeOnARandomMarket, ResponsesAreCommonToAllArms) {
  // The same ids in another catalog, in another order, meet the same uniform: with equal
  // probabilities that is the same response.
  std::vector<Candidate> people = {catalog_.candidate(9), catalog_.candidate(4)};
  std::vector<Job> postings = {catalog_.job(30), catalog_.job(11)};
  JudgeOptions flat;
  flat.skill_weight = flat.sector_weight = flat.seniority_weight = flat.salary_weight = 0;
  flat.work_mode_weight = flat.distance_weight = flat.affinity_weight = flat.taste_weight = 0;
  const Catalog small = CatalogOf(std::move(people), std::move(postings));
  const Judge large_judge = Judge::Create(catalog_, flat, {}, kSeed).value();
  const Judge small_judge = Judge::Create(small, flat, {}, kSeed).value();
  size_t changes = 0;
  for (uint64_t noise = 0; noise < 200; ++noise) {
    EXPECT_EQ(small_judge.Respond({1, 0}, noise), large_judge.Respond({4, 30}, noise));
    changes += large_judge.Respond({4, 30}, noise) != large_judge.Respond({4, 30}, noise + 1);
  }
  EXPECT_GT(changes, 50u);
}

TEST_F(JudgeOnARandomMarket, TheBestJobOfASetBeatsARandomOne) {
  Rng rng(2);
  double best_mean = 0;
  double random_mean = 0;
  for (CandidateRow candidate = 0; candidate < 60; ++candidate) {
    const std::vector<uint32_t> set = rng.SampleWithoutReplacement(catalog_.job_count(), 50);
    double best = -1;
    for (const uint32_t job : set) {
      const double reward = judge_.ExpectedReward({candidate, job});
      EXPECT_GE(reward, -0.1);
      EXPECT_LE(reward, 1);
      best = std::max(best, reward);
      random_mean += reward / (60 * 50);
    }
    best_mean += best / 60;
  }
  EXPECT_GT(best_mean, 0.6);
  EXPECT_LT(random_mean, 0.25);
}

TEST_F(JudgeOnARandomMarket, GivesTheSameAnswersFromManyThreads) {
  std::vector<std::vector<double>> rewards(4, std::vector<double>(400));
  std::vector<std::thread> threads;
  for (auto& own : rewards) {
    threads.emplace_back([&own, this] {
      for (JobRow job = 0; job < 400; ++job) own[job] = judge_.ExpectedReward({5, job});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& own : rewards) EXPECT_EQ(own, rewards.front());
}

TEST_F(JudgeOnARandomMarket, AnotherSeedIsAnotherPopulation) {
  const Judge same = Judge::Create(catalog_, {}, {}, kSeed).value();
  const Judge other = Judge::Create(catalog_, {}, {}, kSeed + 1).value();
  EXPECT_EQ(judge_.Utility({0, 0}), same.Utility({0, 0}));
  EXPECT_NE(judge_.Utility({0, 0}), other.Utility({0, 0}));
}

// What a change of the job is worth to one person whose weights are all 1.
double Gain(const std::function<void(Job&)>& change) {
  Candidate person;
  person.id = "person";
  person.hard_skills = {"python", "sql"};
  person.seniority = Seniority::kMid;
  person.expected_salary = 100000;
  person.preferred_work_mode = WorkMode::kRemote;
  person.position = GeoPoint{40, -74};
  Job plain;
  plain.id = "job";
  plain.technical_skills = {"welding", "python"};
  Job changed = plain;
  change(changed);
  JudgeOptions options;
  options.spread = {.weight = 0,
                    .reservation_wage = 0,
                    .distance = 0,
                    .distance_median = 40,
                    .work_mode = 0,
                    .ambition = 0};
  options.sector_weight = options.affinity_weight = 0;
  const Judge before = Judge::Create(CatalogOf({person}, {plain}), options, {}, kSeed).value();
  const Judge after = Judge::Create(CatalogOf({person}, {changed}), options, {}, kSeed).value();
  return after.Utility({0, 0}) - before.Utility({0, 0});
}

TEST(JudgeUtility, HasTheTermsThatItsHeaderStates) {
  const JudgeOptions options;
  const double skills = Gain([](Job& job) { job.technical_skills = {"PYTHON", "sql"}; });
  EXPECT_NEAR(skills, options.skill_weight / 2, 1e-9);  // soft skills are not listed
  EXPECT_NEAR(Gain([](Job& job) { job.seniority = Seniority::kMid; }), 0, 1e-9);
  EXPECT_NEAR(Gain([](Job& job) { job.seniority = Seniority::kLead; }),
              -4 * options.seniority_weight, 1e-9);
  EXPECT_NEAR(Gain([](Job& job) { job.work_mode = WorkMode::kRemote; }), options.work_mode_weight,
              1e-9);
}

TEST(JudgeUtility, SalaryBelowTheReservationWageWeighsDouble) {
  const JudgeOptions options;
  EXPECT_NEAR(Gain([](Job& job) {
                job.salary = SalaryRange{110000, 130000};
              }),
              options.salary_weight * std::log(1.2), 1e-9);
  EXPECT_NEAR(Gain([](Job& job) {
                job.salary = SalaryRange{80000, 80000};
              }),
              2 * options.salary_weight * std::log(0.8), 1e-9);
}

TEST(JudgeUtility, DistanceCountsInTolerancesAndNotForRemoteJobs) {
  const JudgeOptions options;
  const GeoPoint home{40, -74};
  const GeoPoint near{40.2, -74};
  EXPECT_NEAR(Gain([&](Job& job) { job.position = near; }),
              -options.distance_weight * DistanceKm(home, near) / 40, 1e-6);
  EXPECT_NEAR(Gain([](Job& job) {
                job.position = GeoPoint{34, -118};
              }),
              -options.distance_weight * 3, 1e-9);
  EXPECT_NEAR(Gain([](Job& job) {
                job.position = GeoPoint{34, -118};
                job.work_mode = WorkMode::kRemote;
              }),
              options.work_mode_weight, 1e-9);
}

TEST(JudgeUtility, RisesWithAStatedSectorInCommon) {
  Candidate person;
  person.id = "person";
  person.hard_skills = {"python", "java"};
  Job same;
  same.id = "same";
  same.technical_skills = {"java"};
  Job far = same;
  far.id = "far";
  far.technical_skills = {"welding"};
  JudgeOptions options;
  options.skill_weight = options.affinity_weight = options.taste_weight = 0;
  const Judge judge = Judge::Create(CatalogOf({person}, {same, far}), options, {}, kSeed).value();
  EXPECT_GT(judge.Utility({0, 0}), judge.Utility({0, 1}));
}

TEST(JudgeOnTheSampleMarket, LeavesRoomForLearningAndAgreesInPartWithTheSurrogate) {
  MarketOptions options;
  options.candidates = 100;
  options.jobs = 800;
  Market market = GenerateMarket(options).value();
  const Catalog catalog = CatalogOf(std::move(market.candidates), std::move(market.jobs));
  const Judge judge = Judge::Create(catalog, {}, {}, kSeed).value();
  const auto surrogate = SurrogateUser::Create(catalog, {}).value();
  const ResponseRewards rewards;
  std::vector<double> judged;
  std::vector<double> simulated;
  ResponseProbabilities surrogate_shares{};
  Rng rng(4);
  double best_of_50 = 0;
  for (CandidateRow candidate = 0; candidate < 100; ++candidate) {
    double best = -1;
    for (const uint32_t job : rng.SampleWithoutReplacement(catalog.job_count(), 50)) {
      const ResponseProbabilities p = surrogate->ProbabilitiesOf({candidate, job});
      for (size_t k = 0; k < kResponseCount; ++k) surrogate_shares[k] += p[k] / 5000;
      simulated.push_back(rewards.Expected(p));
      judged.push_back(judge.ExpectedReward({candidate, job}));
      best = std::max(best, judged.back());
    }
    best_of_50 += best / 100;
  }
  EXPECT_GT(best_of_50, 0.65);
  EXPECT_LT(best_of_50, 0.9);
  EXPECT_NEAR(Mean(judged), 0.125, 0.05);  // of the target shares
  EXPECT_GT(Spearman(simulated, judged), 0.5);
  EXPECT_LT(Spearman(simulated, judged), 0.85);
  // A warm start learns almost nothing from labels that are nearly all alike.
  for (const double share : surrogate_shares) EXPECT_LT(share, 0.75);
}

TEST(JudgeOptions, RefusesValuesOutOfRangeNamingTheKey) {
  const Catalog catalog = RandomCatalog(2, 2);
  const auto message = [&](const JudgeOptions& options) {
    const auto judge = Judge::Create(catalog, options, {}, kSeed);
    return judge.ok() ? std::string("accepted") : judge.error().message;
  };
  JudgeOptions options;
  options.skill_weight = -1;
  EXPECT_THAT(message(options), HasSubstr("judge.skill_weight is -1: it must be 0 to"));
  options = {};
  options.spread.distance_median = 0;
  EXPECT_THAT(message(options), HasSubstr("judge.distance_median is 0"));
  options = {};
  options.target_shares = {0.5, 0.1, 0.1, 0.1};
  EXPECT_THAT(message(options), HasSubstr("must sum to 1"));
  options = {};
  options.target_shares = {1, 0, 0, 0};
  EXPECT_THAT(message(options), HasSubstr("judge.ignore_share is 1"));
  options = {};
  options.calibration_pairs = 1;
  EXPECT_THAT(message(options), HasSubstr("judge.calibration_pairs is 1"));
}

TEST(JudgeOptions, AreSetThroughTheConfiguration) {
  JudgeOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  ASSERT_TRUE(registry.Set("judge.taste_weight=2.5").ok());
  ASSERT_TRUE(registry.Set("judge.ambition_spread=0").ok());
  ASSERT_TRUE(registry.Set("judge.apply_share=0.2").ok());
  EXPECT_EQ(options.taste_weight, 2.5);
  EXPECT_EQ(options.spread.ambition, 0);
  EXPECT_EQ(options.target_shares[3], 0.2);
}

TEST(Judge, RefusesAnEmptyCatalog) {
  const auto judge = Judge::Create(CatalogOf({}, {}), {}, {}, kSeed);
  ASSERT_FALSE(judge.ok());
  EXPECT_EQ(judge.error().code, ErrorCode::kFailedPrecondition);
}

}  // namespace
}  // namespace dynajob
