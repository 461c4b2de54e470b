// Runs one workload of the learner whenever its name comes on standard input and answers with its
// processor time, so that the caller can alternate with its peer in one run (report.py).
//
// Sizes are those of learner.h.
#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <thread>

#include <time.h>

#include "dynajob/agent/trainer.h"
#include "dynajob/retrieval/top_jobs.h"
#include "dynajob/rewards/cosine_reward.h"

#include "floor.h"
#include "kernels.h"
#include "learner.h"

namespace dynajob {
namespace {

constexpr size_t kStoredSteps = 100;
constexpr size_t kRunSteps = 1000;

class Workloads {
 public:
  Workloads(const Catalog& catalog, Precision precision)
      : precision_(precision),
        catalog_(catalog),
        encoder_(MakeEncoder(catalog_)),
        q_(*encoder_, BenchNetwork(precision), OptimizerKind::kAdam, 1),
        model_(*encoder_, BenchNetwork(precision), OptimizerKind::kAdam, 1, 1),
        first_(*encoder_, precision, 1, {}),
        second_(*encoder_, precision, 2, {}) {}

  // One training step of the Q-network.
  void Train() {
    Draw();
    q_.Train(pairs_, targets_, 1e-3, Rng(step_++));
  }
  // A Dyna-Q step whose maxima are all computed anew from the table of first layers.
  void Dyna() {
    std::vector<float> values(kSet), rewards(kBatch), deviations(kBatch);
    q_.Evaluate(1, DrawSet(rng_, catalog_.job_count()), values);
    for (size_t update = 0; update <= kPlanning; ++update) {
      Draw();
      if (update == 0)
        model_.Train(pairs_, targets_, 1e-3, Rng(step_));
      else
        model_.Predict(pairs_, rewards, deviations);
      std::vector<std::vector<JobRow>> sets;
      std::vector<NextSet> next;
      std::vector<BestJob> best(kBatch);
      for (size_t i = 0; i < kBatch; ++i) sets.push_back(DrawSet(rng_, catalog_.job_count()));
      for (size_t i = 0; i < kBatch; ++i) next.push_back({pairs_[i].candidate, sets[i]});
      q_.TargetBest(next, best);
      for (size_t i = 0; i < kBatch; ++i) targets_[i] += 0.3f * best[i].value;
      q_.Train(pairs_, targets_, 1e-3, Rng(step_++));
    }
  }
  // 100 steps: three periods between two syncs of the target network.
  void DynaStored() { Steps(first_); }
  // A whole run of `train` with the cosine strategy, kRunSteps steps from an empty buffer.
  void TrainRun() {
    TrainerOptions options;
    options.network = BenchNetwork(precision_);
    options.learner.batch_size = kBatch;
    options.learner.target_sync_pretrain = 200;
    options.pretrain.candidate_set_size = kSet;
    options.pretrain.minimum_updates = 0;
    options.pretrain.cosine = {.steps = kRunSteps, .updates_per_step = 1, .learning_rate = 1e-3};
    auto cosine = CosineReward::Create(catalog_, {});
    DYNAJOB_CHECK(cosine.ok(), "cosine");
    std::vector<CandidateRow> candidates(kCandidates);
    std::iota(candidates.begin(), candidates.end(), CandidateRow{0});
    std::vector<JobRow> jobs(catalog_.job_count());
    std::iota(jobs.begin(), jobs.end(), JobRow{0});
    auto trainer = Trainer::Create({.encoder = encoder_.get(),
                                    .candidates = candidates,
                                    .jobs = jobs,
                                    .cosine = cosine->get()},
                                   options, Strategy::kCosine, step_++);
    DYNAJOB_CHECK(trainer.ok() && (*trainer)->Run().ok(), "train");
    DYNAJOB_CHECK((*trainer)->agent().counts().q_updates == kRunSteps, "an update a step");
  }
  void TwoAgents() {
    std::thread other([&] { Steps(second_); });
    Steps(first_);
    other.join();
  }

