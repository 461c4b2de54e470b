#include "dynajob/core/parallel.h"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace dynajob {
namespace {

TEST(ParallelFor, RunsEveryIndexOnce) {
  for (const size_t workers : {1u, 2u, 7u}) {
    std::vector<std::atomic<int>> runs(100);
    ASSERT_TRUE(ParallelFor(runs.size(), workers, [&](size_t i) {
                  ++runs[i];
                  return Status::Ok();
                }).ok());
    for (const auto& count : runs) EXPECT_EQ(count.load(), 1);
  }
  EXPECT_TRUE(ParallelFor(0, 4, [](size_t) { return Status(IoError("never")); }).ok());
}

TEST(ParallelFor, StopsAtAFailureAndReportsIt) {
  std::atomic<int> runs{0};
  const Status status = ParallelFor(1000, 1, [&](size_t i) {
    ++runs;
    return i == 3 ? Status(IoError("three")) : Status::Ok();
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "three");
  EXPECT_EQ(runs.load(), 4);
}

TEST(ParallelFor, PassesExceptionsOn) {
  EXPECT_THROW((void)ParallelFor(4, 2, [](size_t) -> Status { throw std::runtime_error("x"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace dynajob
