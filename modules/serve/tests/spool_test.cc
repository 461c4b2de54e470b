#include "spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"

#include "history.h"
#include "metrics.h"
#include "serve_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

std::vector<ResponseEvent> Events() {
  return {{"e1", "c", "j", Response::kApply, 5, "m", "hire", "r", 3, 0.25},
          {"e2", "c\n\"", "j", Response::kSave, -7, "", "save", "", std::nullopt, std::nullopt}};
}

std::unique_ptr<Spool> OpenOrDie(const std::filesystem::path& path, size_t limit = 10'000) {
  auto spool = Spool::Open(path, limit);
  if (!spool.ok()) throw std::runtime_error(spool.error().message);
  return std::move(spool).value();
}

TEST(Spool, KeepsEventsOverARestartUntilItIsCleared) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(OpenOrDie(directory.File("s"))->Append(Events()).ok());
  auto again = OpenOrDie(directory.File("s"));
  EXPECT_EQ(again->events(), Events());
  ASSERT_TRUE(again->Clear().ok());
  again.reset();
  EXPECT_TRUE(OpenOrDie(directory.File("s"))->events().empty());
}

TEST(Spool, DropsALineThatWasCutShortAndRefusesADamagedOne) {
  const TemporaryDirectory directory;
  const auto path = directory.File("s");
  ASSERT_TRUE(OpenOrDie(path)->Append(Events()).ok());
  const std::string whole = ReadFile(path).value();
  for (size_t cut = 1; cut < 20; ++cut) {
    ASSERT_TRUE(WriteFileAtomically(path, whole.substr(0, whole.size() - cut)).ok());
    EXPECT_EQ(OpenOrDie(path)->events().size(), 1u);
  }
  std::string damaged = whole;
  damaged[20] ^= 1;
  ASSERT_TRUE(WriteFileAtomically(path, damaged).ok());
  const auto refused = Spool::Open(path, 10'000);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorruptData);
}

TEST(Spool, IsBoundedAndUsedByOneProcess) {
  const TemporaryDirectory directory;
  const auto spool = OpenOrDie(directory.File("s"), 400);
  ASSERT_TRUE(spool->Append(std::vector{Events()[0]}).ok());
  const Status full = spool->Append(Events());
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, ErrorCode::kBudgetReached);
  EXPECT_EQ(spool->events().size(), 1u);
  const auto second = Spool::Open(directory.File("s"), 400);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
}

TEST(SettledJobs, KnowWhatIsFinal) {
  SettledJobs settled;
  for (const FeedbackKind& kind : FeedbackKinds()) {
    ResponseEvent event{"e", std::string(kind.name), "j", kind.response, 1, ""};
    event.kind = kind.name;
    settled.Add(event);
    EXPECT_EQ(settled.Of(kind.name).contains("j"), kind.final) << kind.name;
  }
  // Stored by others, without a kind.
  settled.Add({"e", "p", "applied", Response::kApply, 1, ""});
  settled.Add({"e", "p", "ignored", Response::kIgnore, 1, ""});
  EXPECT_EQ(settled.Of("p"), (std::unordered_set<std::string>{"applied"}));
  settled.Forget("p");
  EXPECT_TRUE(settled.Of("p").empty());
}

TEST(ShownPages, KeepsTheNewest) {
  ShownPages pages(2);
  for (const char* id : {"a", "b", "c"}) pages.Add(id, {id, "m", 0, {}});
  EXPECT_EQ(pages.Find("a"), nullptr);
  EXPECT_EQ(pages.Find("c")->candidate_id, "c");
}

TEST(RequestIds, DoNotRepeat) {
  RequestIds ids, of_another_process;
  EXPECT_NE(ids.Next(), ids.Next());
  EXPECT_NE(ids.Next(), of_another_process.Next());
  EXPECT_EQ(ids.Next().size(), 32u);
}

TEST(Metrics, ArePrintedAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.DeclareCounter("dynajob_things_total", "Things.");
  metrics.DeclareHistogram("dynajob_wait_seconds", "Waiting.");
  metrics.DeclareGauge("dynajob_level", "Level.", [] { return 2.5; });
  metrics.Count("dynajob_things_total", {{"kind", "a\"b\\"}}, 3);
  for (const double seconds : {0.0004, 0.02, 99.0})
    metrics.Observe("dynajob_wait_seconds", {{"operation", "x"}}, seconds);
  const std::string text = metrics.ToText();
  EXPECT_THAT(text, HasSubstr("# TYPE dynajob_things_total counter\n"
                              "dynajob_things_total{kind=\"a\\\"b\\\\\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("dynajob_level 2.5\n"));
  EXPECT_THAT(text, HasSubstr("dynajob_wait_seconds_bucket{operation=\"x\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dynajob_wait_seconds_bucket{operation=\"x\",le=\"0.025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("dynajob_wait_seconds_bucket{operation=\"x\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("dynajob_wait_seconds_count{operation=\"x\"} 3\n"));
}

}  // namespace
}  // namespace dynajob
