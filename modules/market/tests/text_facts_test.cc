#include "dynajob/market/text_facts.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

constexpr double kHours = 2080;

struct SalaryCase {
  const char* text;
  std::optional<SalaryRange> expected;
};

SalaryRange Yearly(double low, double high) { return {low, high}; }
SalaryRange Hourly(double low, double high) { return {low * kHours, high * kHours}; }

void ExpectSalaries(const std::vector<SalaryCase>& cases) {
  for (const SalaryCase& c : cases) {
    const auto parsed = ParseSalary(c.text);
    ASSERT_EQ(parsed.has_value(), c.expected.has_value()) << c.text;
    if (!parsed) continue;
    EXPECT_NEAR(parsed->low, c.expected->low, 0.01) << c.text;
    EXPECT_NEAR(parsed->high, c.expected->high, 0.01) << c.text;
  }
}

TEST(SalaryParser, ConvertsStatedPeriodsToYears) {
  ExpectSalaries({{"$56,300 - $87,950 a year", Yearly(56300, 87950)},
                  {"From $100,000 a year", Yearly(100000, 100000)},
                  {"Up to $113,000 a year", Yearly(113000, 113000)},
                  {"$100 an hour", Hourly(100, 100)},
                  {"From $25 an hour", Hourly(25, 25)},
                  {"$24.18 - $42.31 an hour", Hourly(24.18, 42.31)},
                  {"$20/hr", Hourly(20, 20)},
                  {"$20/hr - $25/hr", Hourly(20, 25)},
                  {"hourly: 18.50", Hourly(18.5, 18.5)},
                  {"$200 - $500 a day", Yearly(52000, 130000)},
                  {"Up to $1,700 a week", Yearly(88400, 88400)},
                  {"$2,000 bi-weekly", Yearly(52000, 52000)},
                  {"$3,333 - $5,346 a month", Yearly(39996, 64152)},
                  {"$66,144/year", Yearly(66144, 66144)},
                  {"USD 95000 per annum", Yearly(95000, 95000)},
                  {"Annual salary $80,000 to $90,000", Yearly(80000, 90000)},
                  {"between $70K and $90K annually", Yearly(70000, 90000)},
                  {"$20 an hour, 40 hours a week", Hourly(20, 20)},
                  {"$1.2M a year", Yearly(1.2e6, 1.2e6)}});
}

TEST(SalaryParser, InfersThePeriodByMagnitude) {
  ExpectSalaries({{"$56,300 - $87,950", Yearly(56300, 87950)},
                  {"$56,300 \u2013 $87,950", Yearly(56300, 87950)},
                  {"$87,950 - $56,300", Yearly(56300, 87950)},
                  {"From $100,000", Yearly(100000, 100000)},
                  {"$15 - $20", Hourly(15, 20)},
                  {"$150", Hourly(150, 150)},
                  {"$8", Hourly(8, 8)},
                  {"From $3,500", Yearly(42000, 42000)},
                  {"80-120K", Yearly(80000, 120000)},
                  {"$80K - 100", Yearly(80000, 100000)},
                  {"$90k", Yearly(90000, 90000)},
                  {"$85.000", Yearly(85000, 85000)},
                  {"72000", Yearly(72000, 72000)},
                  {"401k match, $50,000", Yearly(50000, 50000)},
                  {"2 positions, $50,000", Yearly(50000, 50000)}});
}

TEST(SalaryParser, RefusesWhatIsNoYearlySalaryInDollars) {
  ExpectSalaries({{"", std::nullopt},
                  {"Competitive", std::nullopt},
                  {"$500 - $700", std::nullopt},    // day or week?
                  {"$30 - $60,000", std::nullopt},  // hour and year
                  {"$40 per game", std::nullopt},
                  {"$20 - $36 per session", std::nullopt},
                  {"£45,000 a year", std::nullopt},
                  {"50,000 EUR", std::nullopt},
                  {"Rs 800000 a year", std::nullopt},
                  {"$1 an hour", std::nullopt},
                  {"$0", std::nullopt},
                  {"$9,000,000 a year", std::nullopt},
                  {"$0 - $50,000 a year", std::nullopt},
                  {"$99999999999999999999999", std::nullopt},
                  {"401k", std::nullopt}});
}

