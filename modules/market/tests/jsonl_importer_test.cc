#include "dynajob/market/jsonl_importer.h"

#include <fstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/rng.h"

#include "jsonl_importer_testing.h"

namespace dynajob {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

auto Refused(uint64_t line, const std::string& reason) {
  return AllOf(Field("line", &QuarantinedRow::line, line),
               Field("reason", &QuarantinedRow::reason, reason));
}

TEST_F(JsonlImporter, ReadsAJobWithTypedFacts) {
  const Outcome outcome = Import(std::string(kJob) + "\n");
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_EQ(outcome.report->kind, ImportKind::kJobs);
  ASSERT_THAT(outcome.jobs, SizeIs(1));
  const Job& job = outcome.jobs[0];
  EXPECT_EQ(job.id, "a1");
  EXPECT_EQ(job.title, "Senior Data Analyst");
  EXPECT_EQ(job.company, "Initech");
  EXPECT_EQ(job.sector, "Banking");
  EXPECT_EQ(job.description, "We need Python and SQL skills.\n- Communication");
  EXPECT_EQ(job.salary, (SalaryRange{80000, 95000}));
  EXPECT_EQ(job.contract, ContractType::kFullTime);
  EXPECT_EQ(job.work_mode, WorkMode::kHybrid);
  EXPECT_EQ(job.seniority, Seniority::kSenior);
  ASSERT_TRUE(job.position.has_value());
  EXPECT_LT(DistanceKm(*job.position, {30.27, -97.74}), 10);
  EXPECT_THAT(job.technical_skills, Contains("Python"));
  EXPECT_THAT(job.technical_skills, Contains("SQL"));
  EXPECT_THAT(job.soft_skills, SizeIs(testing::Ge(1)));
  EXPECT_EQ(outcome.report->facts.salary_known, 1);
  EXPECT_EQ(outcome.report->facts.skills_extracted, 1);
}

TEST_F(JsonlImporter, ReadsACandidateWithTypedFacts) {
  const Outcome outcome = Import(kCandidate);
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_EQ(outcome.report->kind, ImportKind::kCandidates);
  ASSERT_THAT(outcome.candidates, SizeIs(1));
  const Candidate& candidate = outcome.candidates[0];
  EXPECT_EQ(candidate.id, "c1");
  EXPECT_EQ(candidate.category, "Data Science");
  EXPECT_EQ(candidate.resume, "Senior Data Analyst | Initech\nPython, SQL");
  EXPECT_EQ(candidate.expected_salary, 90000);
  EXPECT_EQ(candidate.seniority, Seniority::kSenior);
  EXPECT_EQ(candidate.preferred_work_mode, WorkMode::kRemote);
  EXPECT_TRUE(candidate.position.has_value());
  EXPECT_THAT(candidate.hard_skills, Contains("Python"));
}

TEST_F(JsonlImporter, ReadsTheNamesOfTheSpecification) {
  const Outcome outcome = Import(
      R"({"_id":{"$oid":"65ab"},"job_title":"Teller","description":"Cash.","salary":52000,)"
      R"("technical_skills":["Quantum basket weaving","Python"],"soft_skills":"patience; humour",)"
      R"("experience_requirements":["3 years of experience","Diploma"],"latitude":40,)"
      R"("longitude":-75.5,"seniority":"lead"})");
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  ASSERT_THAT(outcome.jobs, SizeIs(1));
  const Job& job = outcome.jobs[0];
  EXPECT_EQ(job.id, "65ab");
  EXPECT_EQ(job.title, "Teller");
  EXPECT_EQ(job.salary, (SalaryRange{52000, 52000}));
  // Phrases that the vocabulary does not know stay as they are.
  EXPECT_THAT(job.technical_skills, ElementsAre("Quantum basket weaving", "Python"));
  EXPECT_THAT(job.soft_skills, Contains("humour"));
  EXPECT_EQ(job.experience_requirements, "3 years of experience\nDiploma");
  EXPECT_EQ(job.position, (GeoPoint{40, -75.5}));
  EXPECT_EQ(job.seniority, Seniority::kLead);
  EXPECT_EQ(outcome.report->facts.skills_extracted, 0);
}

TEST_F(JsonlImporter, ReadsNumericIdsAndCommonDefects) {
  const Outcome outcome = Import(
      "\xEF\xBB\xBF{\"job_id\":17,\"title\":\"Clerk\",\"salary\":NaN,\"location\":null}\r\n"
      "{\"job_id\":\"18\",\"title\":\"Cook \xFF\",\"description\":\"lone \\ud800 and "
      "\\ud83d\\ude00\"}");
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_THAT(outcome.quarantined, IsEmpty());
  ASSERT_THAT(outcome.jobs, SizeIs(2));
  EXPECT_EQ(outcome.jobs[0].id, "17");
  EXPECT_EQ(outcome.jobs[0].salary, std::nullopt);
  EXPECT_EQ(outcome.jobs[0].work_mode, WorkMode::kUnknown);
  EXPECT_EQ(outcome.jobs[1].title, "Cook \ufffd");
  EXPECT_EQ(outcome.jobs[1].description, "lone \ufffd and \U0001F600");
}

ImportOptions ShortLines() {
  ImportOptions options;
  options.max_line_bytes = 4500;
  return options;
}

void ExpectEveryKindOfBadRow(const Outcome& outcome) {
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_THAT(
      outcome.quarantined,
      ElementsAre(Refused(2, "broken JSON"), Refused(3, "not an object"), Refused(5, "no id"),
                  Refused(6, "no text"), Refused(7, "wrong type"), Refused(8, "wrong type"),
                  Refused(10, "id repeated with different content"), Refused(11, "line too long"),
                  Refused(12, "broken JSON"), Refused(13, "broken JSON"),
                  Refused(14, "not an object"), Refused(15, "wrong type")));
  EXPECT_THAT(outcome.quarantined[4].detail, HasSubstr("title"));
  EXPECT_THAT(outcome.quarantined[5].detail, HasSubstr("technical_skills"));
  EXPECT_EQ(outcome.quarantined[7].raw.size(), kMaxRawBytes);
  EXPECT_EQ(outcome.quarantined[1].raw, "[1,2]");
  const ImportReport& report = *outcome.report;
  EXPECT_EQ(report.rows, 15);
  EXPECT_EQ(report.blank_lines, 1);
  EXPECT_EQ(report.imported, 2);
  EXPECT_EQ(report.duplicates, 1);
  EXPECT_EQ(report.quarantined, 12);
  EXPECT_EQ(report.quarantined_by_reason.at("wrong type"), 3);
  EXPECT_EQ(report.quarantined_by_reason.at("broken JSON"), 3);
  EXPECT_EQ(report.corrupt, "");
  ASSERT_THAT(outcome.jobs, SizeIs(2));
  EXPECT_EQ(outcome.jobs[1].id, "j");
}

TEST_F(JsonlImporter, QuarantinesEveryKindOfBadRowAndGoesOn) {
  ExpectEveryKindOfBadRow(Import(EveryKindOfBadRow(), ShortLines()));
}

TEST_F(JsonlImporter, ReadsGzipLikePlainText) {
  ExpectEveryKindOfBadRow(Import(Gzip(EveryKindOfBadRow()), ShortLines()));
}

TEST_F(JsonlImporter, ReadsSeveralGzipMembersAsOneText) {
  const std::string text = EveryKindOfBadRow();
  ExpectEveryKindOfBadRow(Import(
      Gzip(text.substr(0, 700)) + Gzip(text.substr(700)) + std::string(10, '\0'), ShortLines()));
}

TEST_F(JsonlImporter, TruncatedGzipGivesWhatWasReadAndSaysWhere) {
  std::string text;
  Rng rng = Rng::Derive(1, "test-gzip");
  for (int i = 0; i < 400; ++i)  // random digits, so that the compressed file spans many blocks
    text +=
        R"({"job_id":")" + std::to_string(i) + R"(","title":"T )" + std::to_string(rng()) + "\"}\n";
  const std::string whole = Gzip(text);
  const Outcome outcome = Import(whole.substr(0, whole.size() / 2));
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_THAT(outcome.report->corrupt, HasSubstr("byte " + std::to_string(whole.size() / 2)));
  EXPECT_GT(outcome.report->imported, 100);
  EXPECT_LT(outcome.report->imported, 300);
  ASSERT_THAT(outcome.quarantined, SizeIs(1));
  EXPECT_THAT(outcome.quarantined[0], Refused(outcome.report->imported + 1, "corrupt gzip"));
  EXPECT_EQ(outcome.report->rows, outcome.report->imported + 1);
}

