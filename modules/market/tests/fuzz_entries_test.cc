// Runs the fuzz entries on tricky inputs and seeded mutations of them, so that every test run
// exercises them under the sanitizers in use.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/testing/mutations.h"

#include "formats_testing.h"
#include "fuzz_testing.h"
#include "jsonl_importer_testing.h"

namespace dynajob {
namespace {

std::vector<std::string> Files() {
  std::vector<std::string> files = {"",
                                    "[",
                                    "]",
                                    "[,",
                                    "{",
                                    "<",
                                    "<script",
                                    "sep=;\n",
                                    "\"",
                                    ",\n,\n",
                                    "a,b\n\"x",
                                    "title,id\n\"a\"b,1\n",
                                    "[[[[[[",
                                    "[{\"@graph\":[[{\"@type\":\"JobPosting\"}]]}]",
                                    "\xFF\xFE",
                                    "\xFE\xFF\xD8",
                                    "\xFF\xFE\x00\xD8\x00",
                                    "PAR1",
                                    "\x28\xB5\x2F\xFD",
                                    std::string(3000, '['),
                                    "title;id\n" + std::string(3000, 'x') + ";1\n2;3\n",
                                    "id\ttitle\n1\tA \\\"b\\\"\n",
                                    "<script type=\"application/ld+json\">",
                                    "job_id|title\n'1'|'it''s'\n",
                                    "id,title\r1,a\r2,b",
                                    std::string(kCsvJobs),
                                    std::string(kJsonArray),
                                    std::string(kPage),
                                    std::string(kJob),
                                    EveryKindOfBadRow()};
  const size_t plain = files.size();
  for (size_t i = plain - 5; i < plain; ++i) {
    files.push_back(Zstd(files[i]));
    files.push_back(Gzip(files[i]));
    files.push_back(Utf16(files[i], i % 2 == 0));
  }
  files.push_back(Zstd(kCsvJobs) + Zstd(kCsvJobs));
  files.push_back(Zstd(kPage).substr(0, 40));
  return files;
}

TEST(FuzzEntries, RowReadersKeepTheirInvariants) {
  for (const std::string& file : Files()) EXPECT_NO_THROW(FuzzRowReaders(file)) << file;
  ForEachMutation(Files(), {.count = 1500}, [](const std::string& input) {
    EXPECT_NO_THROW(FuzzRowReaders(input)) << input;
  });
}

TEST(FuzzEntries, SkillsFilesKeepTheirInvariants) {
  const std::vector<std::string> files = {
      "",
      "skill",
      "skill,aliases\nKotlin,KT|kot\n",
      "Python | py\n# note\nC++\n",
      "conceptType,preferredLabel,altLabels,skillType\n"
      "KnowledgeSkillCompetence,manage musical staff,\"manage staff of music\nmusic "
      "staff\",skill\n",
      "O*NET-SOC Code\tExample\tCommodity Code\n11-1011.00\tSlack\t1\n",
      "O*NET-SOC Code\tElement ID\tElement Name\n11\t2.A.1.a\tReading Comprehension\n",
      Zstd("skill\nSnowboarding\n"),
      "\xFF\xFEs\0k\0",
      "((((",
      "R (language)\n()\n"};
  for (const std::string& file : files) EXPECT_NO_THROW(FuzzSkillsFile(file)) << file;
  ForEachMutation(files, {.count = 2000}, [](const std::string& input) {
    EXPECT_NO_THROW(FuzzSkillsFile(input)) << input;
  });
}

TEST(FuzzEntries, FactsInProseKeepTheirInvariants) {
  const std::vector<std::string> texts = {"",
                                          "$",
                                          "$1",
                                          "$45,000 to",
                                          "pay $20 - $25 an hour.",
                                          "salary: EUR 45.000 - 55.000 per year",
                                          "Job Type: Full-time",
                                          "Location: Denver, CO 80202",
                                          "based in ",
                                          "not a remote position",
                                          "3-5 years of experience",
                                          "R. C++ & .NET: k8s/JS",
                                          "401(k) recruiting. driving results",
                                          "Java-strong; our values: integrity",
                                          "\u20ac40k p.a.",
                                          std::string(kPage)};
  for (const std::string& text : texts) EXPECT_NO_THROW(FuzzTextFacts(text)) << text;
  ForEachMutation(texts, {.count = 2000},
                  [](const std::string& input) { EXPECT_NO_THROW(FuzzTextFacts(input)) << input; });
}

}  // namespace
}  // namespace dynajob
