// Small markets in memory, reward tables and comparisons for the tests of the agent.
#ifndef DYNAJOB_AGENT_TESTS_AGENT_TEST_SUPPORT_H_
#define DYNAJOB_AGENT_TESTS_AGENT_TEST_SUPPORT_H_

#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/agent/dyna_q.h"
#include "dynajob/core/catalog.h"
#include "dynajob/core/rng.h"
#include "dynajob/rewards/reward_source.h"

namespace dynajob {

struct MarketShape {
  size_t candidates = 4;
  size_t jobs = 12;
  size_t title_dim = 3;
  size_t skill_dim = 5;  // hard and tech
  size_t soft_dim = 4;
  uint64_t seed = 1;
  std::string embedder = "test-embedder";
};

inline void FillUnit(Rng& rng, float* out, size_t dimension) {
  double square = 0;
  for (size_t i = 0; i < dimension; ++i) {
    out[i] = static_cast<float>(rng.Normal());
    square += static_cast<double>(out[i]) * static_cast<double>(out[i]);
  }
  const auto scale = static_cast<float>(1 / std::sqrt(square));
  for (size_t i = 0; i < dimension; ++i) out[i] *= scale;
}

// States [hard | soft], actions [title | tech | soft], every field a random unit vector; records
// with salary, position, work mode and seniority, so that structured facts vary.
inline Catalog RandomMarket(const MarketShape& shape = {}) {
  Rng rng = Rng::Derive(shape.seed, "test-market");
  Catalog::Data data;
  data.embedder = shape.embedder;
  data.state_fields = {{"hard", 0, shape.skill_dim}, {"soft", shape.skill_dim, shape.soft_dim}};
  data.action_fields = {{"title", 0, shape.title_dim},
                        {"tech", shape.title_dim, shape.skill_dim},
                        {"soft", shape.title_dim + shape.skill_dim, shape.soft_dim}};
  data.states = Matrix(shape.candidates, shape.skill_dim + shape.soft_dim);
  data.actions = Matrix(shape.jobs, shape.title_dim + shape.skill_dim + shape.soft_dim);
  for (size_t i = 0; i < shape.candidates; ++i) {
    Candidate candidate;
    candidate.id = "c" + std::to_string(i);
    candidate.expected_salary = rng.Uniform(40000, 120000);
    candidate.position = GeoPoint{rng.Uniform(40, 45), rng.Uniform(-80, -75)};
    candidate.preferred_work_mode = static_cast<WorkMode>(1 + rng.Below(3));
    candidate.seniority = static_cast<Seniority>(1 + rng.Below(6));
    data.candidates.push_back(candidate);
    for (const FieldSlice& field : data.state_fields)
      FillUnit(rng, data.states.Row(i).data() + field.offset, field.dimension);
  }
  for (size_t i = 0; i < shape.jobs; ++i) {
    Job job;
    job.id = "j" + std::to_string(i);
    const double low = rng.Uniform(40000, 120000);
    job.salary = SalaryRange{low, low * 1.2};
    job.position = GeoPoint{rng.Uniform(40, 45), rng.Uniform(-80, -75)};
    job.work_mode = static_cast<WorkMode>(1 + rng.Below(3));
    job.seniority = static_cast<Seniority>(1 + rng.Below(6));
    data.jobs.push_back(job);
    for (const FieldSlice& field : data.action_fields)
      FillUnit(rng, data.actions.Row(i).data() + field.offset, field.dimension);
  }
  auto catalog = Catalog::Create(std::move(data));
  DYNAJOB_CHECK(catalog.ok(), "test market");
  return std::move(catalog).value();
}

// Candidate i is unit vector i, job j is unit vector j: any table of rewards can be learned, and
// the columns of the first layer show which candidates and jobs an update has touched.
inline Catalog OneHotMarket(size_t candidates, size_t jobs) {
  Catalog::Data data;
  data.embedder = "one-hot";
  data.state_fields = {{"candidate", 0, candidates}};
  data.action_fields = {{"job", 0, jobs}};
  data.states = Matrix(candidates, candidates);
  data.actions = Matrix(jobs, jobs);
  for (size_t i = 0; i < candidates; ++i) {
    data.candidates.emplace_back().id = "c" + std::to_string(i);
    data.states.Row(i)[i] = 1;
  }
  for (size_t i = 0; i < jobs; ++i) {
    data.jobs.emplace_back().id = "j" + std::to_string(i);
    data.actions.Row(i)[i] = 1;
  }
  auto catalog = Catalog::Create(std::move(data));
  DYNAJOB_CHECK(catalog.ok(), "one-hot market");
  return std::move(catalog).value();
}

inline std::unique_ptr<PairEncoder> MakeEncoder(const Catalog& catalog,
                                                const NetworkOptions& options) {
  auto encoder = PairEncoder::Create(catalog, options);
  DYNAJOB_CHECK(encoder.ok(), "test encoder");
  return std::make_unique<PairEncoder>(std::move(encoder).value());
}

// Small networks with every kind of input.
inline std::vector<NetworkOptions> AllInputs() {
  std::vector<NetworkOptions> all;
  for (const Interaction interaction :
       {Interaction::kNone, Interaction::kProducts, Interaction::kBilinear}) {
    for (const bool facts : {false, true}) {
      NetworkOptions options;
      options.q_layers = {16, 8};
      options.interaction = interaction;
      options.structured_facts = facts;
      options.bilinear_rank = 3;
      all.push_back(options);
    }
  }
  return all;
}

inline std::vector<JobRow> AllJobs(const Catalog& catalog) {
  std::vector<JobRow> jobs(catalog.job_count());
  for (size_t i = 0; i < jobs.size(); ++i) jobs[i] = static_cast<JobRow>(i);
  return jobs;
}

inline std::vector<CandidateRow> AllCandidates(const Catalog& catalog) {
  std::vector<CandidateRow> candidates(catalog.candidate_count());
  for (size_t i = 0; i < candidates.size(); ++i) candidates[i] = static_cast<CandidateRow>(i);
  return candidates;
}

inline std::vector<float> Values(const PairNetwork& network, CandidateRow candidate,
                                 const std::vector<JobRow>& jobs) {
  std::vector<float> values(jobs.size());
  network.Evaluate(candidate, jobs, values);
  return values;
}

inline float Value(const PairNetwork& network, Pair pair) {
  float value = 0;
  network.Evaluate(std::span<const Pair>(&pair, 1), std::span<float>(&value, 1));
  return value;
}

// The largest value of `jobs`, one pair at a time; 0 when there is none.
inline float NaiveMax(const PairNetwork& network, CandidateRow candidate,
                      const std::vector<JobRow>& jobs) {
  if (jobs.empty()) return 0;
  float best = Value(network, {candidate, jobs.front()});
  for (const JobRow job : jobs) best = std::max(best, Value(network, {candidate, job}));
  return best;
}

inline bool SameBits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

// Whether two learners hold the same numbers, bit for bit.
inline ::testing::AssertionResult SameLearner(const DynaQAgent& a, const DynaQAgent& b) {
  if (!SameBits(a.q_network().online().parameters(), b.q_network().online().parameters()))
    return ::testing::AssertionFailure() << "online Q parameters differ";
  if (!SameBits(a.q_network().target().parameters(), b.q_network().target().parameters()))
    return ::testing::AssertionFailure() << "target Q parameters differ";
  if (a.world_model().members().size() != b.world_model().members().size())
    return ::testing::AssertionFailure() << "ensembles differ in size";
  for (size_t i = 0; i < a.world_model().members().size(); ++i)
    if (!SameBits(a.world_model().members()[i].parameters(),
                  b.world_model().members()[i].parameters()))
      return ::testing::AssertionFailure() << "world model " << i << " differs";
  if (a.counts().q_updates != b.counts().q_updates ||
      a.counts().env_steps != b.counts().env_steps ||
      a.counts().target_syncs != b.counts().target_syncs ||
      a.counts().model_updates != b.counts().model_updates)
    return ::testing::AssertionFailure() << "counts differ";
  return ::testing::AssertionSuccess();
}

// Rewards from a table, and a record of what was asked.
class TableReward final : public RewardSource {
 public:
  TableReward(std::string name, std::vector<std::vector<double>> table)
      : name_(std::move(name)), table_(std::move(table)) {}

