// CSV, JSON, JSON-LD, encodings and compressions through ImportFile.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats_testing.h"
#include "jsonl_importer_testing.h"

namespace dynajob {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

// Imports bytes under a file name, with what the importer announces.
class ImportFormats : public JsonlImporter {
 protected:
  Outcome ImportAs(const std::string& name, std::string_view bytes, ImportOptions options = {}) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    Outcome outcome;
    const ImportSink sink{.put_jobs =
                              [&](std::vector<Job> jobs) {
                                for (Job& job : jobs) outcome.jobs.push_back(std::move(job));
                                return Status::Ok();
                              },
                          .put_candidates =
                              [&](std::vector<Candidate> candidates) {
                                for (Candidate& candidate : candidates)
                                  outcome.candidates.push_back(std::move(candidate));
                                return Status::Ok();
                              },
                          .postings = &postings_,
                          .put_duplicate =
                              [&](const DuplicatePosting& duplicate) {
                                duplicates_.push_back(duplicate);
                                return Status::Ok();
                              },
                          .announce = [&](const ImportPlan& plan) { plan_ = plan; }};
    outcome.report = ImportFile(path, options, sink, [&](const QuarantinedRow& row) {
      outcome.quarantined.push_back(row);
      return Status::Ok();
    });
    return outcome;
  }

  PostingIndex postings_;
  std::vector<DuplicatePosting> duplicates_;
  ImportPlan plan_;
};

auto Titled(const std::string& title) { return Field("title", &Job::title, title); }
auto Because(const std::string& reason) { return Field("reason", &QuarantinedRow::reason, reason); }

TEST_F(ImportFormats, CsvMapsItsHeaderAndSaysSo) {
  const Outcome outcome = ImportAs("jobs.csv", kCsvJobs);
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_THAT(outcome.quarantined, IsEmpty());
  ASSERT_THAT(outcome.jobs, SizeIs(2));
  EXPECT_EQ(outcome.jobs[0].id, "1");
  EXPECT_EQ(outcome.jobs[0].title, "Data Analyst");
  EXPECT_EQ(outcome.jobs[0].company, "Initech");
  EXPECT_EQ(outcome.jobs[0].description, "Python, SQL and \"Excel\"");
  EXPECT_EQ(outcome.jobs[0].salary, (SalaryRange{80000, 95000}));
  EXPECT_EQ(outcome.jobs[1].description, "Cook\nand bake");
  EXPECT_EQ(plan_.format, ImportFormat::kCsv);
  EXPECT_EQ(plan_.dialect, CsvDialect{});
  EXPECT_THAT(plan_.ignored, ElementsAre("Notes"));
  EXPECT_THAT(plan_.ToText(), HasSubstr("Job Title -> job_title"));
}

TEST_F(ImportFormats, CsvDialectsAreGuessed) {
  const std::string rows[] = {"id;title;description\n1;Chef;\"a; b\"\n2;Cook;c, d, e\n",
                              "id\ttitle\tdescription\n1\tChef\ta; b\n2\tCook\tc, d, e\n",
                              "id|title|description\r\n1|Chef|a; b\r\n2|Cook|'c, d, e'\r\n",
                              "sep=;\nid;title;description\n1;Chef;\"a; b\"\n2;Cook;c, d, e\n",
                              "id,title,description\r1,Chef,a; b\r2,Cook,'c, d, e'\r",
                              "\xEF\xBB\xBFid,title,description\n1,Chef,a; b\n2,Cook,\"c, d, e\"",
                              "id,title,description\n1,Chef,a; b\n\n2,\"Cook\",\"c, d, e\"\n"};
  for (const std::string& text : rows) {
    SCOPED_TRACE(text);
    const Outcome outcome = ImportAs("jobs.csv", text);
    ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
    EXPECT_THAT(outcome.quarantined, IsEmpty());
    ASSERT_THAT(outcome.jobs, ElementsAre(Titled("Chef"), Titled("Cook")));
    EXPECT_EQ(outcome.jobs[0].description, "a; b");
    EXPECT_EQ(outcome.jobs[1].description, "c, d, e");
  }
  const Outcome escaped =
      ImportAs("jobs.csv", "id,title,description\n1,Chef,\"the \\\"best\\\", truly\"\n");
  EXPECT_EQ(escaped.jobs.at(0).description, "the \"best\", truly");
  EXPECT_TRUE(plan_.dialect.backslash);
}