TEST(SalaryFromNumber, InfersThePeriodByMagnitude) {
  EXPECT_EQ(YearlySalaryFromNumber(85000), 85000);
  EXPECT_EQ(YearlySalaryFromNumber(20), 41600);
  EXPECT_EQ(YearlySalaryFromNumber(4000), 48000);
  EXPECT_EQ(YearlySalaryFromNumber(600), std::nullopt);
  EXPECT_EQ(YearlySalaryFromNumber(-5), std::nullopt);
}

struct CutCase {
  const char* salary;
  const char* contract;
  JobTerms expected;
};

TEST(CutPhrase, IsRejoinedFromItsFirstAndLastPiece) {
  const std::vector<CutCase> cases = {
      {"$100", "n hour - Full-time", {"$100 an hour", "Full-time"}},
      {"P", "rt-time", {"", "Part-time"}},
      {"From $100,000", "r - Full-time", {"From $100,000 a year", "Full-time"}},
      {"$189,400 - $284,200", "r", {"$189,400 - $284,200 a year", ""}},
      {"$3,333 - $5,346", "month", {"$3,333 - $5,346 a month", ""}},
      {"Up to $1,700", "week - Full-time", {"Up to $1,700 a week", "Full-time"}},
      {"$110", "y", {"$110 a day", ""}},
      {"Contr", "ct", {"", "Contract"}},
      {"Tempor", "ry", {"", "Temporary"}},
      {"Tempor", "ct", {"", "Temporary, Contract"}},
      {"Se", "l", {"", "Seasonal"}},
      {"Freel", "nce", {"", "Freelance"}},
      {"Tenure tr", "ck", {"", "Tenure track"}},
      {"P", "ry", {"", "Part-time, Temporary"}},
      {"P", "nent", {"", "Permanent"}},
      {"P", "ry, Internship", {"", "Part-time, Temporary, Internship"}},
      {"Full-time, P", "rt-time", {"", "Full-time, Part-time"}},
      {"Full-time, Tempor", "ry", {"", "Full-time, Temporary"}},
      {"Full-time", "Full-time", {"", "Full-time"}},
      {"Internship", "Internship", {"", "Internship"}},
      {"Per diem", "Per diem", {"", "Per diem"}},
      {"N", "r - Full-time", {"", "Full-time"}},
      {"N", "NaN", {"", ""}},
      {"N", "", {"", ""}},
      {"$15 - $20", "rt-time", {"$15 - $20", "Part-time"}},
      {"$40 per g", "rt-time", {"$40 per game", "Part-time"}},
      {"From $40 per g", "me", {"From $40 per game", ""}},
      {"$20 - $36 per session - P", "rt-time", {"$20 - $36 per session", "Part-time"}},
      {"From $12", "ct, Internship", {"From $12", "Contract, Internship"}},
      // Not cut.
      {"$50,000 a year", "Full-time", {"$50,000 a year", "Full-time"}},
      {"Competitive", "Contract", {"Competitive", "Contract"}},
      {"  ", " Part-time ", {"", "Part-time"}},
  };
  for (const CutCase& c : cases) {
    const JobTerms terms = RejoinCutPhrase(c.salary, c.contract);
    EXPECT_EQ(terms.salary, c.expected.salary) << c.salary << " + " << c.contract;
    EXPECT_EQ(terms.contract, c.expected.contract) << c.salary << " + " << c.contract;
  }
}

TEST(ContractText, PicksTheMostSpecificContract) {
  EXPECT_EQ(ParseContractText("Full-time"), ContractType::kFullTime);
  EXPECT_EQ(ParseContractText("Full-time, Part-time"), ContractType::kFullTime);
  EXPECT_EQ(ParseContractText("Part-time, Full-time"), ContractType::kPartTime);
  EXPECT_EQ(ParseContractText("Part-time, Temporary"), ContractType::kTemporary);
  EXPECT_EQ(ParseContractText("Seasonal"), ContractType::kTemporary);
  EXPECT_EQ(ParseContractText("Contract, Internship"), ContractType::kInternship);
  EXPECT_EQ(ParseContractText("FREELANCE"), ContractType::kContract);
  EXPECT_EQ(ParseContractText("Tenure track"), ContractType::kUnknown);
  EXPECT_EQ(ParseContractText(""), ContractType::kUnknown);
}

