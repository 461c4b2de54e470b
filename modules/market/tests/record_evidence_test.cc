#include "dynajob/market/record_evidence.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using testing::IsEmpty;

std::string Words(std::string_view text, const TextSpan& span) {
  return std::string(text.substr(span.begin, span.end - span.begin));
}

TEST(FindPay, ReadsAmountsWithTheirPeriodAndCurrency) {
  struct Case {
    std::string text, words, pay;
  };
  const Case cases[] = {
      {"The salary range is $80,000 - $95,000 per year, plus bonus.", "$80,000 - $95,000 per year",
       "USD 80,000 - 95,000 a year"},
      {"Pay: $18.50/hr DOE", "$18.50/hr", "USD 18.50 an hour"},
      {"Compensation $4,000 a month to start", "$4,000 a month", "USD 4,000 a month"},
      {"Salary \u20ac45,000 to \u20ac55,000 per annum", "\u20ac45,000 to \u20ac55,000 per annum",
       "EUR 45,000 - 55,000 a year"},
      {"Salary: GBP 32,000 a year", "GBP 32,000 a year", "GBP 32,000 a year"},
      {"We raised $20 million.\nWage: $21 an hour", "$21 an hour", "USD 21 an hour"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto pay = FindPay(c.text);
    ASSERT_TRUE(pay.has_value());
    EXPECT_EQ(Words(c.text, pay->span), c.words);
    EXPECT_EQ(PayText(pay->value), c.pay);
    EXPECT_EQ(pay->value.yearly_usd.has_value(), pay->value.currency == "USD");
  }
}

TEST(FindPay, LeavesOtherAmountsAlone) {
  for (const char* text :
       {"We manage a budget of $80,000 a year", "$5,000 sign-on bonus paid in year one",
        "Up to $5,250 a year in tuition reimbursement",
        "grew revenue from $50,000 to $90,000 a year", "a $40,000 machine", "401(k) match and pay",
        "Salary negotiable"})
    EXPECT_FALSE(FindPay(text).has_value()) << text;
}

TEST(FindInProse, ReadsWorkModeContractAndPlace) {
  EXPECT_EQ(FindWorkMode("This is a fully remote position.")->value, WorkMode::kRemote);
  EXPECT_EQ(FindWorkMode("This is not a remote position.")->value, WorkMode::kOnsite);
  EXPECT_EQ(FindWorkMode("Hybrid schedule, 3 days in the office")->value, WorkMode::kHybrid);
  EXPECT_EQ(FindWorkMode("Work Location: In person")->value, WorkMode::kOnsite);
  for (const char* text : {"Travel to remote areas", "remote sensing of crops", "a hybrid car"})
    EXPECT_FALSE(FindWorkMode(text).has_value()) << text;
  EXPECT_EQ(FindContract("Job Types: Part-time, Contract")->value, ContractType::kContract);
  EXPECT_EQ(FindContract("This is a full-time position")->value, ContractType::kFullTime);
  EXPECT_FALSE(FindContract("You negotiate a contract").has_value());
  EXPECT_EQ(FindLocation("Location: Denver, CO 80202 (no relocation)")->value, "Denver, CO 80202");
  EXPECT_EQ(FindLocation("We are based in Austin, TX and growing.")->value, "Austin, TX");
  EXPECT_FALSE(FindLocation("Location: our office").has_value());
}

const FactEvidence* FactOf(const std::vector<FactEvidence>& facts, const std::string& fact,
                           const std::string& value) {
  for (const FactEvidence& evidence : facts)
    if (evidence.fact == fact && evidence.value == value) return &evidence;
  return nullptr;
}

TEST(ExplainJob, GivesTheWordsOfEveryFact) {
  Job job;
  job.title = "Backend Engineer";
  job.experience_requirements = "5 years of experience with k8s";
  job.description =
      "Equal opportunity employer, recruiting daily.\nWe use JS. Salary: $120,000 a year.";
  job.technical_skills = {"Kubernetes", "JavaScript", "Fortran"};
  job.seniority = Seniority::kSenior;
  job.salary = SalaryRange{120000, 120000};
  job.location = "Denver, CO";
  job.position = LocateUsPlace(job.location);
  const auto facts = ExplainJob(job, SkillVocabulary::Builtin());
  const auto expect = [&](const std::string& fact, const std::string& value,
                          const std::string& field, std::string_view text,
                          const std::string& words) {
    SCOPED_TRACE(fact + " " + value);
    const FactEvidence* evidence = FactOf(facts, fact, value);
    ASSERT_NE(evidence, nullptr);
    ASSERT_TRUE(evidence->place.has_value());
    EXPECT_EQ(evidence->place->field, field);
    EXPECT_EQ(Words(text, evidence->place->span), words);
  };
  expect("technical skill", "Kubernetes", "requirements", job.experience_requirements, "k8s");
  expect("technical skill", "JavaScript", "description", job.description, "JS");
  expect("seniority", "senior", "requirements", job.experience_requirements, "5 years");
  expect("salary", "USD 120,000 a year", "description", job.description, "$120,000 a year");
  expect("position", "39.74, -104.99", "location", job.location, "Denver, CO");
  const FactEvidence* listed = FactOf(facts, "technical skill", "Fortran");
  ASSERT_NE(listed, nullptr);
  EXPECT_FALSE(listed->place.has_value());
}

TEST(ExplainCandidate, GivesTheWordsOfEveryFact) {
  Candidate candidate;
  candidate.bio = "I like order.";
  candidate.resume = "Senior Data Analyst | Initech\nPython and SQL";
  candidate.hard_skills = {"Python"};
  candidate.seniority = Seniority::kSenior;
  const auto facts = ExplainCandidate(candidate, SkillVocabulary::Builtin());
  const FactEvidence* skill = FactOf(facts, "hard skill", "Python");
  ASSERT_TRUE(skill != nullptr && skill->place);
  EXPECT_EQ(Words(candidate.resume, skill->place->span), "Python");
  const FactEvidence* seniority = FactOf(facts, "seniority", "senior");
  ASSERT_TRUE(seniority != nullptr && seniority->place);
  EXPECT_EQ(Words(candidate.resume, seniority->place->span), "Senior Data Analyst");
  EXPECT_THAT(ExplainCandidate({}, SkillVocabulary::Builtin()), IsEmpty());
}

}  // namespace
}  // namespace dynajob