TEST_F(ImportFormats, CsvEncodingsAreGuessed) {
  const std::string latin = "id,title\n1,Caf\xE9 \x96 Chef \x80\n";
  ASSERT_THAT(ImportAs("jobs.csv", latin).jobs, ElementsAre(Titled("Caf\u00e9 - Chef \u20ac")));
  EXPECT_EQ(plan_.encoding, "Windows-1252");
  for (const bool little_endian : {true, false}) {
    const Outcome outcome = ImportAs("jobs.csv", Utf16(kCsvJobs, little_endian));
    EXPECT_THAT(outcome.jobs, ElementsAre(Titled("Data Analyst"), Titled("Chef")));
    EXPECT_THAT(plan_.encoding, StartsWith("UTF-16"));
  }
}

TEST_F(ImportFormats, BadCsvRowsAreQuarantinedAlone) {
  const Outcome outcome = ImportAs("jobs.csv",
                                   "id,title,description\n"
                                   "1,Chef,fine\n"
                                   "2,Cook\n"
                                   "3,Baker,a,b\n"
                                   "4,\"Clerk\"s,broken\n"
                                   "5,Driver,\"opened and never closed\n"
                                   "6,Nurse,fine\n"
                                   "7,Tutor,fine\n");
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_THAT(outcome.jobs, ElementsAre(Titled("Chef"), Titled("Nurse"), Titled("Tutor")));
  EXPECT_THAT(outcome.quarantined,
              ElementsAre(Because("wrong number of fields"), Because("wrong number of fields"),
                          Because("broken quotes"), Because("broken quotes")));
  EXPECT_EQ(outcome.quarantined.at(0).line, 3);
  EXPECT_EQ(outcome.quarantined.at(0).detail, "2 instead of 3");
  EXPECT_EQ(outcome.quarantined.at(3).line, 6);
  EXPECT_EQ(outcome.quarantined.at(3).raw, "5,Driver,\"opened and never closed");
}

TEST_F(ImportFormats, CsvSettingsOverrideTheGuess) {
  ImportOptions options;
  options.csv.delimiter = "~";
  options.csv.quote = "none";
  options.csv.header = false;
  options.csv.columns = {"id", "title", ""};
  EXPECT_THAT(ImportAs("jobs.csv", "1~\"Chef~x\n2~Cook~y\n", options).jobs,
              ElementsAre(Titled("\"Chef"), Titled("Cook")));
  options.csv.delimiter = "semicolon";
  const Outcome refused = ImportAs("jobs.csv", "1~Chef\n", options);
  ASSERT_FALSE(refused.report.ok());
  EXPECT_THAT(refused.report.error().message, HasSubstr("import.csv.delimiter is 'semicolon'"));
  ImportOptions renamed;
  renamed.job.title = "headline";
  EXPECT_THAT(ImportAs("x.csv", "id,Headline\n1,Chef\n", renamed).jobs,
              ElementsAre(Titled("Chef")));
  const Outcome unknown = ImportAs("x.csv", "foo,bar\n1,2\n");
  ASSERT_FALSE(unknown.report.ok());
  EXPECT_THAT(unknown.report.error().message, HasSubstr("foo, bar"));
}

TEST_F(ImportFormats, JsonArraysAreReadElementByElement) {
  const Outcome outcome = ImportAs("jobs.json", kJsonArray);
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_EQ(plan_.format, ImportFormat::kJson);
  ASSERT_THAT(outcome.jobs, ElementsAre(Titled("Chef"), Titled("Nurse"), Titled("Cook")));
  EXPECT_EQ(outcome.jobs[0].description, "a ] and } and \" within");
  EXPECT_THAT(outcome.quarantined, ElementsAre(Because("broken JSON"), Because("not an object"),
                                               Because("not an object")));
  EXPECT_EQ(outcome.quarantined.at(0).line, 4);
}