TEST(WorkModeText, ReadsTheCommonPhrases) {
  EXPECT_EQ(ParseWorkModeText("Onsite"), WorkMode::kOnsite);
  EXPECT_EQ(ParseWorkModeText("On-site"), WorkMode::kOnsite);
  EXPECT_EQ(ParseWorkModeText("in person"), WorkMode::kOnsite);
  EXPECT_EQ(ParseWorkModeText("not remote"), WorkMode::kOnsite);
  EXPECT_EQ(ParseWorkModeText("Remote"), WorkMode::kRemote);
  EXPECT_EQ(ParseWorkModeText("100% work from home"), WorkMode::kRemote);
  EXPECT_EQ(ParseWorkModeText("Hybrid remote"), WorkMode::kHybrid);
  EXPECT_EQ(ParseWorkModeText("Temporarily remote"), WorkMode::kHybrid);
  EXPECT_EQ(ParseWorkModeText("remote or on site"), WorkMode::kHybrid);
  EXPECT_EQ(ParseWorkModeText("Denver, CO"), WorkMode::kUnknown);
}

TEST(TitleSeniority, ReadsTheStatedLevel) {
  const std::vector<std::pair<const char*, Seniority>> cases = {
      {"Software Engineering Intern", Seniority::kIntern},
      {"2023 Investment Banking Summer Analyst", Seniority::kIntern},
      {"Engineering Co-op", Seniority::kIntern},
      {"International Banking Analyst", Seniority::kUnknown},
      {"Junior Accountant", Seniority::kJunior},
      {"Jr. Developer", Seniority::kJunior},
      {"Junior High School Teacher", Seniority::kUnknown},
      {"Entry Level Geotechnical Engineer", Seniority::kJunior},
      {"TRANSPORTATION ENGINEER-IN-TRAINING", Seniority::kJunior},
      {"Assistant Coach/Volleyball", Seniority::kJunior},
      {"Assistant Professor of Statistics", Seniority::kUnknown},
      {"Assistant Project Manager", Seniority::kUnknown},
      {"Engineer I", Seniority::kJunior},
      {"Structural Engineer 1, Transmission Line", Seniority::kJunior},
      {"Engineer II", Seniority::kMid},
      {"Embedded Systems Engineer II (Robotics)", Seniority::kMid},
      {"Business Banking Relationship Manager III", Seniority::kSenior},
      {"Engineering Technician V (RSC Captain)", Seniority::kSenior},
      {"Transportation Engineer 5", Seniority::kSenior},
      {"Agricultural Environmental Specialist 1-3", Seniority::kUnknown},
      {"Finance and Insurance (F&I) Manager", Seniority::kUnknown},
      {"Business (F&I) Manager", Seniority::kUnknown},
      {"Senior Business Analyst", Seniority::kSenior},
      {"SENIOR ENGINEER SOFTWARE", Seniority::kSenior},
      {"Sr. Data Scientist", Seniority::kSenior},
      {"Caregiver, Senior Living", Seniority::kUnknown},
      {"Staff Machine Learning Engineer", Seniority::kLead},
      {"Staff Accountant", Seniority::kUnknown},
      {"Principal Consultant", Seniority::kLead},
      {"Software Engineering Lead, Financial", Seniority::kLead},
      {"Branch Manager", Seniority::kLead},
      {"Senior Engineering Manager", Seniority::kLead},
      {"Senior Project Manager", Seniority::kSenior},
      {"Product Manager", Seniority::kUnknown},
      {"Regional Executive Chef", Seniority::kLead},
      {"Account Executive", Seniority::kUnknown},
      {"Assistant Vice President, Lending", Seniority::kLead},
      {"Investment Banking Vice President", Seniority::kExecutive},
      {"Director of Engineering", Seniority::kExecutive},
      {"Chief Technology Officer", Seniority::kExecutive},
      {"Head of Data", Seniority::kExecutive},
      {"Executive Assistant to the CEO", Seniority::kUnknown},
      {"Loan Officer", Seniority::kUnknown},
      {"Housekeeper", Seniority::kUnknown},
      {"", Seniority::kUnknown},
  };
  for (const auto& [title, expected] : cases)
    EXPECT_EQ(ToString(SeniorityFromTitle(title)), ToString(expected)) << title;
}

