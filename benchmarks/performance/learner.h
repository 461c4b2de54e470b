// The market and the learner of the benchmarks of performance: vectors at random, of the sizes of
// the issue "As fast as the machine allows": state 2 x 384, job 4 x 384, Q-network 512-256-128,
// world model 512-256, batch 64, 5 planning steps, dropout 0.1.
#ifndef DYNAJOB_BENCHMARKS_PERFORMANCE_LEARNER_H_
#define DYNAJOB_BENCHMARKS_PERFORMANCE_LEARNER_H_

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dynajob/agent/dyna_q.h"

namespace dynajob {

inline constexpr size_t kField = 384;
inline constexpr size_t kBatch = 64;
inline constexpr size_t kSet = 100;
inline constexpr size_t kPlanning = 5;
inline constexpr size_t kCandidates = 500;
inline constexpr size_t kTargetSync = 200;  // in updates

inline Catalog MakeCatalog(size_t jobs) {
  Rng rng(1);
  Catalog::Data data;
  data.embedder = "random";
  data.state_fields = {{"hard", 0, kField}, {"soft", kField, kField}};
  data.action_fields = {{"title", 0, kField},
                        {"description", kField, kField},
                        {"tech", 2 * kField, kField},
                        {"soft", 3 * kField, kField}};
  const auto fill = [&](size_t count, size_t fields, auto& records) {
    Matrix rows(count, fields * kField);
    const double bound = std::sqrt(3.0 / static_cast<double>(kField));
    for (size_t i = 0; i < count; ++i) {
      records.emplace_back().id = std::to_string(i);
      for (float& value : rows.Row(i)) value = static_cast<float>(rng.Uniform(-bound, bound));
    }
    return rows;
  };
  data.states = fill(kCandidates, 2, data.candidates);
  data.actions = fill(jobs, 4, data.jobs);
  auto catalog = Catalog::Create(std::move(data));
  DYNAJOB_CHECK(catalog.ok(), "catalog");
  return std::move(catalog).value();
}

inline NetworkOptions BenchNetwork(Precision precision) {
  NetworkOptions options;
  options.precision = precision;
  options.q_layers = {512, 256, 128};
  options.world_model_layers = {512, 256};
  options.dropout = 0.1;
  options.interaction = Interaction::kNone;  // the specification's input, as the peer has it
  options.structured_facts = false;
  return options;
}

inline std::vector<JobRow> DrawSet(Rng& rng, size_t jobs, size_t count = kSet) {
  std::vector<JobRow> set(count);
  for (JobRow& job : set) job = static_cast<JobRow>(rng.Below(jobs));
  return set;
}

inline std::unique_ptr<PairEncoder> MakeEncoder(const Catalog& catalog) {
  auto encoder = PairEncoder::Create(catalog, BenchNetwork(Precision::kFloat32));
  DYNAJOB_CHECK(encoder.ok(), "encoder");
  return std::make_unique<PairEncoder>(std::move(encoder).value());
}

// A learner with some transitions in its buffer, and candidate sets of `set` jobs.
class Learner {
 public:
  struct Size {
    size_t transitions = 2000;
    size_t set = kSet;
    size_t capacity = 20000;  // of the buffer
  };
  Learner(const PairEncoder& encoder, Precision precision, uint64_t seed, const Size& size)
      : jobs_(encoder.catalog().job_count()),
        set_(size.set),
        agent_(encoder, BenchNetwork(precision), Learning(size.capacity), seed) {
    PhaseSettings settings;
    settings.planning_steps = kPlanning;
    settings.target_sync = kTargetSync;
    agent_.BeginPhase(settings, false);
    for (size_t i = 0; i < size.transitions; ++i) Observe();
  }
  // Acts, learns and plans as DynaQAgent::Step does; maxima are kept until the target syncs.
  void Step() {
    const std::vector<JobRow> set = DrawSet(rng_, jobs_, set_);
    agent_.Act(static_cast<CandidateRow>(rng_.Below(kCandidates)), set, 0);
    Observe();
    agent_.Learn();
  }

 private:
  static LearnerOptions Learning(size_t capacity) {
    LearnerOptions options;
    options.batch_size = kBatch;
    options.buffer_capacity = static_cast<int64_t>(capacity);
    return options;
  }
  void Observe() {
    agent_.Observe({static_cast<CandidateRow>(rng_.Below(kCandidates)),
                    static_cast<JobRow>(rng_.Below(jobs_))},
                   rng_.Uniform(), DrawSet(rng_, jobs_, set_));
  }

  size_t jobs_, set_;
  Rng rng_{7};
  DynaQAgent agent_;
};

}  // namespace dynajob

#endif  // DYNAJOB_BENCHMARKS_PERFORMANCE_LEARNER_H_
