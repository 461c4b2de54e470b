#include "dynajob/market/vocabulary.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Hard(std::string_view text) {
  return SkillVocabulary::Builtin().FindSkills(text).hard;
}

std::vector<std::string> Soft(std::string_view text) {
  return SkillVocabulary::Builtin().FindSkills(text).soft;
}

TEST(SkillVocabulary, CoversALabourMarket) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  EXPECT_GE(vocabulary.sector_count(), 14u);
  EXPECT_GE(vocabulary.occupations().size(), 64u);
  EXPECT_GE(vocabulary.hard_skills().size(), 520u);
  EXPECT_GE(vocabulary.soft_skills().size(), 42u);
}

TEST(SkillVocabulary, EveryOccupationIsComplete) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  std::set<std::string> names;
  std::set<size_t> sectors;
  for (const Occupation& occupation : vocabulary.occupations()) {
    SCOPED_TRACE(occupation.name);
    EXPECT_TRUE(names.insert(occupation.name).second);
    sectors.insert(occupation.sector);
    EXPECT_GE(occupation.ladder.size(), 4u);
    EXPECT_GE(occupation.hard_skills.size(), 14u);
    EXPECT_GE(occupation.soft_skills.size(), 5u);
    EXPECT_GE(occupation.duties.size(), 6u);
    EXPECT_GT(occupation.base_salary, 30000);
    const WorkModeShares& modes = occupation.work_modes;
    EXPECT_NEAR(modes.onsite + modes.hybrid + modes.remote, 1, 1e-9);
    std::set<std::string> skills;
    for (const WeightedSkill& skill : occupation.hard_skills) {
      EXPECT_GT(skill.weight, 0);
      EXPECT_TRUE(skills.insert(skill.skill).second) << skill.skill;
    }
  }
  EXPECT_EQ(sectors.size(), vocabulary.sector_count());
}

TEST(SkillVocabulary, PhrasesDifferByMoreThanCase) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  std::set<std::string> seen;
  for (const auto& phrases : {vocabulary.hard_skills(), vocabulary.soft_skills()})
    for (const std::string& phrase : phrases)
      EXPECT_TRUE(seen.insert(ToLowerAscii(phrase)).second) << phrase;
}

TEST(SkillVocabulary, FindsEveryPhraseInAListOfSkills) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  for (const std::string& phrase : vocabulary.hard_skills())
    EXPECT_THAT(Hard("Skills: SQL, " + phrase + ", HTML"), Contains(phrase));
  for (const std::string& phrase : vocabulary.soft_skills())
    EXPECT_THAT(Soft("Skills: SQL, " + phrase + ", HTML"), Contains(phrase));
}

TEST(FindSkills, MapsOtherSpellingsToTheCanonicalPhrase) {
  EXPECT_THAT(Hard("JS and k8s on amazon web services"),
              ElementsAre("JavaScript", "Kubernetes", "AWS"));
  EXPECT_THAT(Hard("MS Excel, MS-Office; Postgres"),
              ElementsAre("Microsoft Excel", "Microsoft Office", "PostgreSQL"));
  EXPECT_THAT(Hard("Civil 3D / GIS"), ElementsAre("AutoCAD Civil 3D", "ArcGIS"));
  EXPECT_THAT(Soft("A detail-oriented team player with strong organizational skills"),
              ElementsAre("attention to detail", "teamwork", "organization"));
}

TEST(FindSkills, KeepsOrderOfFirstAppearanceWithoutRepeating) {
  EXPECT_THAT(Hard("Python. SQL. python, Tableau and SQL again"),
              ElementsAre("Python", "SQL", "Tableau"));
}

TEST(FindSkills, IgnoresCaseOfPlainPhrases) {
  EXPECT_THAT(Hard("PYTHON; machine LEARNING; autocad"),
              ElementsAre("Python", "machine learning", "AutoCAD"));
}

TEST(FindSkills, NeverMatchesInsideWords) {
  EXPECT_THAT(Hard("The javanese pythonic gitarist visited Dockerville"), IsEmpty());
  EXPECT_THAT(Hard("scarification and cssa"), IsEmpty());
}

TEST(FindSkills, PrefersTheLongestPhrase) {
  EXPECT_THAT(Hard("React Native"), ElementsAre("React Native"));
  EXPECT_THAT(Hard("Microsoft SQL Server"), ElementsAre("Microsoft SQL Server"));
  EXPECT_THAT(Hard("Java Script"), ElementsAre("JavaScript"));
}

TEST(FindSkills, NoPhraseSpansASentence) {
  EXPECT_THAT(Hard("We run a project. Management is friendly."), IsEmpty());
  EXPECT_THAT(Hard("data, analysis"), IsEmpty());
}

TEST(FindSkills, KeepsNamesWithSigns) {
  EXPECT_THAT(Hard("C++, C# and Node.js."), ElementsAre("C++", "C#", "Node.js"));
  EXPECT_THAT(Hard("ASP.NET and .NET"), ElementsAre("ASP.NET", ".NET"));
  EXPECT_THAT(Hard("C/C++"), ElementsAre("C", "C++"));
  EXPECT_THAT(Hard("CI/CD, TCP/IP, PL/SQL"), ElementsAre("CI/CD", "TCP/IP", "PL/SQL"));
}

