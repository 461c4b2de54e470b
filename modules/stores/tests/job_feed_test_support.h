// What tests of feeds share.
#ifndef DYNAJOB_STORES_TESTS_JOB_FEED_TEST_SUPPORT_H_
#define DYNAJOB_STORES_TESTS_JOB_FEED_TEST_SUPPORT_H_

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/stores/job_feed.h"

#include "store_test_support.h"

namespace dynajob {

inline std::map<std::string, JobChange> ById(std::vector<JobChange> changes) {
  std::map<std::string, JobChange> by_id;
  for (JobChange& change : changes) by_id.insert_or_assign(change.id, std::move(change));
  return by_id;
}

// Polls until something is reported.
inline std::map<std::string, JobChange> PollSome(JobFeed& feed) {
  for (int attempt = 0; attempt < 40; ++attempt) {
    auto changes = feed.Poll(std::chrono::milliseconds(500));
    EXPECT_TRUE(changes.ok()) << MessageOf(changes);
    if (!changes.ok()) return {};
    if (!changes->empty()) return ById(std::move(changes).value());
  }
  ADD_FAILURE() << "nothing was reported";
  return {};
}

inline const std::string kTwoJobs =
    R"("find:all_jobs": {"documents": [{"_id": "j1", "job_title": "Cook"},
                                       {"_id": "j2", "job_title": "Baker"}]},
       "find:job_embeddings": {"documents": [
           {"_id": "e2", "original_job_id": "j2", "tech_skills_vectors": [1.0, 2.0]}]})";

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_JOB_FEED_TEST_SUPPORT_H_
