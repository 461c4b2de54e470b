// Measures the extraction of skills on texts labelled by hand (labelled_texts.h).
#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"
#include "dynajob/market/vocabulary.h"

#include "labelled_texts.h"

namespace dynajob {
namespace {

using Names = std::set<std::string>;

Names Labels(std::string_view list) {
  Names labels;
  while (!list.empty()) {
    const size_t end = std::min(list.find(';'), list.size());
    labels.emplace(Trim(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  labels.erase("");
  return labels;
}

// Whether the vocabulary has the phrase at all; labels that it lacks can only be missed.
bool IsInVocabulary(const std::string& label) {
  const auto has = [&](std::span<const std::string> phrases) {
    return std::find(phrases.begin(), phrases.end(), label) != phrases.end();
  };
  return has(SkillVocabulary::Builtin().hard_skills()) ||
         has(SkillVocabulary::Builtin().soft_skills());
}

struct Score {
  size_t labelled = 0;
  size_t listed = 0;  // of the labels, those in the vocabulary
  size_t found = 0;
  size_t right = 0;

  double precision() const { return static_cast<double>(right) / static_cast<double>(found); }
  double recall() const { return static_cast<double>(right) / static_cast<double>(labelled); }
};

std::string Join(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Names Difference(const Names& a, const Names& b) {
  Names rest;
  for (const std::string& name : a)
    if (!b.contains(name)) rest.insert(name);
  return rest;
}

// Texts of both kinds go the way that an import takes them.
Score Measure(std::span<const LabelledText> texts, bool postings) {
  Score score;
  for (const LabelledText& sample : texts) {
    const std::string plain = PlainText(sample.text);
    const auto matches =
        SkillVocabulary::Builtin().FindSkills(postings ? MaskBoilerplate(plain) : plain);
    Names labels = Labels(sample.hard);
    labels.merge(Labels(sample.soft));
    Names found(matches.hard.begin(), matches.hard.end());
    found.insert(matches.soft.begin(), matches.soft.end());
    const Names wrong = Difference(found, labels);
    score.labelled += labels.size();
    score.listed +=
        static_cast<size_t>(std::count_if(labels.begin(), labels.end(), IsInVocabulary));
    score.found += found.size();
    score.right += found.size() - wrong.size();
    std::printf("%-24s wrong: %s\n%-24s missed: %s\n", std::string(sample.name).c_str(),
                Join(wrong).c_str(), "", Join(Difference(labels, found)).c_str());
  }
  std::printf(
      "precision %.3f, recall %.3f, of phrases in the vocabulary %.3f (%zu labelled, %zu found, "
      "%zu "
      "right)\n",
      score.precision(), score.recall(),
      static_cast<double>(score.right) / static_cast<double>(score.listed), score.labelled,
      score.found, score.right);
  return score;
}

TEST(SkillExtraction, AgreesWithReadersOfPostings) {
  ASSERT_GE(LabelledPostings().size() + LabelledResumes().size(), 60u);
  const Score score = Measure(LabelledPostings(), true);
  EXPECT_GE(score.precision(), 0.9);
  EXPECT_GE(score.recall(), 0.7);
}

TEST(SkillExtraction, AgreesWithReadersOfResumes) {
  const Score score = Measure(LabelledResumes(), false);
  EXPECT_GE(score.precision(), 0.9);
  EXPECT_GE(score.recall(), 0.7);
}

// No requirement but that what is found is mostly right: sixteen texts say little, and their recall
// is what it is.
TEST(SkillExtraction, IsMostlyRightOnTextsThatItWasNotTunedOn) {
  const Score score = Measure(LabelledHeldOut(), true);
  EXPECT_GE(score.precision(), 0.75);
  EXPECT_GE(score.recall(), 0.4);
}

}  // namespace
}  // namespace dynajob
