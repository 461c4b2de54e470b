// A learner over a small market, with a store that it can read its backlog from.
#ifndef DYNAJOB_SERVE_TESTS_LEARNER_TEST_SUPPORT_H_
#define DYNAJOB_SERVE_TESTS_LEARNER_TEST_SUPPORT_H_

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/stores/open_store.h"

#include "learner.h"
#include "ranking.h"
#include "serve_test_support.h"

namespace dynajob {

class LearnerFixture : public ::testing::Test {
 protected:
  explicit LearnerFixture(size_t people = 40, size_t jobs = 60,
                          Strategy strategy = Strategy::kCosine)
      : catalog_(SmallCatalog(people, jobs)),
        market_(catalog_),
        base_(RandomPolicy(*catalog_, "m", 3, Interaction::kNone, strategy)),
        snapshots_(market_.jobs(), base_) {
    DeclareLearningMetrics(metrics_);
    auto store = OpenStore((directory_.path() / "market.db").string(), OpenMode::kCreate, {});
    DYNAJOB_CHECK(store.ok(), "a store");
    store_ = std::move(store).value();
    std::vector<Job> all_jobs;
    std::vector<Candidate> all_people;
    for (JobRow row = 0; row < jobs; ++row) all_jobs.push_back(catalog_->job(row));
    for (CandidateRow row = 0; row < people; ++row) all_people.push_back(catalog_->candidate(row));
    DYNAJOB_CHECK(store_->PutJobs(all_jobs).ok() && store_->PutCandidates(all_people).ok(),
                  "a market in the store");
    options_.hold_back_every = 0;
    options_.publish_ms = 1;
    options_.checkpoint_seconds = 3600;
    options_.rehearsal_pairs = 200;
    online_.warmup_steps = 0;
  }

  LearnerParts Parts() {
    return {.options = options_,
            .online = online_,
            .rewards = {},
            .epsilon = 0.1,
            .market = &market_,
            .snapshots = &snapshots_,
            .settled = &settled_,
            .metrics = &metrics_,
            .directory = directory_.path() / "learner",
            .log = [this](const std::string& line) {
              const std::lock_guard lock(mutex_);
              lines_.push_back(line);
            }};
  }
  Result<std::unique_ptr<Learner>> TryStart() { return Learner::Start(Parts(), base_, *store_); }
  void Start() {
    auto learner = TryStart();
    ASSERT_TRUE(learner.ok()) << learner.error().message;
    learner_ = std::move(learner).value();
  }
  void Stop() { learner_.reset(); }

  ResponseEvent Event(size_t person, size_t job, const std::string& kind = "save") {
    ResponseEvent event;
    event.event_id = "e" + std::to_string(next_event_++);
    event.candidate_id = "c" + std::to_string(person);
    event.job_id = "j" + std::to_string(job);
    event.kind = kind;
    event.response = FindFeedbackKind(kind)->response;
    event.timestamp_ms = 1'700'000'000'000 + static_cast<int64_t>(next_event_);
    return event;
  }
  // Stored, and told to the learner if there is one.
  void Respond(const ResponseEvent& event, uint32_t key = 0) {
    ASSERT_TRUE(store_->PutResponse(event).ok());
    if (learner_ != nullptr) learner_->Add(event, key);
  }
  // `count` different pairs.
  void RespondMany(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const size_t pair = next_pair_++;
      Respond(Event(pair % catalog_->candidate_count(),
                    (pair / catalog_->candidate_count() + pair) % catalog_->job_count(),
                    pair % 3 == 0 ? "apply" : "dismiss"));
    }
  }

  static uint64_t Handled(const LearningStatus& status) {
    return status.learned + status.revised + status.repeated + status.limited + status.unusable +
           status.held_back;
  }
  // Waits until that many responses are dealt with and a snapshot has been tried.
  LearningStatus WaitFor(uint64_t handled) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
      const LearningStatus status = learner_->status();
      const uint64_t tried = status.points.empty() ? 0 : status.points.back().responses;
      if ((Handled(status) >= handled && tried == status.learned) ||
          std::chrono::steady_clock::now() > deadline)
        return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  // Places, from 0, of a job in a person's ranking as requests see it now.
  size_t PlaceOf(const std::string& job, size_t person) {
    const ServedCandidatePtr candidate = market_.FindCandidate("c" + std::to_string(person));
    const auto ranking =
        RankJobs(*snapshots_.Current(), {},
                 {.candidate = ViewOf(*candidate), .count = market_.jobs()->size()}, Rng(1));
    EXPECT_TRUE(ranking.ok());
    for (size_t i = 0; i < ranking->jobs.size(); ++i)
      if (ranking->jobs[i].job->record().id == job) return i;
    ADD_FAILURE() << job << " is not ranked";
    return 0;
  }

  TemporaryDirectory directory_;
  std::shared_ptr<const Catalog> catalog_;
  Market market_;
  std::shared_ptr<const Policy> base_;
  SnapshotSource snapshots_;
  SettledJobs settled_;
  Metrics metrics_;
  std::unique_ptr<Store> store_;
  LearningOptions options_;
  OnlineOptions online_;
  size_t next_event_ = 0, next_pair_ = 0;
  std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
  std::unique_ptr<Learner> learner_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_TESTS_LEARNER_TEST_SUPPORT_H_
