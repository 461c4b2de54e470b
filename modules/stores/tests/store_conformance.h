// The suite that every store backend passes: the conformance_*_test.cc, instantiated in
// store_conformance_test.cc with a factory of an empty store and of further connections to the same
// data.
#ifndef DYNAJOB_STORES_TESTS_STORE_CONFORMANCE_H_
#define DYNAJOB_STORES_TESTS_STORE_CONFORMANCE_H_

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/store.h"

#include "store_backend.h"
#include "store_test_support.h"

namespace dynajob {

class StoreConformance : public ::testing::TestWithParam<StoreBackendFactory> {
 protected:
  void SetUp() override {
    backend_ = GetParam()();
    store_ = backend_->Connect();
  }

  void PutEntities(const std::vector<std::string>& candidates,
                   const std::vector<std::string>& jobs) {
    std::vector<Candidate> candidate_records;
    for (const auto& id : candidates) candidate_records.push_back(MakeCandidate(id));
    std::vector<Job> job_records;
    for (const auto& id : jobs) job_records.push_back(MakeJob(id));
    const Status put_candidates = store_->PutCandidates(candidate_records);
    ASSERT_TRUE(put_candidates.ok()) << MessageOf(put_candidates);
    const Status put_jobs = store_->PutJobs(job_records);
    ASSERT_TRUE(put_jobs.ok()) << MessageOf(put_jobs);
  }

  void PutVectors(EntityKind kind, const std::vector<EmbeddingRow>& rows,
                  const std::string& embedder = "test-v1") {
    const Status put = store_->PutEmbeddings(kind, embedder, rows);
    ASSERT_TRUE(put.ok()) << MessageOf(put);
  }

  // Two candidates and two jobs with all required fields.
  void PutSmallCatalog() {
    PutEntities({"c2", "c1"}, {"j2", "j1"});
    for (const std::string id : {"c1", "c2"})
      PutVectors(EntityKind::kCandidate, CandidateRows(id, id == "c1" ? 1.0f : 2.0f));
    for (const std::string id : {"j1", "j2"})
      PutVectors(EntityKind::kJob, JobRows(id, id == "j1" ? 10.0f : 20.0f));
  }

  size_t EmbeddedJobs(const std::string& field) {
    auto summary = store_->Summarize();
    EXPECT_TRUE(summary.ok()) << MessageOf(summary);
    for (const FieldSummary& entry : summary->jobs.fields)
      if (entry.name == field) return entry.count;
    ADD_FAILURE() << "no field " << field;
    return 0;
  }

  std::unique_ptr<StoreBackend> backend_;
  std::unique_ptr<Store> store_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_STORE_CONFORMANCE_H_
