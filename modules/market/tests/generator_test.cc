#include "dynajob/market/generator.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/pair_facts.h"
#include "dynajob/core/rng.h"
#include "dynajob/market/vocabulary.h"

#include "english.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

Market MustGenerate(int64_t jobs, int64_t candidates, int64_t seed = 7) {
  auto market = GenerateMarket({.jobs = jobs, .candidates = candidates, .seed = seed});
  return std::move(market).value();
}

TEST(Generator, EqualSeedsGiveEqualMarkets) {
  const Market a = MustGenerate(60, 30);
  const Market b = MustGenerate(60, 30);
  EXPECT_EQ(a.jobs, b.jobs);
  EXPECT_EQ(a.candidates, b.candidates);
}

TEST(Generator, OtherSeedsGiveOtherMarkets) {
  const Market a = MustGenerate(40, 20, 7);
  const Market b = MustGenerate(40, 20, 8);
  int equal = 0;
  for (size_t i = 0; i < a.jobs.size(); ++i) equal += a.jobs[i] == b.jobs[i];
  EXPECT_EQ(equal, 0);
  EXPECT_NE(a.candidates, b.candidates);
}

TEST(Generator, EntitiesDependOnSeedAndIndexOnly) {
  const MarketOptions options{.jobs = 50, .candidates = 25, .seed = 11};
  const Market market = MustGenerate(50, 25, 11);
  for (size_t i = market.jobs.size(); i-- > 0;) EXPECT_EQ(GenerateJob(options, i), market.jobs[i]);
  for (size_t i = market.candidates.size(); i-- > 0;)
    EXPECT_EQ(GenerateCandidate(options, i), market.candidates[i]);
  EXPECT_EQ(GenerateJob({.jobs = 1, .candidates = 1, .seed = 11}, 49), market.jobs[49]);
}

TEST(Generator, CountsAndIdsAreAsAsked) {
  const Market market = MustGenerate(321, 123);
  ASSERT_EQ(market.jobs.size(), 321u);
  ASSERT_EQ(market.candidates.size(), 123u);
  EXPECT_EQ(market.jobs[123].id, "job-000123");
  EXPECT_EQ(market.candidates[42].id, "candidate-000042");
  std::set<std::string> ids;
  for (const Job& job : market.jobs) ids.insert(job.id);
  EXPECT_EQ(ids.size(), 321u);
}

TEST(Generator, JobsAreComplete) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  const std::set<std::string> hard(vocabulary.hard_skills().begin(),
                                   vocabulary.hard_skills().end());
  const std::set<std::string> soft(vocabulary.soft_skills().begin(),
                                   vocabulary.soft_skills().end());
  size_t with_salary = 0;
  const Market market = MustGenerate(2000, 1);
  for (const Job& job : market.jobs) {
    SCOPED_TRACE(job.id);
    EXPECT_TRUE(vocabulary.FindSector(job.sector).has_value()) << job.sector;
    EXPECT_FALSE(job.title.empty());
    EXPECT_FALSE(job.company.empty());
    EXPECT_FALSE(job.experience_requirements.empty());
    EXPECT_GT(job.description.size(), 200u);
    EXPECT_THAT(job.technical_skills.size(), AllOf(::testing::Ge(5u), ::testing::Le(9u)));
    EXPECT_THAT(job.soft_skills.size(), AllOf(::testing::Ge(2u), ::testing::Le(5u)));
    for (const std::string& skill : job.technical_skills) EXPECT_TRUE(hard.contains(skill));
    for (const std::string& skill : job.soft_skills) EXPECT_TRUE(soft.contains(skill));
    EXPECT_EQ(
        std::set<std::string>(job.technical_skills.begin(), job.technical_skills.end()).size(),
        job.technical_skills.size());
    EXPECT_TRUE(job.position.has_value());
    EXPECT_NE(job.work_mode, WorkMode::kUnknown);
    EXPECT_NE(job.contract, ContractType::kUnknown);
    if (!job.salary) continue;
    ++with_salary;
    EXPECT_GT(job.salary->low, 15000);
    EXPECT_LE(job.salary->low, job.salary->high);
    EXPECT_LT(job.salary->high, 700000);
  }
  EXPECT_GT(with_salary, 1200u);
  EXPECT_LT(with_salary, 1800u);
}