TEST_F(JsonlImporter, DamagedGzipIsReportedAsCorrupt) {
  std::string bytes = Gzip(EveryKindOfBadRow());
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 0x55);  // the checksum
  const Outcome outcome = Import(bytes);
  ASSERT_TRUE(outcome.report.ok());
  EXPECT_THAT(outcome.report->corrupt, HasSubstr("damaged"));
  EXPECT_EQ(outcome.report->quarantined_by_reason.at("corrupt gzip"), 1);

  const Outcome garbage = Import(Gzip(std::string(kJob) + "\n") + "garbage");
  ASSERT_TRUE(garbage.report.ok());
  EXPECT_EQ(garbage.report->imported, 1);
  EXPECT_THAT(garbage.report->corrupt, HasSubstr("byte"));
}

TEST_F(JsonlImporter, EmptyFilesImportNothing) {
  for (const std::string& bytes : {std::string(), std::string("\n \n\n"), Gzip("")}) {
    const Outcome outcome = Import(bytes);
    ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
    EXPECT_EQ(outcome.report->rows, 0);
    EXPECT_EQ(outcome.report->corrupt, "");
    EXPECT_THAT(outcome.batches, IsEmpty());
  }
}

TEST_F(JsonlImporter, FileOfOnlyBrokenRowsIsQuarantinedWhole) {
  const Outcome outcome = Import("{\n}\n{\"a\":}\nnot json\n");
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_EQ(outcome.report->rows, 4);
  EXPECT_EQ(outcome.report->quarantined, 4);
  EXPECT_EQ(outcome.report->imported, 0);
}