TEST(FindSkills, SplitsSentencesThatWereGluedTogether) {
  EXPECT_THAT(Hard("Knows Python.SQL helps."), ElementsAre("Python", "SQL"));
}

TEST(FindSkills, ReadsExcelAsAVerbWhereItIsOne) {
  EXPECT_THAT(Hard("You would excel at this. Excel at your work!"), IsEmpty());
  EXPECT_THAT(Hard("Excel in a fast-paced kitchen"), IsEmpty());
  EXPECT_THAT(Hard("proficient in Excel"), ElementsAre("Microsoft Excel"));
  EXPECT_THAT(Hard("Word, Excel and PowerPoint"),
              ElementsAre("Microsoft Word", "Microsoft Excel", "Microsoft PowerPoint"));
  EXPECT_THAT(Hard("strong Excel skills"), ElementsAre("Microsoft Excel"));
}

TEST(FindSkills, TakesSingleLettersOnlyWithEvidence) {
  EXPECT_THAT(Hard("Python, R and SQL"), ElementsAre("Python", "R", "SQL"));
  EXPECT_THAT(Hard("R programming"), ElementsAre("R"));
  EXPECT_THAT(Hard("experience in C"), ElementsAre("C"));
  EXPECT_THAT(Hard("J. R. Smith, C-level executive of our R&D, Section C"), IsEmpty());
  EXPECT_THAT(Hard("Vitamin C and r and c"), IsEmpty());
}

TEST(FindSkills, TakesOrdinaryWordsOnlyAsNames) {
  EXPECT_THAT(Hard("Go, Python"), ElementsAre("Go", "Python"));
  EXPECT_THAT(Hard("golang"), ElementsAre("Go"));
  EXPECT_THAT(Hard("Go to the store in spring. React to requests."), IsEmpty());
  EXPECT_THAT(Hard("a swift response and rust removal, a spark of joy"), IsEmpty());
  EXPECT_THAT(Hard("shipping across the Java Sea"), IsEmpty());
}

TEST(FindSkills, MatchesPluralsAndSingulars) {
  EXPECT_THAT(Hard("retaining wall"), ElementsAre("retaining walls"));
  EXPECT_THAT(Hard("a relational data model"), ElementsAre("data modeling"));
  EXPECT_THAT(Hard("not for sale"), IsEmpty());
}

TEST(FindSkills, SurvivesHostileText) {
  EXPECT_THAT(Hard(""), IsEmpty());
  EXPECT_THAT(Hard(std::string_view("\xC2\xE2\x80\xFF.+#&.\0 .n", 13)), IsEmpty());
  EXPECT_THAT(Hard(std::string(100000, '.')), IsEmpty());
  EXPECT_THAT(Hard("\xE2\x80\xA2Python\xE2\x80\xA2SQL\xC2\xA0"), ElementsAre("Python", "SQL"));
  std::string chain;
  for (int i = 0; i < 20000; ++i) chain += "a.b.";
  EXPECT_THAT(Hard(chain), IsEmpty());
}

TEST(SectorProfile, PutsSkillsWhereTheyAreUsed) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  const std::vector<std::string> skills = {"foundation design", "AutoCAD", "soil mechanics"};
  const std::vector<double> profile = vocabulary.SectorProfile(skills);
  ASSERT_EQ(profile.size(), vocabulary.sector_count());
  EXPECT_NEAR(std::accumulate(profile.begin(), profile.end(), 0.0), 1, 1e-9);
  const auto top = std::max_element(profile.begin(), profile.end()) - profile.begin();
  EXPECT_EQ(vocabulary.sector_name(static_cast<size_t>(top)), "Civil Engineering");
  EXPECT_THAT(profile, Each(::testing::Ge(0.0)));
}

TEST(SectorProfile, GivesParticularSkillsMoreSay) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  const std::vector<std::string> skills = {"Microsoft Office", "Microsoft Excel", "mixology"};
  const std::vector<double> profile = vocabulary.SectorProfile(skills);
  EXPECT_GT(profile[*vocabulary.FindSector("hospitality and service")], 0.6);
}

TEST(SectorProfile, IsZeroForUnknownSkills) {
  const std::vector<std::string> skills = {"basket weaving under water"};
  EXPECT_THAT(SkillVocabulary::Builtin().SectorProfile(skills), Each(0.0));
  EXPECT_THAT(SkillVocabulary::Builtin().SectorProfile({}), Each(0.0));
}

TEST(SkillVocabulary, NeighboursAreOtherSectors) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  for (size_t sector = 0; sector < vocabulary.sector_count(); ++sector) {
    EXPECT_GE(vocabulary.NeighbouringSectors(sector).size(), 2u);
    EXPECT_THAT(vocabulary.NeighbouringSectors(sector), Not(Contains(sector)));
    EXPECT_GE(vocabulary.GeneralSkills(sector).size(), 4u);
  }
}

TEST(SkillVocabulary, TellsSoftSkillsFromHardOnes) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  EXPECT_TRUE(vocabulary.IsSoftSkill("Empathy"));
  EXPECT_TRUE(vocabulary.IsSoftSkill("teamwork"));
  EXPECT_FALSE(vocabulary.IsSoftSkill("patient care"));
  EXPECT_FALSE(vocabulary.IsSoftSkill(""));
}

}  // namespace
}  // namespace dynajob