TEST(Generator, CandidatesAreComplete) {
  size_t with_salary = 0;
  size_t with_mode = 0;
  const Market market = MustGenerate(1, 1000);
  for (const Candidate& candidate : market.candidates) {
    SCOPED_TRACE(candidate.id);
    EXPECT_TRUE(SkillVocabulary::Builtin().FindSector(candidate.category).has_value());
    EXPECT_THAT(candidate.hard_skills.size(), AllOf(::testing::Ge(6u), ::testing::Le(12u)));
    EXPECT_THAT(candidate.soft_skills.size(), AllOf(::testing::Ge(3u), ::testing::Le(6u)));
    EXPECT_GT(candidate.bio.size(), 120u);
    EXPECT_THAT(candidate.resume, AllOf(HasSubstr("EXPERIENCE"), HasSubstr("EDUCATION")));
    EXPECT_NE(candidate.seniority, Seniority::kUnknown);
    with_salary += candidate.expected_salary.has_value();
    with_mode += candidate.preferred_work_mode != WorkMode::kUnknown;
    EXPECT_GT(candidate.expected_salary.value_or(50000), 15000);
  }
  EXPECT_GT(with_salary, 600u);
  EXPECT_LT(with_salary, 800u);
  EXPECT_GT(with_mode, 500u);
  EXPECT_LT(with_mode, 700u);
}

TEST(Generator, EverySectorHasJobsAndCandidates) {
  const Market market = MustGenerate(3000, 1000);
  std::map<std::string, int> jobs;
  std::map<std::string, int> candidates;
  for (const Job& job : market.jobs) ++jobs[job.sector];
  for (const Candidate& candidate : market.candidates) ++candidates[candidate.category];
  EXPECT_EQ(jobs.size(), SkillVocabulary::Builtin().sector_count());
  EXPECT_EQ(candidates.size(), SkillVocabulary::Builtin().sector_count());
  for (const auto& [sector, count] : jobs) EXPECT_GT(count, 30) << sector;
}

TEST(Generator, WorkModesArePlausible) {
  const Market market = MustGenerate(3000, 1);
  size_t remote = 0;
  for (const Job& job : market.jobs) {
    const bool hands_on =
        job.title.find("Referee") != std::string::npos || job.title == "Journeyman Electrician";
    EXPECT_TRUE(!hands_on || job.work_mode == WorkMode::kOnsite) << job.title;
    remote += job.work_mode == WorkMode::kRemote;
  }
  EXPECT_GT(remote, 300u);
  EXPECT_LT(remote, 900u);
}

TEST(Generator, LevelsPayMore) {
  std::map<Seniority, std::pair<double, int>> pay;
  const Market market = MustGenerate(3000, 1);
  for (const Job& job : market.jobs)
    if (job.salary) {
      pay[job.seniority].first += job.salary->low;
      ++pay[job.seniority].second;
    }
  const auto mean = [&](Seniority level) { return pay[level].first / pay[level].second; };
  EXPECT_LT(mean(Seniority::kJunior), mean(Seniority::kMid));
  EXPECT_LT(mean(Seniority::kMid), mean(Seniority::kSenior));
  EXPECT_LT(mean(Seniority::kSenior), mean(Seniority::kLead));
}

// What a recommender can achieve rests on these two numbers: the best of 50 random jobs should be
// clearly better than a random one and clearly worse than perfect.
TEST(Generator, SkillCoverageIsGraded) {
  const Market market = MustGenerate(1500, 300);
  Rng rng = Rng::Derive(5, "coverage");
  double best_sum = 0;
  double pair_sum = 0;
  size_t partial = 0;
  for (const Candidate& candidate : market.candidates) {
    double best = 0;
    for (const uint32_t i : rng.SampleWithoutReplacement(market.jobs.size(), 50)) {
      const double coverage = SkillCoverage(candidate, market.jobs[i]);
      best = std::max(best, coverage);
      pair_sum += coverage / 50;
      partial += coverage > 0 && coverage < 0.5;
    }
    best_sum += best;
  }
  const double n = static_cast<double>(market.candidates.size());
  RecordProperty("mean_best_of_50", std::to_string(best_sum / n));
  RecordProperty("mean_of_pairs", std::to_string(pair_sum / n));
  EXPECT_GT(best_sum / n, 0.5);
  EXPECT_LT(best_sum / n, 0.7);
  EXPECT_GT(pair_sum / n, 0.08);
  EXPECT_LT(pair_sum / n, 0.15);
  EXPECT_GT(static_cast<double>(partial) / (50 * n), 0.2);
}