 private:
  static void Steps(Learner& learner) {
    for (size_t i = 0; i < kStoredSteps; ++i) learner.Step();
  }
  void Draw() {
    pairs_.clear();
    targets_.clear();
    for (size_t i = 0; i < kBatch; ++i) {
      pairs_.push_back({static_cast<CandidateRow>(rng_.Below(kCandidates)),
                        static_cast<JobRow>(rng_.Below(catalog_.job_count()))});
      targets_.push_back(static_cast<float>(rng_.Uniform()));
    }
  }

  Precision precision_;
  const Catalog& catalog_;
  std::unique_ptr<PairEncoder> encoder_;
  QNetwork q_;
  WorldModel model_;
  Learner first_;
  Learner second_;
  Rng rng_{3};
  std::vector<Pair> pairs_;
  std::vector<float> targets_;
  uint64_t step_ = 0;
};

// Rankings of a catalog of 100,000 jobs, or of one of 1,000,000 that has each of them ten times at
// different places: what is read is too much for the caches either way, and half the memory is left
// to others. Made when they are first asked for.
class Rankings {
 public:
  // The best ten by the shares of all jobs, which are tabled, as `serve` does.
  void Exact(size_t times, Precision precision) {
    Ranker& ranker = Get(precision);
    JobShares& shares = ranker.shares[times];
    const size_t jobs = catalog_->job_count();
    if (shares.rows() == 0) {
      shares = JobShares(*ranker.network, times * jobs);
      for (size_t i = 0; i < times; ++i) shares.Compute(*ranker.network, i * jobs, views_);
    }
    Check(SelectTop(Tabled(*ranker.network, NextPerson(), shares, views_), 10));
  }
  // The best ten of 1,000,000 by a linear function and, of the best of it, by the network, as
  // `recommend` does.
  void TwoStage(Precision precision) {
    const Ranker& ranker = Get(precision);
    const size_t jobs = catalog_->job_count();
    if (rows_.empty())
      for (size_t i = 0; i < 10 * jobs; ++i) rows_.push_back(static_cast<JobRow>(i % jobs));
    Check(RankTop(CatalogJobs(*ranker.network, person_++ % kCandidates, rows_), 10, {}));
  }
  // Reads the vectors of 1,000,000 jobs once.
  void ScanVectors() {
    Get(Precision::kFloat32);
    for (int i = 0; i < 10; ++i) Read(catalog_->actions().data, views_.size() * 4 * kField);
  }

 private:
  struct Ranker {
    std::unique_ptr<PairNetwork> network;
    std::map<size_t, JobShares> shares;  // by how often the catalog is in them
  };
  class Tabled final : public RankableJobs {
   public:
    Tabled(const PairNetwork& network, const CandidateView& person, const JobShares& shares,
           std::span<const JobView> views)
        : scorer_(network, person), shares_(shares), views_(views) {}
    size_t size() const override { return shares_.rows(); }
    std::string IdAt(size_t position) const override { return std::to_string(position); }
    Status Score(size_t begin, std::span<float> values) const override {
      thread_local std::vector<CandidateScorer::SharedJob> jobs;
      jobs.clear();
      for (size_t i = begin; i < begin + values.size(); ++i)
        jobs.push_back({i, views_[i % views_.size()]});
      scorer_.Evaluate(shares_, jobs, values);
      return Status::Ok();
    }

   private:
    CandidateScorer scorer_;
    const JobShares& shares_;
    std::span<const JobView> views_;
  };

