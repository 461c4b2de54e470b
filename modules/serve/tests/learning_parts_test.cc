// What the learner is made of, piece by piece.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "held_back.h"
#include "learned_log.h"
#include "learner_catalog.h"
#include "learning_limits.h"
#include "serve_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kDay = 86'400'000;

TEST(LearningLimits, BoundWhatAPersonAKeyAndAKeyWithOneJobTeachInADay) {
  LearningOptions options;
  options.person_day = 4;
  options.key_day = 6;
  options.key_job_day = 2;
  LearningLimits limits(options);
  const auto admit = [&](uint32_t key, const char* person, const char* job, bool positive = true,
                         int64_t now = 5) { return limits.Admit(key, person, job, positive, now); };
  EXPECT_TRUE(admit(1, "a", "x"));
  EXPECT_TRUE(admit(1, "b", "x"));
  EXPECT_FALSE(admit(1, "c", "x"));        // the third through this key
  EXPECT_TRUE(admit(1, "c", "x", false));  // to ignore a job does not promote it
  EXPECT_TRUE(admit(2, "c", "x"));
  EXPECT_TRUE(admit(1, "a", "y"));
  EXPECT_TRUE(admit(1, "a", "z"));
  EXPECT_TRUE(admit(1, "a", "w"));
  EXPECT_FALSE(admit(3, "a", "v"));  // the person's fifth
  EXPECT_FALSE(admit(1, "d", "v"));  // the key's seventh
  LearningLimits again(options);
  again.Load(limits.Save());
  EXPECT_FALSE(again.Admit(3, "a", "v", true, 6));
  EXPECT_TRUE(again.Admit(3, "a", "v", true, kDay + 1));
}

TEST(HeldBack, ASnapshotIsWorseWhenItsErrorsAreHigherBeyondChance) {
  const std::vector<double> before = {1, 2, 3, 4};
  EXPECT_FALSE(IsWorse(before, before, 1.64));
  EXPECT_TRUE(IsWorse(before, std::vector<double>{1.5, 2.5, 3.6, 4.4}, 1.64));
  EXPECT_FALSE(IsWorse(before, std::vector<double>{9, 0, 1, 4}, 1.64));
  EXPECT_FALSE(IsWorse(before, std::vector<double>{0.5, 1.5, 2.5, 3.5}, 1.64));
  EXPECT_TRUE(IsWorse(before, std::vector<double>{1, 2, 3, NAN}, 1.64));
}

TEST(HeldBack, ErrorsAreThoseOfTheRewardThatQValuesImply) {
  const auto catalog = SmallCatalog(3, 5);
  const Market market(catalog);
  const auto policy = RandomPolicy(*catalog, "m", 3);
  HeldBack held(2);
  const auto experience = [&](const char* person, const char* job, double reward,
                              std::vector<const char*> next) {
    Experience made{.event = 1,
                    .person = market.FindCandidate(person),
                    .job = market.FindJob(job),
                    .reward = reward};
    for (const char* id : next) made.next_set.push_back(market.FindJob(id));
    return made;
  };
  EXPECT_FALSE(held.Add(experience("c0", "j0", 9, {})));
  EXPECT_FALSE(held.Add(experience("c1", "j1", 0.5, {"j2", "j3"})));
  EXPECT_EQ(held.Add(experience("c2", "j4", 1, {}))->job->record().id, "j0");
  std::vector<float> q(3), last(1);
  policy->model.QValues(1, std::vector<JobRow>{1, 2, 3}, q);
  policy->model.QValues(2, std::vector<JobRow>{4}, last);
  const double implied = q[0] - 0.3 * std::max(q[1], q[2]);
  const std::vector<double> errors = held.Errors(policy->model.q_network(), 0.3);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_NEAR(errors[0], (implied - 0.5) * (implied - 0.5), 1e-6);
  EXPECT_NEAR(errors[1], (last[0] - 1.0) * (last[0] - 1.0), 1e-6);
  *held.FindReward("c2", "j4") = 0.25;
  EXPECT_EQ(held.all().back().reward, 0.25);
  EXPECT_EQ(held.FindReward("c2", "j1"), nullptr);
  held.Forget("c2");
  EXPECT_EQ(held.all().size(), 1u);
}

TEST(LearnedLog, KeepsWhatWasAppendedUpToWhereACheckpointKnowsIt) {
  const TemporaryDirectory directory;
  const auto path = directory.File("log");
  {
    const auto log = LearnedLog::Open(path);
    ASSERT_TRUE(log.ok());
    ASSERT_TRUE((*log)->Append(std::vector<uint64_t>{5, 3}).ok());
    ASSERT_TRUE((*log)->Append(std::vector<uint64_t>{4}).ok());
    EXPECT_EQ(LearnedLog::Open(path).error().code, ErrorCode::kFailedPrecondition);
  }
  std::filesystem::resize_file(path, 3 * 8 - 1);  // the last was being written
  const auto log = LearnedLog::Open(path);
  EXPECT_EQ((*log)->size(), 2u);
  EXPECT_EQ((*log)->Truncate(3).error().code, ErrorCode::kCorruptData);
  ASSERT_TRUE((*log)->Truncate(2).ok());
  ASSERT_TRUE((*log)->Append(std::vector<uint64_t>{1}).ok());
  EXPECT_THAT(*(*log)->Sorted(), ElementsAre(1, 3, 5));
}

TEST(LearnerCatalog, RowsStayAndAChangedPersonIsAnotherState) {
  const auto market_catalog = SmallCatalog(3, 4);
  const Market market(market_catalog);
  LearnerCatalog catalog(*market_catalog);
  EXPECT_EQ(catalog.Add(market.FindCandidate("c2")), 0u);
  EXPECT_EQ(catalog.Add(market.FindCandidate("c1")), 1u);
  EXPECT_EQ(catalog.Add(market.FindCandidate("c2")), 0u);
  Candidate changed = market_catalog->candidate(2);
  const auto person = std::make_shared<const ServedCandidate>(changed, std::vector<float>(6, 0.5f));
  EXPECT_EQ(catalog.Add(person), 2u);
  EXPECT_EQ(catalog.Add(market.FindCandidate("c2")), 0u);  // as it was
  EXPECT_EQ(catalog.FindPerson("c2"), 2u);
  catalog.Add(market.FindJob("j3"));
  const auto built = catalog.Build();
  ASSERT_TRUE(built.ok()) << built.error().message;
  EXPECT_EQ(built->candidate_count(), 3u);
  EXPECT_EQ(built->states().Row(2)[0], 0.5f);
  const AgentSnapshot::RowMap rows =
      catalog.Compact([](CandidateRow row) { return row != 0; }, [](JobRow) { return true; });
  EXPECT_THAT(rows.candidates, ElementsAre(std::nullopt, 0u, 1u));
  EXPECT_EQ(catalog.FindPerson("c1"), 0u);
}

}  // namespace
}  // namespace dynajob