TEST_F(ImportFormats, JsonElementsMayBeLongOrCutShort) {
  ImportOptions options;
  options.max_line_bytes = 2000;
  const Outcome outcome = ImportAs(
      "jobs.json",
      "[{\"id\":\"1\",\"title\":\"Chef\",\"job_description\":\"" + std::string(300'000, 'x') +
          "\"},\n{\"id\":\"2\",\"job_title\":\"Cook\"},{\"id\":\"3\",\"job_title\":\"Nu",
      options);
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_THAT(outcome.jobs, ElementsAre(Titled("Cook")));
  EXPECT_THAT(outcome.quarantined, ElementsAre(Because("line too long"), Because("broken JSON")));
}

TEST_F(ImportFormats, PostingsOfPagesAreFlattened) {
  const Outcome outcome = ImportAs("page.html", kPage);
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_EQ(plan_.format, ImportFormat::kHtml);
  EXPECT_THAT(outcome.quarantined, IsEmpty());
  ASSERT_THAT(outcome.jobs, ElementsAre(Titled("Site Engineer"), Titled("Chef")));
  const Job& job = outcome.jobs[0];
  EXPECT_EQ(job.id, "R-17");
  EXPECT_EQ(job.company, "Initech");
  EXPECT_EQ(job.description, "Supervise concrete pours .");
  EXPECT_EQ(job.location, "Denver, CO 80202, US");
  EXPECT_EQ(job.position, (GeoPoint{39.74, -104.99}));
  EXPECT_EQ(job.salary, (SalaryRange{62400, 84240}));
  EXPECT_EQ(job.contract, ContractType::kFullTime);
  EXPECT_EQ(job.work_mode, WorkMode::kRemote);
  // Another currency is kept as it is written, and no number is made of it.
  EXPECT_EQ(outcome.jobs[1].id, "https://example.com/chef");
  EXPECT_EQ(outcome.jobs[1].salary, std::nullopt);
  EXPECT_EQ(outcome.jobs[1].description, "Cook in Berlin\nPay: EUR 3200 per month");
  EXPECT_EQ(outcome.report->facts.salary_other_currency, 1);
}

TEST_F(ImportFormats, DatesAreReadFromEveryFormat) {
  constexpr int64_t kDay = 86'400'000;
  constexpr int64_t kFirstOfMay = 1714521600000;  // 2024-05-01T00:00:00Z
  constexpr int64_t kEndOfJune1 = kFirstOfMay + 32 * kDay;
  const std::pair<const char*, std::string> files[] = {
      {"rows.jsonl", R"({"id": "1", "title": "Chef", "datePosted": "2024-05-01",)"
                     R"( "validThrough": {"$date": "2024-06-02T00:00:00Z"}})"},
      {"array.json", R"([{"id": "1", "title": "Chef", "posted_at": {"$date": "2024-05-01"},)"
                     R"( "expires": "2024-06-01"}])"},
      {"table.csv", "ID;Title;Date Posted;Valid Through\n1;Chef;2024-05-01;2024-06-01\n"},
      {"page.html", std::string(kPage)}};
  for (const auto& [name, text] : files) {
    SCOPED_TRACE(name);
    const Outcome outcome = ImportAs(name, text);
    ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
    ASSERT_FALSE(outcome.jobs.empty());
    EXPECT_EQ(outcome.jobs[0].posted_ms, kFirstOfMay);
    EXPECT_EQ(outcome.jobs[0].expires_ms, kEndOfJune1);
    EXPECT_EQ(outcome.report->facts.posted_known, 1u);
    EXPECT_EQ(outcome.report->facts.bad_dates, 0u);
  }
}

TEST_F(ImportFormats, PostingsWithoutAnIdGetTheSameOneEveryTime) {
  const std::string posting = R"({"@type":"JobPosting","title":"Chef","description":"Cook."})";
  const Outcome first = ImportAs("a.jsonl", posting);
  const Outcome again = ImportAs("b.json", "[" + posting + "]");
  ASSERT_THAT(first.jobs, SizeIs(1));
  ASSERT_THAT(again.jobs, SizeIs(1));
  EXPECT_THAT(first.jobs[0].id, StartsWith("posting-"));
  EXPECT_EQ(first.jobs[0].id, again.jobs[0].id);
  EXPECT_THAT(ImportAs("c.json", R"([{"@type":"Person","name":"Ann"}])").quarantined,
              ElementsAre(Because("no JobPosting")));
}

TEST_F(ImportFormats, OtherRowsWithoutAnIdGetOneWhenAsked) {
  const std::string row = R"({"title":"Chef","description":"Cook.","job_id":null})";
  ImportOptions options;
  options.kind = ImportKind::kJobs;
  EXPECT_THAT(ImportAs("a.jsonl", row, options).quarantined, ElementsAre(Because("no id")));
  options.missing_id = MissingIdPolicy::kGenerate;
  const Outcome outcome = ImportAs("a.jsonl", row + "\n" + row, options);
  ASSERT_THAT(outcome.jobs, SizeIs(1));
  EXPECT_THAT(outcome.jobs[0].id, StartsWith("job-"));
  EXPECT_EQ(outcome.report->duplicates, 1);
}

TEST_F(ImportFormats, ZstdIsReadLikeGzip) {
  for (const std::string& bytes : {Zstd(kCsvJobs), Gzip(kCsvJobs)}) {
    EXPECT_THAT(ImportAs("jobs.csv.zst", bytes).jobs, SizeIs(2));
    EXPECT_NE(plan_.compression, "none");
  }
  const std::string jobs = std::string(kJob) + "\n";
  EXPECT_EQ(ImportAs("two.zst", Zstd(jobs) + Zstd(jobs)).report->duplicates, 1);
  std::string many;
  for (int i = 0; i < 20'000; ++i)
    many += "{\"job_id\":\"" + std::to_string(i) + "\",\"title\":\"t" +
            std::to_string(i * 7919 % 10007) + "\"}\n";
  const std::string whole = Zstd(many);
  const Outcome cut = ImportAs("cut.zst", whole.substr(0, whole.size() / 2));
  ASSERT_TRUE(cut.report.ok()) << cut.report.error().message;
  EXPECT_THAT(cut.report->corrupt, HasSubstr("zstd data end too early"));
  EXPECT_GT(cut.report->imported, 100);
  EXPECT_THAT(cut.quarantined, ElementsAre(Because("corrupt zstd")));
  std::string damaged = whole;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  EXPECT_THAT(ImportAs("bad.zst", damaged).report->corrupt, HasSubstr("zstd"));
}

TEST_F(ImportFormats, FormatsThatCannotBeReadAreRefusedWithAWayOut) {
  const std::pair<std::string, std::string> refused[] = {{"PAR1....", "Parquet"},
                                                         {"PK\x03\x04...", "CSV"},
                                                         {"%PDF-1.7", "PDF"},
                                                         {"BZh9", "bzcat"},
                                                         {"\xFD"
                                                          "7zXZ",
                                                          "xzcat"}};
  for (const auto& [bytes, hint] : refused) {
    const Outcome outcome = ImportAs("file", bytes);
    ASSERT_FALSE(outcome.report.ok());
    EXPECT_EQ(outcome.report.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(outcome.report.error().message, HasSubstr(hint));
  }
}

std::string Posting(const std::string& id, const std::string& place, const std::string& style) {
  return "{\"job_id\":\"" + id +
         "\",\"title\":\"Line Cook\",\"company\":\"Grill\",\"location\":\"" + place +
         "\",\"description\":\"" + style +
         " We are looking for a cook who can run the grill station, prepare sauces, keep the "
         "kitchen "
         "clean and train others, five days a week.\"}\n";
}

TEST_F(ImportFormats, SamePostingsUnderOtherIdsAreFoundAcrossFiles) {
  const std::string file = Posting("a", "Denver, CO", "NOW HIRING!") +
                           Posting("b", "Denver, CO", "now   hiring:") +  // the same
                           Posting("c", "Boise, ID", "NOW HIRING!") +     // another place
                           "{\"job_id\":\"d\",\"title\":\"Cook\",\"description\":\"Short.\"}\n"
                           "{\"job_id\":\"e\",\"title\":\"Cook\",\"description\":\"Short.\"}\n";
  const Outcome first = ImportAs("one.jsonl", file);
  ASSERT_THAT(first.jobs, SizeIs(4));
  EXPECT_EQ(first.report->same_postings, 1);
  EXPECT_EQ(first.report->linked, 0);
  EXPECT_EQ(first.report->rows, 5);
  ASSERT_THAT(duplicates_, SizeIs(1));
  EXPECT_EQ(duplicates_[0].id, "b");
  EXPECT_EQ(duplicates_[0].duplicate_of, "a");
  EXPECT_EQ(duplicates_[0].line, 2);

  ImportOptions options;
  options.duplicates = DuplicatePolicy::kLink;
  const Outcome linked = ImportAs("two.jsonl", Posting("f", "Denver, CO", "Now hiring"), options);
  EXPECT_THAT(linked.jobs, SizeIs(1));
  EXPECT_EQ(linked.report->linked, 1);
  EXPECT_TRUE(duplicates_.at(1).imported);
  options.duplicates = DuplicatePolicy::kKeep;
  const Outcome kept = ImportAs("three.jsonl", Posting("g", "Denver, CO", "Now hiring"), options);
  EXPECT_THAT(kept.jobs, SizeIs(1));
  EXPECT_EQ(kept.report->same_postings, 0);
  // The same row again is no duplicate of itself.
  EXPECT_EQ(ImportAs("one.jsonl", Posting("a", "Denver, CO", "NOW HIRING!")).jobs.size(), 1u);
}

TEST_F(ImportFormats, AFileOfBrokenRowsIsQuarantinedWhole) {
  std::string rows;
  for (int i = 0; i < 3000; ++i) rows += "{\"job_id\": broken " + std::to_string(i) + "\n";
  const Outcome outcome = ImportAs("rows", rows);
  ASSERT_TRUE(outcome.report.ok()) << outcome.report.error().message;
  EXPECT_EQ(outcome.report->quarantined, 3000);
  EXPECT_EQ(outcome.report->imported, 0);
}

}  // namespace
}  // namespace dynajob