TEST(Experience, RequiredYearsAreTheLargestLowerBound) {
  EXPECT_EQ(RequiredYears("3+ years of experience in SQL"), 3);
  EXPECT_EQ(RequiredYears("3-5 years' experience"), 3);
  EXPECT_EQ(RequiredYears("3 to 5 years of relevant work experience."), 3);
  EXPECT_EQ(RequiredYears("Minimum of three (3) years experience"), 3);
  EXPECT_EQ(RequiredYears("at least five or more years of professional experience"), 5);
  EXPECT_EQ(RequiredYears("Experience: 7 yrs"), 7);
  EXPECT_EQ(RequiredYears("2 years of Java experience\n6 years of engineering experience"), 6);
  EXPECT_EQ(RequiredYears("1.5 years of experience"), 1.5);
  EXPECT_EQ(RequiredYears("Over 50 years of experience serving our clients"), std::nullopt);
  EXPECT_EQ(RequiredYears("Must be 18 years old. Experience is a plus."), std::nullopt);
  EXPECT_EQ(RequiredYears("4 years of college"), std::nullopt);
  EXPECT_EQ(RequiredYears(""), std::nullopt);
}

TEST(Experience, StatedYearsCountMonthsPerSkill) {
  EXPECT_EQ(StatedYears("Data Scientist with four years of dedicated experience"), 4);
  EXPECT_EQ(StatedYears("SDLC- Exprience - 75 months\nVISIO- Exprience - 60 months"), 6.25);
  EXPECT_EQ(StatedYears("CNC- Exprience - 6 monthsCompany Details"), 0.5);
  EXPECT_EQ(StatedYears("20 years of experience in teaching"), 20);
  EXPECT_EQ(StatedYears("Exprience - Less than 1 year months"), 1);
  EXPECT_EQ(StatedYears("worked there for a while"), std::nullopt);
}

TEST(Experience, YearsGiveALevel) {
  EXPECT_EQ(SeniorityFromYears(0), Seniority::kJunior);
  EXPECT_EQ(SeniorityFromYears(1.9), Seniority::kJunior);
  EXPECT_EQ(SeniorityFromYears(2), Seniority::kMid);
  EXPECT_EQ(SeniorityFromYears(5), Seniority::kSenior);
  EXPECT_EQ(SeniorityFromYears(10), Seniority::kLead);
}

TEST(Experience, TextsImplyALevel) {
  EXPECT_EQ(SeniorityFromPosting("Requires 6 years of experience."), Seniority::kSenior);
  EXPECT_EQ(SeniorityFromPosting("No experience necessary, we train."), Seniority::kJunior);
  EXPECT_EQ(SeniorityFromPosting("We sell cars."), Seniority::kUnknown);
  EXPECT_EQ(SeniorityFromResume("Jane Roe\nSenior Data Engineer | Initech\n1 year of experience"),
            Seniority::kSenior);
  // The most recent role counts, not the internship below it.
  EXPECT_EQ(SeniorityFromResume("Data Scientist | Initech\n4 years of experience\n"
                                "Data Analytics Intern | MedData"),
            Seniority::kMid);
  EXPECT_EQ(SeniorityFromResume("company - Fresher"), Seniority::kJunior);
  EXPECT_EQ(SeniorityFromResume("I like music."), Seniority::kUnknown);
}

TEST(Place, IsTheCityOrElseTheState) {
  const auto houston = LocateUsPlace("Houston, TX 77002");
  ASSERT_TRUE(houston.has_value());
  EXPECT_LT(DistanceKm(*houston, {29.76, -95.37}), 5);
  EXPECT_EQ(LocateUsPlace("Houston, TX"), houston);
  EXPECT_EQ(LocateUsPlace("12 Main St, Houston, TX 77002"), houston);
  EXPECT_EQ(LocateUsPlace("Hybrid remote in Houston, TX"), houston);
  EXPECT_EQ(LocateUsPlace("Houston, Texas, USA"), houston);
  EXPECT_EQ(LocateUsPlace("St. Paul, MN"), LocateUsPlace("Saint Paul, MN 55101"));

  const auto texas = LocateUsPlace("Nowhere Springs, TX");
  ASSERT_TRUE(texas.has_value());
  EXPECT_EQ(texas, LocateUsPlace("Texas"));
  EXPECT_GT(DistanceKm(*texas, *houston), 100);
  EXPECT_EQ(LocateUsPlace("New York State"), LocateUsPlace("Elmira, NY"));
  // A city of the same name elsewhere is another one.
  EXPECT_NE(LocateUsPlace("Columbia, SC"), LocateUsPlace("Columbia, MD"));
}