TEST_F(JsonlImporter, MissingFileAndFolderAreErrors) {
  const Outcome missing = ImportPath(folder_ / "nothing.jsonl");
  ASSERT_FALSE(missing.report.ok());
  EXPECT_EQ(missing.report.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.report.error().message, HasSubstr("nothing.jsonl"));
  const Outcome folder = ImportPath(folder_);
  ASSERT_FALSE(folder.report.ok());
  EXPECT_EQ(folder.report.error().code, ErrorCode::kIo);
}

TEST_F(JsonlImporter, DeepNestingIsRefusedWithoutHarm) {
  std::string nested = R"({"job_id":"d","title":"x","other":)" + std::string(100'000, '[') + "\n";
  nested += R"({"job_id":"e","title":"Fine","other":{"a":[{"title":"not this one"}]}})";
  const Outcome outcome = Import(nested);
  ASSERT_TRUE(outcome.report.ok());
  EXPECT_THAT(outcome.quarantined, ElementsAre(Refused(1, "broken JSON")));
  ASSERT_THAT(outcome.jobs, SizeIs(1));
  EXPECT_EQ(outcome.jobs[0].title, "Fine");
}

TEST_F(JsonlImporter, TellsTheKindByTheFirstRowWithTellingFields) {
  const Outcome outcome = Import(
      "{\"id\":\"1\"}\n{\"id\":\"2\",\"resume\":\"Chef\"}\n{\"id\":\"3\",\"title\":\"Chef\"}\n");
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_EQ(outcome.report->kind, ImportKind::kCandidates);
  EXPECT_EQ(outcome.report->imported, 1);
  EXPECT_THAT(outcome.quarantined,
              ElementsAre(Refused(1, "unknown fields"), Refused(3, "no text")));
}

TEST_F(JsonlImporter, AmbiguousKindIsAnErrorThatNamesTheKey) {
  for (const char* text : {R"({"job_id":"1","candidate_id":"2","title":"x","resume":"y"})",
                           R"({"id":"1","title":"x","bio":"y"})", R"({"id":"1","name":"x"})"}) {
    const Outcome outcome = Import(text);
    ASSERT_FALSE(outcome.report.ok()) << text;
    EXPECT_EQ(outcome.report.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(outcome.report.error().message, HasSubstr("import.kind"));
  }
  ImportOptions options;
  options.kind = ImportKind::kJobs;
  EXPECT_TRUE(Import(R"({"id":"1","title":"x","bio":"y"})", options).report.ok());
}

TEST_F(JsonlImporter, FieldNamesComeFromTheConfiguration) {
  ImportOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  ASSERT_TRUE(registry.Set("import.job.id=ref").ok());
  ASSERT_TRUE(registry.Set("import.job.title=headline|role").ok());
  ASSERT_TRUE(registry.Set("import.kind=jobs").ok());
  EXPECT_FALSE(registry.Set("import.batch_rows=0").ok());
  EXPECT_FALSE(registry.Set("import.kind=people").ok());
  const Outcome outcome =
      Import(R"({"ref":"7","headline":"","role":"Welder","job_id":"8"})", options);
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  ASSERT_THAT(outcome.jobs, SizeIs(1));
  EXPECT_EQ(outcome.jobs[0].id, "7");
  EXPECT_EQ(outcome.jobs[0].title, "Welder");

  options.job.id = " | ";
  const Outcome invalid = Import(kJob, options);
  ASSERT_FALSE(invalid.report.ok());
  EXPECT_THAT(invalid.report.error().message, HasSubstr("import.job.id"));
}

TEST_F(JsonlImporter, HandsRowsOverInBatches) {
  std::string text;
  for (int i = 0; i < 7; ++i)
    text += R"({"job_id":)" + std::to_string(i) +
            R"(,"title":"T"})"
            "\n";
  ImportOptions options;
  options.batch_rows = 3;
  EXPECT_THAT(Import(text, options).batches, ElementsAre(3, 3, 1));
}

TEST_F(JsonlImporter, FailuresOfSinkAndQuarantineStopTheImport) {
  const auto path = Write(EveryKindOfBadRow());
  const auto full = [](auto&&) -> Status { return IoError("disk full"); };
  const auto fine = [](auto&&) { return Status::Ok(); };
  const auto sink_failed = ImportFile(path, {}, {full, full}, fine);
  ASSERT_FALSE(sink_failed.ok());
  EXPECT_EQ(sink_failed.error().message, "disk full");
  const auto quarantine_failed = ImportFile(path, {}, {fine, fine}, full);
  ASSERT_FALSE(quarantine_failed.ok());
  EXPECT_EQ(quarantine_failed.error().code, ErrorCode::kIo);
}

TEST_F(JsonlImporter, StopsWhenCancelledAndReportsProgress) {
  struct Recorder : ProgressSink {
    void Report(const ProgressEvent& event) override { events.push_back(event); }
    std::vector<ProgressEvent> events;
  } recorder;
  const auto path = Write(EveryKindOfBadRow());
  ASSERT_TRUE(ImportPath(path, {}, &recorder).report.ok());
  ASSERT_FALSE(recorder.events.empty());
  EXPECT_EQ(recorder.events.back().done, std::filesystem::file_size(path));
  EXPECT_EQ(recorder.events.back().total, std::filesystem::file_size(path));

  CancellationToken token;
  token.Cancel();
  const Outcome outcome = ImportPath(path, {}, nullptr, &token);
  ASSERT_FALSE(outcome.report.ok());
  EXPECT_EQ(outcome.report.error().code, ErrorCode::kCancelled);
  EXPECT_THAT(outcome.jobs, IsEmpty());
}

TEST_F(JsonlImporter, QuarantineFileHoldsOneJsonObjectPerRow) {
  const auto path = folder_ / "quarantine.jsonl";
  {
    const QuarantineWriter writer = JsonlQuarantineWriter(path);
    EXPECT_FALSE(std::filesystem::exists(path));  // a clean import leaves no file
    ASSERT_TRUE(writer({"jobs.jsonl", 3, "no id", "none of id", "{\"a\": \"\xFF\"}"}).ok());
    ASSERT_TRUE(writer({"jobs.jsonl", 9, "broken JSON", "", "{"}).ok());
  }
  std::ifstream file(path);
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  const auto first = nlohmann::json::parse(line);
  EXPECT_EQ(first.at("file"), "jobs.jsonl");
  EXPECT_EQ(first.at("line"), 3);
  EXPECT_EQ(first.at("reason"), "no id");
  EXPECT_EQ(first.at("raw"), "{\"a\": \"\ufffd\"}");
  ASSERT_TRUE(std::getline(file, line));
  EXPECT_EQ(nlohmann::json::parse(line).at("line"), 9);

  const Status failed = JsonlQuarantineWriter(folder_ / "no" / "such" / "folder")({});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
}

TEST_F(JsonlImporter, ReadsDatesAndCountsThoseThatAreNone) {
  constexpr int64_t kFirstOfMay = 1714521600000;  // 2024-05-01T00:00:00Z
  const auto outcome =
      Import(R"({"job_id":"a","title":"x","datePosted":"2024-05-01","validThrough":"2024-05-01"})"
             "\n"
             R"({"job_id":"b","title":"x","posted_at":{"$date":"2024-05-01T02:00:00Z"},)"
             R"("expires":"2024-05-01T02:00:00+01:00"})"
             "\n"
             R"({"job_id":"c","title":"x","posted_date":"3 days ago","expires":1714521600000})"
             "\n"
             R"({"job_id":"d","title":"x","posted_date":"","expires":null})"
             "\n");
  ASSERT_TRUE(outcome.report.ok());
  ASSERT_EQ(outcome.jobs.size(), 4u);
  EXPECT_EQ(outcome.jobs[0].posted_ms, kFirstOfMay);
  EXPECT_EQ(outcome.jobs[0].expires_ms, kFirstOfMay + 86'400'000) << "open on its last day";
  EXPECT_EQ(outcome.jobs[1].posted_ms, kFirstOfMay + 7'200'000);
  EXPECT_EQ(outcome.jobs[1].expires_ms, kFirstOfMay + 3'600'000);
  for (const size_t undated : {2, 3}) {
    EXPECT_EQ(outcome.jobs[undated].posted_ms, std::nullopt);
    EXPECT_EQ(outcome.jobs[undated].expires_ms, std::nullopt);
  }
  EXPECT_EQ(outcome.report->facts.posted_known, 2u);
  EXPECT_EQ(outcome.report->facts.expires_known, 2u);
  EXPECT_EQ(outcome.report->facts.bad_dates, 2u);
}

}  // namespace
}  // namespace dynajob