TEST(Generator, SkillsOfAJobCanBeFoundInItsDescription) {
  const Market market = MustGenerate(200, 1);
  size_t found = 0;
  size_t all = 0;
  for (const Job& job : market.jobs) {
    const auto matches = SkillVocabulary::Builtin().FindSkills(job.description);
    for (const std::string& skill : job.technical_skills) {
      ++all;
      found += std::find(matches.hard.begin(), matches.hard.end(), skill) != matches.hard.end();
    }
  }
  EXPECT_GT(static_cast<double>(found), 0.95 * static_cast<double>(all));
}

TEST(Generator, TextsHoldNoTemplateRemains) {
  const Market market = MustGenerate(1000, 500);
  std::set<std::string> descriptions;
  const auto check = [](const std::string& text) {
    for (const std::string_view flaw : {"{", "}", "  ", " ,", " . ", "..", ",,", "()", " a a",
                                        " a e", " a i", " a o", " an b", " an s", " one years"})
      EXPECT_EQ(text.find(flaw), std::string::npos) << flaw << ": " << text;
  };
  for (const Job& job : market.jobs) {
    check(job.description);
    check(job.experience_requirements);
    descriptions.insert(job.description);
  }
  for (const Candidate& candidate : market.candidates) {
    check(candidate.bio);
    check(candidate.resume);
  }
  EXPECT_EQ(descriptions.size(), market.jobs.size());
}

TEST(MarketOptions, RefusesValuesOutOfRange) {
  for (const int64_t value : {int64_t{0}, int64_t{-3}, int64_t{10'000'001}}) {
    const auto jobs = GenerateMarket({.jobs = value});
    ASSERT_FALSE(jobs.ok());
    EXPECT_EQ(jobs.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(
        jobs.error().message,
        AllOf(HasSubstr("market.jobs"), HasSubstr(std::to_string(value)), HasSubstr("10000000")));
    EXPECT_THAT(GenerateMarket({.candidates = value}).error().message,
                AllOf(HasSubstr("market.candidates"), HasSubstr(std::to_string(value))));
  }
  EXPECT_TRUE((MarketOptions{.jobs = 10'000'000, .candidates = 1}.Validate().ok()));
}

TEST(MarketOptions, BindsItsKeys) {
  MarketOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  ASSERT_TRUE(registry.Set("market.jobs=12").ok());
  ASSERT_TRUE(registry.Set("market.seed=-4").ok());
  EXPECT_EQ(options.jobs, 12);
  EXPECT_EQ(options.seed, -4);
  EXPECT_FALSE(registry.Set("market.candidates=0").ok());
  EXPECT_EQ(options.candidates, 300);
}

TEST(English, ChoosesTheArticleBySound) {
  EXPECT_EQ(english::WithArticle("Accountant"), "an Accountant");
  EXPECT_EQ(english::WithArticle("UX Designer"), "a UX Designer");
  EXPECT_EQ(english::WithArticle("HR Manager"), "an HR Manager");
  EXPECT_EQ(english::WithArticle("FP&A Manager"), "an FP&A Manager");
  EXPECT_EQ(english::WithArticle("SOC Analyst"), "a SOC Analyst");
  EXPECT_EQ(english::WithArticle("university teacher"), "a university teacher");
  EXPECT_EQ(english::WithArticle(".NET Developer"), "a .NET Developer");
}

TEST(English, FormsVerbs) {
  EXPECT_EQ(english::PastTense("write reports"), "wrote reports");
  EXPECT_EQ(english::PastTense("plan lessons"), "planned lessons");
  EXPECT_EQ(english::PastTense("apply for grants"), "applied for grants");
  EXPECT_EQ(english::PastTense("deploy models"), "deployed models");
  EXPECT_EQ(english::PastTense("train staff"), "trained staff");
  EXPECT_EQ(english::Gerund("set tables"), "setting tables");
  EXPECT_EQ(english::Gerund("oversee setup"), "overseeing setup");
  EXPECT_EQ(english::Gerund("write code"), "writing code");
  EXPECT_EQ(english::Gerund("run payroll"), "running payroll");
}

TEST(English, JoinsLists) {
  const std::vector<std::string> three = {"a", "b", "c"};
  EXPECT_EQ(english::JoinList(three), "a, b and c");
  EXPECT_EQ(english::JoinList(std::span(three).first(2)), "a and b");
  const std::vector<std::string> nested = {"a, b", "c", "d"};
  EXPECT_EQ(english::JoinList(nested), "a, b; c; and d");
}

}  // namespace
}  // namespace dynajob
