#include "store_writer.h"

#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "dynajob/stores/open_store.h"
#include "dynajob/testing/temporary_directory.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

ResponseEvent Event(const std::string& id) {
  return {.event_id = id,
          .candidate_id = "c",
          .job_id = "j",
          .response = Response::kApply,
          .timestamp_ms = 1,
          .model_version = ""};
}

class StoreWriterTest : public ::testing::Test {
 protected:
  StoreWriterTest() {
    const auto open = [path = directory_.File("store.db")] {
      return OpenStore(path, OpenMode::kCreate, {});
    };
    auto store = open().value();
    Candidate candidate;
    candidate.id = "c";
    Job job;
    job.id = "j";
    DYNAJOB_CHECK(store->PutCandidates(std::span(&candidate, 1)).ok(), "a candidate");
    DYNAJOB_CHECK(store->PutJobs(std::span(&job, 1)).ok(), "a job");
    writer_ = std::make_unique<StoreWriter>(
        std::move(store), nullptr, open, [](const std::string&) {},
        [this](const ResponseEvent& event, uint32_t) { stored_.push_back(event.event_id); },
        StoreWriter::Options{});
  }

  TemporaryDirectory directory_;
  std::vector<std::string> stored_;  // of the writer's thread, to be read when it has ended
  std::unique_ptr<StoreWriter> writer_;
};

TEST_F(StoreWriterTest, WritesEachResponseOnce) {
  const SteadyTime far = steady_clock::now() + seconds(60);
  EXPECT_EQ(writer_->Put(Event("one"), 0, far).value().outcome, PutOutcome::kStored);
  EXPECT_EQ(writer_->Put(Event("one"), 0, far).value().outcome, PutOutcome::kDuplicate);
  writer_.reset();
  EXPECT_EQ(stored_, (std::vector<std::string>{"one"}));
}

TEST_F(StoreWriterTest, TakesBackWhatIsNotBegunByTheDeadline) {
  std::promise<void> begun, release;
  std::thread slow([&] {
    EXPECT_TRUE(writer_
                    ->Run([&](Store&) {
                      begun.set_value();
                      release.get_future().wait();
                      return Status::Ok();
                    })
                    .ok());
  });
  begun.get_future().wait();
  const SteadyTime deadline = steady_clock::now() + milliseconds(50);
  const auto late = writer_->Put(Event("late"), 0, deadline);
  EXPECT_GE(steady_clock::now(), deadline);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(writer_->waiting(), 1u);  // the task
  release.set_value();
  slow.join();
  EXPECT_TRUE(writer_->Put(Event("next"), 0, steady_clock::now() + seconds(60)).ok());
  writer_.reset();
  EXPECT_EQ(stored_, (std::vector<std::string>{"next"}));
}

}  // namespace
}  // namespace dynajob
