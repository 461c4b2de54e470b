// What the tests of the importer share: example rows, compression and a fixture that imports.
#ifndef DYNAJOB_MARKET_TESTS_JSONL_IMPORTER_TESTING_H_
#define DYNAJOB_MARKET_TESTS_JSONL_IMPORTER_TESTING_H_

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include "dynajob/market/jsonl_importer.h"

namespace dynajob {

inline constexpr std::string_view kJob =
    R"({"job_id":"a1","title":"Senior Data Analyst","company":"Initech",)"
    R"("location":"Austin, TX 78701","work_mode":"Hybrid remote","salary":"$80,000 - $95,000",)"
    R"("contract":"r - Full-time","industry":"Banking",)"
    R"("description":"We need Python and SQL skills.\u00e2\u20ac\u00a2 Communication"})";

inline constexpr std::string_view kCandidate =
    R"({"candidate_id":"c1","category":"Data Science","bio":"Ann analyses data.",)"
    R"("resume":"Senior Data Analyst | Initech\nPython, SQL","expected_salary":"$90,000",)"
    R"("soft_skills":["Communication"],"location":"Denver, CO","preferred_work_mode":"remote"})";

inline std::string EveryKindOfBadRow() {
  return std::string(kJob) + "\n" +          // 1
         "{\"job_id\":\"b\",\"title\":\n" +  // 2 broken
         "[1,2]\n" +                         // 3 not an object
         "\n" +                              // 4 blank
         R"({"title":"No id here","description":"x"})"
         "\n"  // 5 no id
         R"({"job_id":"e","title":"  ","description":""})"
         "\n"  // 6 no text
         R"({"job_id":"f","title":{"en":"Chef"}})"
         "\n"  // 7 wrong type
         R"({"job_id":"g","title":"Chef","technical_skills":[1,2]})"
         "\n" +  // 8 wrong type
         std::string(kJob) +
         "\n" +  // 9 duplicate
         R"({"job_id":"a1","title":"Another job of that id"})"
         "\n"  // 10 repeated
         R"({"job_id":"h","title":")" +
         std::string(5000, 'x') + "\"}\n" +               // 11 too long
         "plain words\n"                                  // 12 broken
         "{\"job_id\":\"i\",\"title\":\"x\"} trailing\n"  // 13 broken
         "\"text\"\n"                                     // 14 not an object
         R"({"job_id":"k","title":true})"
         "\n"                                                 // 15 wrong type
         R"({"job_id":"j","title":"The last one is good"})";  // 16
}

inline std::string Gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string input(text);
  std::string out(deflateBound(&stream, input.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

// What an import put and refused.
struct Outcome {
  Result<ImportReport> report = ImportReport{};
  std::vector<Job> jobs;
  std::vector<Candidate> candidates;
  std::vector<size_t> batches;
  std::vector<QuarantinedRow> quarantined;
};

class JsonlImporter : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("dynajob_importer_" + std::to_string(::getpid()) + "_" + info->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path Write(std::string_view bytes) {
    const auto path = folder_ / "rows.jsonl";
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
  }

  static Outcome ImportPath(const std::filesystem::path& path, const ImportOptions& options = {},
                            ProgressSink* progress = nullptr,
                            const CancellationToken* cancellation = nullptr) {
    Outcome outcome;
    const ImportSink sink{[&](std::vector<Job> jobs) {
                            outcome.batches.push_back(jobs.size());
                            for (Job& job : jobs) outcome.jobs.push_back(std::move(job));
                            return Status::Ok();
                          },
                          [&](std::vector<Candidate> candidates) {
                            outcome.batches.push_back(candidates.size());
                            for (Candidate& candidate : candidates)
                              outcome.candidates.push_back(std::move(candidate));
                            return Status::Ok();
                          }};
    const auto quarantine = [&](const QuarantinedRow& row) {
      outcome.quarantined.push_back(row);
      return Status::Ok();
    };
    outcome.report = ImportFile(path, options, sink, quarantine, progress, cancellation);
    return outcome;
  }

  Outcome Import(std::string_view bytes, const ImportOptions& options = {}) {
    return ImportPath(Write(bytes), options);
  }

  std::filesystem::path folder_;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_TESTS_JSONL_IMPORTER_TESTING_H_