  Ranker& Get(Precision precision) {
    if (catalog_ == nullptr) {
      catalog_ = std::make_unique<Catalog>(MakeCatalog(100000));
      encoder_ = MakeEncoder(*catalog_);
      for (size_t i = 0; i < catalog_->job_count(); ++i)
        views_.push_back(encoder_->JobAt(static_cast<JobRow>(i)));
    }
    Ranker& ranker = rankers_[precision];
    const NetworkOptions options = BenchNetwork(precision);
    if (ranker.network == nullptr)
      ranker.network = std::make_unique<PairNetwork>(*encoder_, options.q_layers, options,
                                                     OptimizerKind::kAdam, 1);
    return ranker;
  }
  CandidateView NextPerson() { return encoder_->CandidateAt(person_++ % kCandidates); }
  void Read(const float* values, size_t count) {
    // As many sums as hide the latency of an addition.
    std::array<float, 128> sums{};
    for (size_t i = 0; i + sums.size() <= count; i += sums.size())
      for (size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += values[i + lane];
    sink_ = sink_ + sums[0];
    for (const float sum : sums) sink_ = sink_ + sum;
  }
  static void Check(const Result<TopJobs>& top) {
    DYNAJOB_CHECK(top.ok() && top->best.size() == 10, "ten jobs");
  }

  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<PairEncoder> encoder_;
  std::vector<JobView> views_;
  std::vector<JobRow> rows_;
  std::map<Precision, Ranker> rankers_;
  CandidateRow person_ = 0;
  volatile float sink_ = 0;
};

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}
double WallSeconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Milliseconds of one call, over enough calls for `seconds`, after one that is not measured.
double Measure(const std::function<void()>& work, double (*clock)(), double seconds) {
  work();
  const double begin = clock();
  int calls = 0;
  double end = begin;
  for (; end - begin < seconds; end = clock(), ++calls) work();
  return (end - begin) / calls * 1e3;
}

int Serve() {
  const Catalog catalog = MakeCatalog(10000);
  Workloads workloads(catalog, Precision::kFloat32), rounded(catalog, Precision::kBfloat16);
  Rankings rankings;
  const std::map<std::string, std::pair<std::function<void()>, double (*)()>> known = {
      {"train", {[&] { workloads.Train(); }, ThreadSeconds}},
      {"dyna", {[&] { workloads.Dyna(); }, ThreadSeconds}},
      {"dyna-stored", {[&] { workloads.DynaStored(); }, ThreadSeconds}},
      {"train-bf16", {[&] { rounded.Train(); }, ThreadSeconds}},
      {"dyna-bf16", {[&] { rounded.Dyna(); }, ThreadSeconds}},
      {"dyna-stored-bf16", {[&] { rounded.DynaStored(); }, ThreadSeconds}},
      {"train-run", {[&] { workloads.TrainRun(); }, ThreadSeconds}},
      {"train-run-bf16", {[&] { rounded.TrainRun(); }, ThreadSeconds}},
      {"dyna-stored-wall", {[&] { workloads.DynaStored(); }, WallSeconds}},
      {"two-agents-wall", {[&] { workloads.TwoAgents(); }, WallSeconds}},
      {"top10-100k", {[&] { rankings.Exact(1, Precision::kFloat32); }, ThreadSeconds}},
      {"top10-100k-bf16", {[&] { rankings.Exact(1, Precision::kBfloat16); }, ThreadSeconds}},
      {"top10-1m", {[&] { rankings.Exact(10, Precision::kFloat32); }, ThreadSeconds}},
      {"top10-1m-bf16", {[&] { rankings.Exact(10, Precision::kBfloat16); }, ThreadSeconds}},
      {"two-stage-1m", {[&] { rankings.TwoStage(Precision::kFloat32); }, ThreadSeconds}},
      {"two-stage-1m-bf16", {[&] { rankings.TwoStage(Precision::kBfloat16); }, ThreadSeconds}},
      {"scan-1m", {[&] { rankings.ScanVectors(); }, ThreadSeconds}}};
  std::cout << "kernels " << ChosenKernels().name << std::endl;
  std::string name;
  double seconds = 0;
  while (std::cin >> name >> seconds) {
    if (name == "peak") {
      std::cout << PeakGflops(seconds) << std::endl;
    } else if (name == "peak-bf16") {
      std::cout << PeakGflopsBfloat16(seconds) << std::endl;
    } else if (name == "adam") {  // ns per parameter
      std::cout << AdamStream(seconds) << std::endl;
    } else if (const auto found = known.find(name); found != known.end()) {
      const double time = Measure(found->second.first, found->second.second, seconds);
      const bool stored = name.starts_with("dyna-stored") || name.ends_with("-wall");
      const size_t steps = stored ? kStoredSteps : name.starts_with("train-run") ? kRunSteps : 1;
      std::cout << time / static_cast<double>(steps) << std::endl;
    } else {
      std::cerr << "unknown workload '" << name << "'\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace dynajob

int main() { return dynajob::Serve(); }