TEST(Place, IsUnknownForEverythingElse) {
  for (const char* text : {"", "Remote", "Hybrid remote", "Pune, Maharashtra", "London", ",",
                           "Paris, FR", "work hard, OR go home"})
    EXPECT_EQ(LocateUsPlace(text), std::nullopt) << text;
}

TEST(DoubleEncoding, IsUndone) {
  EXPECT_EQ(RepairDoubleEncoding("\u00e2\u20ac\u00a2 Excel"), "\u2022 Excel");  // by 1252
  EXPECT_EQ(RepairDoubleEncoding("\u00e2\u0080\u00a2 Excel"), "\u2022 Excel");  // by Latin-1
  EXPECT_EQ(RepairDoubleEncoding("client\u00e2\u20ac\u2122s"), "client\u2019s");
  EXPECT_EQ(RepairDoubleEncoding("caf\u00c3\u00a9"), "caf\u00e9");
  EXPECT_EQ(RepairDoubleEncoding("\u00c2\u00a0x"), "\u00a0x");
}

TEST(DoubleEncoding, LeavesCorrectTextAlone) {
  for (const char* text : {"caf\u00e9", "\u00e0 la carte", "\u00c2ge", "\u00e2me", "na\u00efve",
                           "\u201cquoted\u201d", "\u65e5\u672c", "\u00c3", "plain"})
    EXPECT_EQ(RepairDoubleEncoding(text), text);
}

TEST(PlainTextForm, RemovesMarkupAndTypography) {
  EXPECT_EQ(PlainText("<p>Fast &amp; <b>friendly</b></p><br/>Team"), "Fast & friendly\n\nTeam");
  EXPECT_EQ(PlainText("a < b and c > d"), "a < b and c > d");
  EXPECT_EQ(PlainText("<Responsibility>"), "<Responsibility>");
  EXPECT_EQ(PlainText("\u2022 one \u2022two\r\n\u25cf three"), "- one\n- two\n- three");
  EXPECT_EQ(PlainText("\u00e2\u20ac\u00a2\u00e2\u20ac\u00a2 twice"), "- twice");
  EXPECT_EQ(PlainText("it\u2019s \u201cfine\u201d \u2013 really\u2026"),
            "it's \"fine\" - really...");
  EXPECT_EQ(PlainText("  a \t b\u00a0 c  \n\n\n\n d "), "a b c\n\nd");
  EXPECT_EQ(PlainText("o\ufb03ce sta\ufb00 de\ufb01ne"), "office staff define");
  EXPECT_EQ(PlainText("&#8217;&#x41;&bogus;&#xD800;"), "'A&bogus;&#xD800;");
  EXPECT_EQ(PlainText(std::string("a\0b\x01"
                                  "c",
                                  5)),
            "abc");
  EXPECT_EQ(PlainText("bad \xff byte"), "bad \ufffd byte");
  EXPECT_EQ(PlainText(""), "");
}

TEST(Boilerplate, IsLeftOutBySentences) {
  const std::string equal = " Acme is an Equal Opportunity employer, in recruiting and hiring.";
  const std::string screen = " Pass a drug test.\n";
  EXPECT_EQ(MaskBoilerplate("We build bridges." + equal + " Join us!\n" + screen + "AutoCAD"),
            "We build bridges." + std::string(equal.size(), '\n') + " Join us!\n" +
                std::string(screen.size(), '\n') + "AutoCAD");
  EXPECT_EQ(MaskBoilerplate("Knows Node.js and SQL"), "Knows Node.js and SQL");
  EXPECT_EQ(MaskBoilerplate(""), "");
  // Text that lost its lines is not thrown away for one word.
  const std::string run_on = std::string(2000, 'x') + " without regard to";
  EXPECT_EQ(MaskBoilerplate(run_on), run_on);
}

TEST(PlainTextForm, IsStable) {
  for (const char* text : {"\u2022 one\n\u2022 two", "it\u2019s\n\n\n\nfine", " a  b ", "x -\n- y"})
    EXPECT_EQ(PlainText(PlainText(text)), PlainText(text));
}

}  // namespace
}  // namespace dynajob
