#include "dynajob/evaluation/preferences.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace dynajob {
namespace {

constexpr size_t kSectors = 12;

Candidate Person(int number) {
  Candidate candidate;
  candidate.id = "person-" + std::to_string(number);
  return candidate;
}

TEST(HiddenPreferences, AreAPureFunctionOfSeedAndCandidate) {
  const HiddenPreferences first = DrawPreferences(1, Person(1), kSectors, {});
  const HiddenPreferences again = DrawPreferences(1, Person(1), kSectors, {});
  EXPECT_EQ(first.taste, again.taste);
  EXPECT_EQ(first.weights, again.weights);
  EXPECT_EQ(first.reservation_wage, again.reservation_wage);
  EXPECT_NE(first.taste, DrawPreferences(2, Person(1), kSectors, {}).taste);
  EXPECT_NE(first.taste, DrawPreferences(1, Person(2), kSectors, {}).taste);
}

TEST(HiddenPreferences, DoNotFollowFromTheText) {
  Candidate rewritten = Person(1);
  rewritten.bio = "I love banking and long commutes";
  rewritten.hard_skills = {"python"};
  const HiddenPreferences plain = DrawPreferences(1, Person(1), kSectors, {});
  const HiddenPreferences other = DrawPreferences(1, rewritten, kSectors, {});
  EXPECT_EQ(plain.taste, other.taste);
  EXPECT_EQ(plain.sector_affinities, other.sector_affinities);
  EXPECT_EQ(plain.distance_tolerance_km, other.distance_tolerance_km);
}

TEST(HiddenPreferences, ReservationWageIsLogNormalAroundTheStatedExpectation) {
  double mean_log = 0;
  double mean_square = 0;
  constexpr int kPeople = 2000;
  for (int i = 0; i < kPeople; ++i) {
    Candidate candidate = Person(i);
    candidate.expected_salary = 80000;
    const double gap =
        std::log(DrawPreferences(1, candidate, kSectors, {}).reservation_wage / 80000);
    mean_log += gap / kPeople;
    mean_square += gap * gap / kPeople;
  }
  EXPECT_NEAR(mean_log, 0, 0.02);
  EXPECT_NEAR(std::sqrt(mean_square), PreferenceSpread{}.reservation_wage, 0.02);
}

TEST(HiddenPreferences, ReservationWageFollowsSeniorityWhenUnstated) {
  PreferenceSpread none;
  none.reservation_wage = 0;
  Candidate senior = Person(1);
  senior.seniority = Seniority::kSenior;
  EXPECT_DOUBLE_EQ(DrawPreferences(1, senior, kSectors, none).reservation_wage,
                   UsualWage(Seniority::kSenior));
  EXPECT_LT(UsualWage(Seniority::kIntern), UsualWage(Seniority::kJunior));
  EXPECT_LT(UsualWage(Seniority::kLead), UsualWage(Seniority::kExecutive));
  EXPECT_EQ(UsualWage(Seniority::kUnknown), UsualWage(Seniority::kMid));
}

TEST(HiddenPreferences, WorkModeLeansToTheStatedOne) {
  constexpr int kPeople = 500;
  double remote = 0;
  double onsite = 0;
  for (int i = 0; i < kPeople; ++i) {
    Candidate candidate = Person(i);
    candidate.preferred_work_mode = WorkMode::kRemote;
    const auto utilities = DrawPreferences(1, candidate, kSectors, {}).work_mode_utilities;
    EXPECT_EQ(utilities[static_cast<size_t>(WorkMode::kUnknown)], 0);
    remote += utilities[static_cast<size_t>(WorkMode::kRemote)] / kPeople;
    onsite += utilities[static_cast<size_t>(WorkMode::kOnsite)] / kPeople;
  }
  EXPECT_NEAR(remote - onsite, 1, 0.15);
}

TEST(HiddenPreferences, WeightsAndToleranceArePositiveAndSectorsComplete) {
  for (int i = 0; i < 200; ++i) {
    const HiddenPreferences preferences = DrawPreferences(3, Person(i), kSectors, {});
    for (const double weight : preferences.weights) EXPECT_GT(weight, 0);
    EXPECT_GT(preferences.distance_tolerance_km, 0);
    EXPECT_EQ(preferences.sector_affinities.size(), kSectors);
  }
}

TEST(JobTaste, DependsOnSeedAndJobOnly) {
  EXPECT_EQ(DrawJobTaste(1, "a"), DrawJobTaste(1, "a"));
  EXPECT_NE(DrawJobTaste(1, "a"), DrawJobTaste(1, "b"));
  EXPECT_NE(DrawJobTaste(1, "a"), DrawJobTaste(2, "a"));
}

}  // namespace
}  // namespace dynajob
