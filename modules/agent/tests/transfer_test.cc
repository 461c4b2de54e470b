#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/agent/checkpoint.h"

#include "agent_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;

class TransferTest : public ::testing::Test {
 protected:
  TransferTest() {
    network_.q_layers = {6, 4};
    network_.world_model_layers = {5};
    learner_.ensemble = 2;
    learner_.batch_size = 4;
    learner_.buffer_capacity = 8;
    encoder_ = MakeEncoder(catalog_, network_);
    agent_ = std::make_unique<DynaQAgent>(*encoder_, network_, learner_, 7);
    for (JobRow job = 0; job < 5; ++job)
      agent_->Observe({job % 4, job}, 0.3, std::vector<JobRow>{9});
    agent_->BeginPhase({.planning_steps = 2, .rehearsal = 0.5}, /*keep_for_rehearsal=*/true);
    for (JobRow job = 0; job < 11; ++job) {  // more than the ring holds
      agent_->Observe({job % 4, job}, 0.1 * job, std::vector<JobRow>{7, 8, 11});
      agent_->Learn();
    }
  }

  // The catalog with `before` other candidates and jobs ahead of its own.
  static Catalog Shifted(const Catalog& catalog, size_t before) {
    Catalog::Data data;
    data.embedder = catalog.embedder();
    data.state_fields.assign(catalog.state_fields().begin(), catalog.state_fields().end());
    data.action_fields.assign(catalog.action_fields().begin(), catalog.action_fields().end());
    data.states = Matrix(before + catalog.candidate_count(), catalog.state_dim());
    data.actions = Matrix(before + catalog.job_count(), catalog.action_dim());
    for (size_t i = 0; i < before; ++i) {
      data.candidates.emplace_back().id = "new-c" + std::to_string(i);
      data.jobs.emplace_back().id = "new-j" + std::to_string(i);
    }
    for (CandidateRow row = 0; row < catalog.candidate_count(); ++row) {
      data.candidates.push_back(catalog.candidate(row));
      std::ranges::copy(catalog.states().Row(row), data.states.Row(before + row).begin());
    }
    for (JobRow row = 0; row < catalog.job_count(); ++row) {
      data.jobs.push_back(catalog.job(row));
      std::ranges::copy(catalog.actions().Row(row), data.actions.Row(before + row).begin());
    }
    return Catalog::Create(std::move(data)).value();
  }

  static AgentSnapshot::RowMap Identity(const Catalog& catalog, uint32_t shift) {
    AgentSnapshot::RowMap rows;
    for (CandidateRow row = 0; row < catalog.candidate_count(); ++row)
      rows.candidates.emplace_back(row + shift);
    for (JobRow row = 0; row < catalog.job_count(); ++row) rows.jobs.emplace_back(row + shift);
    return rows;
  }

  Catalog catalog_ = RandomMarket();
  NetworkOptions network_;
  LearnerOptions learner_;
  std::unique_ptr<PairEncoder> encoder_;
  std::unique_ptr<DynaQAgent> agent_;
};

TEST_F(TransferTest, ALearnerInALargerCatalogLearnsTheSameFromThenOn) {
  const Catalog larger = Shifted(catalog_, 3);
  const auto encoder = MakeEncoder(larger, network_);
  DynaQAgent moved(*encoder, network_, learner_, 7);
  AgentSnapshot::Transfer(*agent_, Identity(catalog_, 3), moved);
  for (int i = 0; i < 60; ++i) {  // over a sync of the target network
    const Losses here = agent_->Learn(), there = moved.Learn();
    ASSERT_EQ(*here.q, *there.q);
    ASSERT_EQ(*here.model, *there.model);
  }
  EXPECT_GT(moved.counts().target_syncs, 0u);
  EXPECT_TRUE(SameBits(Values(agent_->q_network().online(), 1, std::vector<JobRow>{2, 5}),
                       Values(moved.q_network().online(), 4, std::vector<JobRow>{5, 8})));
}

TEST_F(TransferTest, WhatIsGoneIsForgotten) {
  AgentSnapshot::RowMap rows = Identity(catalog_, 0);
  rows.candidates[2].reset();
  rows.jobs[8].reset();
  DynaQAgent moved(*encoder_, network_, learner_, 7);
  AgentSnapshot::Transfer(*agent_, rows, moved);
  std::vector<JobRow> jobs;
  for (size_t i = 0; i < moved.replay().size(); ++i) {
    const Transition& transition = moved.replay().at(i);
    jobs.push_back(transition.pair.job);
    EXPECT_NE(transition.pair.candidate, 2u);
    EXPECT_THAT(transition.next_set, ElementsAre(7, 11));
  }
  // Of the newest 8, in order of age: without job 8, and 6 and 10 of candidate 2.
  EXPECT_THAT(jobs, ElementsAre(3, 4, 5, 7, 9));
  EXPECT_TRUE(std::isfinite(*moved.Learn().q));
}

TEST_F(TransferTest, AnAnswerThatChangesReplacesTheRewardOfTheNewestTransition) {
  EXPECT_TRUE(agent_->Revise({2, 10}, 0.75));
  EXPECT_EQ(agent_->replay().at(*agent_->replay().Find({2, 10})).reward, 0.75f);
  EXPECT_FALSE(agent_->Revise({0, 0}, 1));  // overwritten long ago
  EXPECT_FALSE(agent_->Revise({3, 10}, 1));
  agent_->Observe({2, 10}, 0.1, {});
  EXPECT_TRUE(agent_->Revise({2, 10}, 0.5));
  EXPECT_EQ(agent_->replay().at(*agent_->replay().Find({2, 10})).reward, 0.5f);
}

TEST_F(TransferTest, AModelCopiedFromALearnerGivesItsValues) {
  ModelInfo info;
  info.network = network_;
  info.learner = learner_;
  const auto model = Model::Copy(*agent_, info, catalog_);
  ASSERT_TRUE(model.ok()) << model.error().message;
  const std::vector<JobRow> jobs = AllJobs(catalog_);
  std::vector<float> values(jobs.size());
  model->QValues(1, jobs, values);
  EXPECT_TRUE(SameBits(values, Values(agent_->q_network().online(), 1, jobs)));
  agent_->Learn();
  std::vector<float> after(jobs.size());
  model->QValues(1, jobs, after);
  EXPECT_TRUE(SameBits(values, after));
  EXPECT_FALSE(Model::Copy(*agent_, info, RandomMarket({.skill_dim = 6})).ok());
}

}  // namespace
}  // namespace dynajob
