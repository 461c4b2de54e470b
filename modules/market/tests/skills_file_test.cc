#include "dynajob/market/skills_file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "formats_testing.h"

namespace dynajob {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Result<SkillsFile> Read(std::string_view bytes) {
  const auto path =
      std::filesystem::temp_directory_path() / ("dynajob_skills_" + std::to_string(::getpid()));
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  auto file = ReadSkillsFile(path);
  std::filesystem::remove(path);
  return file;
}

TEST(SkillsFile, ReadsEscoAsItIs) {
  const auto file = Read(
      "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels\n"
      "KnowledgeSkillCompetence,http://x/1,skill/competence,sector-specific,operate beekeeping "
      "equipment,\"use beekeeping tools\nhandle hives\",\n"
      "KnowledgeSkillCompetence,http://x/2,knowledge,cross-sector,Haskell (computer "
      "programming),Haskell programming,\n"
      "KnowledgeSkillCompetence,http://x/3,attitude,cross-sector,show solidarity,,\n");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->format, "ESCO");
  ASSERT_EQ(file->skills.size(), 3u);
  EXPECT_EQ(file->skills[0].phrase, "operate beekeeping equipment");
  EXPECT_THAT(file->skills[0].spellings, ElementsAre("use beekeeping tools", "handle hives"));
  EXPECT_EQ(file->skills[1].phrase, "Haskell");
  EXPECT_TRUE(file->skills[2].soft);
}

TEST(SkillsFile, ReadsOnetAsItIs) {
  const auto tools = Read(
      "O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\tHot Technology\tIn Demand\n"
      "11-1011.00\tSlack\t43232000\tChat\tY\tN\n"
      "15-1252.00\tSlack\t43232000\tChat\tY\tN\n"
      "15-1252.00\tWireMock Studio\t43232000\tTest\tN\tN\n");
  ASSERT_TRUE(tools.ok()) << tools.error().message;
  EXPECT_EQ(tools->format, "O*NET technology skills");
  ASSERT_EQ(tools->skills.size(), 2u);
  EXPECT_EQ(tools->skills[0].phrase, "Slack");
  const auto skills = Read(
      "O*NET-SOC Code\tElement ID\tElement Name\tScale ID\tData Value\n"
      "11-1011.00\t2.A.1.b\tActive Listening\tIM\t4.0\n");
  ASSERT_TRUE(skills.ok()) << skills.error().message;
  EXPECT_TRUE(skills->skills.at(0).soft);
}

TEST(SkillsFile, ReadsTablesAndLists) {
  const auto table = Read(Zstd("Skill;Aliases\nBeekeeping;apiculture|bee keeping\n"));
  ASSERT_TRUE(table.ok()) << table.error().message;
  EXPECT_EQ(table->format, "table");
  EXPECT_THAT(table->skills.at(0).spellings, ElementsAre("apiculture", "bee keeping"));
  const auto list = Read("# mine\nBeekeeping | apiculture\n\nGlass blowing\n");
  ASSERT_TRUE(list.ok()) << list.error().message;
  EXPECT_EQ(list->format, "list");
  EXPECT_EQ(list->skills.size(), 2u);
  const auto empty = Read("\n");
  ASSERT_FALSE(empty.ok());
  EXPECT_THAT(empty.error().message, HasSubstr("holds no skill"));
}

TEST(ExtendedVocabulary, FindsImportedSkillsAndGuardsSingleWords) {
  const ImportedSkill imported[] = {
      {"glass blowing", {"blow glass"}, false}, {"Slack", {}, false},      {"scratch", {}, false},
      {"JavaScript", {"Vanilla JS"}, false},    {"stewardship", {}, true}, {"++", {}, false}};
  VocabularyGrowth growth;
  const auto vocabulary = SkillVocabulary::Extended(imported, &growth);
  EXPECT_EQ(growth.new_skills, 4u);
  EXPECT_EQ(growth.known_skills, 1u);
  EXPECT_EQ(growth.new_spellings, 2u);
  EXPECT_EQ(growth.refused_spellings, 1u);
  EXPECT_THAT(vocabulary->FindSkills("You blow glass").hard, ElementsAre("glass blowing"));
  EXPECT_THAT(vocabulary->FindSkills("We talk on Slack.").hard, ElementsAre("Slack"));
  EXPECT_THAT(vocabulary->FindSkills("cut them some slack").hard, IsEmpty());
  EXPECT_THAT(vocabulary->FindSkills("we start from scratch here").hard, IsEmpty());
  EXPECT_THAT(vocabulary->FindSkills("Python, scratch and SQL").hard,
              ElementsAre("Python", "scratch", "SQL"));
  EXPECT_THAT(vocabulary->FindSkills("vanilla JS").hard, ElementsAre("JavaScript"));
  EXPECT_THAT(vocabulary->FindSkills("Skills: stewardship").soft, Contains("stewardship"));
  EXPECT_THAT(SkillVocabulary::Builtin().FindSkills("You blow glass").hard, IsEmpty());
}

TEST(Mentions, KnowTheirPlaces) {
  const std::string text = "Uses k8s; leads a team. JS, k8s.";
  const auto mentions = SkillVocabulary::Builtin().FindMentions(text);
  std::vector<std::string> words;
  for (const SkillMention& mention : mentions)
    words.push_back(text.substr(mention.begin, mention.end - mention.begin));
  EXPECT_THAT(words, Contains("k8s").Times(2));
  EXPECT_THAT(words, Contains("JS"));
}

TEST(EagerPhrases, NeedEvidence) {
  const auto hard = [](std::string_view text) {
    return SkillVocabulary::Builtin().FindSkills(text).hard;
  };
  for (const char* text :
       {"You are driving results in a growing firm", "We take compliance seriously every day",
        "the recruiting team will call you", "support our internal audit team as needed",
        "work with procurement, sales and finance colleagues", "a clean driving record is needed"})
    EXPECT_THAT(hard(text), IsEmpty()) << text;
  EXPECT_THAT(hard("experience in compliance"), ElementsAre("compliance"));
  EXPECT_THAT(hard("Duties:\n- Driving\n- Packing orders"), Contains("driving"));
  EXPECT_THAT(hard("Safe driving of vans"), Contains("driving"));
  EXPECT_THAT(hard("Skills: recruiting, payroll, internal audit"),
              ElementsAre("recruiting", "payroll", "internal audit"));
  EXPECT_THAT(hard("the sales team and other people"), Not(Contains("sales")));
}

}  // namespace
}  // namespace dynajob
