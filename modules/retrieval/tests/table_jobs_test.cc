#include "dynajob/retrieval/table_jobs.h"

#include <gtest/gtest.h>

#include "dynajob/testing/temporary_directory.h"

#include "agent_test_support.h"

namespace dynajob {
namespace {

std::shared_ptr<const JobTable> MakeTable(const Catalog& catalog, TablePrecision precision) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("jobs");
  EXPECT_TRUE(JobTable::Write(path, catalog, precision, "key").ok());
  auto table = JobTable::Map(path, "key");
  EXPECT_TRUE(table.ok());
  return std::move(table).value();
}

// The same bits as the catalog, for every kind of input.
TEST(TableJobsTest, RankAsTheCatalogDoes) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 1500});
  const auto table = MakeTable(catalog, TablePrecision::kFloat32);
  const std::vector<JobRow> rows = AllJobs(catalog);
  for (const NetworkOptions& options : AllInputs()) {
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 9);
    for (CandidateRow candidate = 0; candidate < 3; ++candidate) {
      const TableJobs jobs(network, encoder->CandidateAt(candidate), table, 0);
      const auto top = SelectTop(jobs, 12);
      ASSERT_TRUE(top.ok());
      EXPECT_EQ(top->best, SelectTop(CatalogJobs(network, candidate, rows), 12)->best);
      EXPECT_EQ(jobs.IdAt(7), catalog.job(7).id);
    }
  }
}

TEST(TableJobsTest, InFloat16ValuesAreNear) {
  const Catalog catalog = RandomMarket({.candidates = 1, .jobs = 300});
  const auto table = MakeTable(catalog, TablePrecision::kFloat16);
  for (const NetworkOptions& options : AllInputs()) {
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 9);
    std::vector<float> wanted(300), values(300);
    network.Evaluate(0, AllJobs(catalog), wanted);
    ASSERT_TRUE(TableJobs(network, encoder->CandidateAt(0), table, 0).Score(0, values).ok());
    // Vectors are right to 2^-11.
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], wanted[i], 2e-3);
  }
}

TEST(TableJobsTest, LeaveExpiredJobsOut) {
  const Catalog market = RandomMarket({.candidates = 1, .jobs = 100});
  Catalog::Data data;
  data.state_fields.assign(market.state_fields().begin(), market.state_fields().end());
  data.action_fields.assign(market.action_fields().begin(), market.action_fields().end());
  data.candidates = {market.candidate(0)};
  data.states = Matrix(1, market.state_dim());
  data.actions = Matrix(100, market.action_dim());
  for (JobRow i = 0; i < 100; ++i) {
    data.jobs.push_back(market.job(i));
    if (i % 3 == 1) data.jobs.back().expires_ms = 50;
    std::ranges::copy(market.actions().Row(i), data.actions.Row(i).begin());
  }
  const Catalog catalog = Catalog::Create(std::move(data)).value();
  const auto encoder = MakeEncoder(catalog, Concatenation());
  const PairNetwork network(*encoder, std::vector<int64_t>{8}, Concatenation(),
                            OptimizerKind::kAdam, 9);
  const auto table = MakeTable(catalog, TablePrecision::kFloat32);
  EXPECT_EQ(TableJobs(network, encoder->CandidateAt(0), table, 49).size(), 100u);
  const TableJobs open(network, encoder->CandidateAt(0), table, 50);
  ASSERT_EQ(open.size(), 67u);
  EXPECT_EQ(open.RowAt(0), 0u);
  EXPECT_EQ(open.RowAt(1), 2u);
  EXPECT_EQ(open.RowAt(66), 99u);
  const auto top = SelectTop(open, 100);
  ASSERT_TRUE(top.ok());
  ASSERT_EQ(top->best.size(), 67u);
  for (const ScoredJob& job : top->best) EXPECT_NE(open.RowAt(job.position) % 3, 1u);
}

}  // namespace
}  // namespace dynajob
