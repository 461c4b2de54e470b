// Imports the real data where it is present; prints the shares of facts that were found.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "dynajob/core/text.h"

#include "jsonl_importer_testing.h"

namespace dynajob {
namespace {

using testing::HasSubstr;

// The folder with the real data, empty when there is none.
std::filesystem::path RealData() {
  if (const char* folder = std::getenv("DYNAJOB_REAL_DATA")) return folder;
  for (auto folder = std::filesystem::path(__FILE__).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / "CMakePresets.json"))
      return folder.parent_path() / "shared" / "data";
  }
  return {};
}

uint64_t CountLines(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string buffer(1 << 16, '\0');
  uint64_t lines = 0;
  for (int n = 0; (n = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;)
    lines += static_cast<uint64_t>(std::count(buffer.begin(), buffer.begin() + n, '\n'));
  gzclose(file);
  return lines;
}

void PrintFacts(const ImportReport& report) {
  const ImportFacts& facts = report.facts;
  const auto share = [&](uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(std::max<uint64_t>(report.imported, 1));
  };
  std::cout << report.file << ": " << report.rows << " rows, " << report.imported << " imported, "
            << report.duplicates << " duplicates, " << report.quarantined << " quarantined\n"
            << "  salary stated " << share(facts.salary_stated) << ", of these parsed "
            << static_cast<double>(facts.salary_known) /
                   static_cast<double>(std::max<uint64_t>(facts.salary_stated, 1))
            << "\n  seniority " << share(facts.seniority_known) << ", work mode "
            << share(facts.work_mode_known) << ", contract " << share(facts.contract_known)
            << ", position " << share(facts.position_known) << "\n  hard skills per row "
            << share(facts.hard_skills) << ", soft " << share(facts.soft_skills)
            << ", without hard " << share(facts.without_hard_skills) << "\n";
}

class RealRows : public JsonlImporter {
 protected:
  Outcome ImportReal(const char* name) {
    const auto path = RealData() / name;
    Outcome outcome = ImportPath(path);
    if (!outcome.report.ok()) {
      ADD_FAILURE() << outcome.report.error().message;
      return outcome;
    }
    const ImportReport& report = *outcome.report;
    EXPECT_EQ(report.imported + report.duplicates + report.quarantined, CountLines(path));
    EXPECT_EQ(report.quarantined, outcome.quarantined.size());
    for (const QuarantinedRow& row : outcome.quarantined)
      std::cout << row.line << ": " << row.reason << " (" << row.detail << ")\n";
    PrintFacts(report);
    return outcome;
  }
};

TEST_F(RealRows, JobsAreImportedWithTheirFacts) {
  if (!std::filesystem::exists(RealData() / "real_jobs.jsonl.gz"))
    GTEST_SKIP() << "no real data in " << RealData() << " (set DYNAJOB_REAL_DATA)";
  const Outcome outcome = ImportReal("real_jobs.jsonl.gz");
  ASSERT_TRUE(outcome.report.ok());
  const ImportFacts& facts = outcome.report->facts;
  EXPECT_GE(outcome.report->imported, 2700);
  EXPECT_GT(facts.salary_stated, 1000);
  EXPECT_GE(static_cast<double>(facts.salary_known),
            0.7 * static_cast<double>(facts.salary_stated));
  EXPECT_EQ(facts.work_mode_known, outcome.report->imported);
}

TEST_F(RealRows, CandidatesAreImportedWithTheirFacts) {
  if (!std::filesystem::exists(RealData() / "real_candidates.jsonl.gz"))
    GTEST_SKIP() << "no real data in " << RealData() << " (set DYNAJOB_REAL_DATA)";
  const Outcome outcome = ImportReal("real_candidates.jsonl.gz");
  ASSERT_TRUE(outcome.report.ok());
  EXPECT_GE(outcome.report->imported, 100);
  for (const Candidate& candidate : outcome.candidates) {
    EXPECT_EQ(SanitizeUtf8(candidate.resume), candidate.resume);
    EXPECT_THAT(candidate.resume, testing::Not(HasSubstr("\u00e2\u0080\u00a2"))) << candidate.id;
  }
}

}  // namespace
}  // namespace dynajob