  std::string_view name() const override { return name_; }
  Status Rewards(std::span<const Pair> pairs, std::span<double> rewards) override {
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (asked_.size() >= fail_after) return Error{ErrorCode::kLlmUnavailable, "no answer"};
      asked_.push_back(pairs[i]);
      rewards[i] = at(pairs[i]);
    }
    return Status::Ok();
  }
  double at(Pair pair) const { return table_.at(pair.candidate).at(pair.job); }
  const std::vector<Pair>& asked() const { return asked_; }

  size_t fail_after = SIZE_MAX;

 private:
  std::string name_;
  std::vector<std::vector<double>> table_;
  std::vector<Pair> asked_;
};

inline std::vector<std::vector<double>> RandomTable(size_t candidates, size_t jobs, uint64_t seed) {
  Rng rng = Rng::Derive(seed, "test-table");
  std::vector<std::vector<double>> table(candidates, std::vector<double>(jobs));
  for (auto& row : table)
    for (double& value : row) value = rng.Uniform(-0.1, 1.0);
  return table;
}

// A directory of the running test, removed with it.
class TestDirectory {
 public:
  TestDirectory() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(::testing::TempDir()) /
            (std::string("dynajob_") + info->test_suite_name() + "_" + info->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_TESTS_AGENT_TEST_SUPPORT_H_
