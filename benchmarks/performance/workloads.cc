// Runs one workload of the learner whenever its name comes on standard input and answers with its
// processor time, so that the caller can alternate with its peer in one run (report.py).
//
// Sizes are those of the issue "As fast as the machine allows": state 2 x 384, job 4 x 384,
// Q-network 512-256-128, world model 512-256, batch 64, 5 planning steps, candidate sets of 100,
// dropout 0.1.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <thread>

#include <time.h>

#include "dynajob/agent/dyna_q.h"
#include "dynajob/agent/trainer.h"
#include "dynajob/rewards/cosine_reward.h"

#include "floor.h"
#include "kernels.h"

namespace dynajob {
namespace {

constexpr size_t kField = 384;
constexpr size_t kBatch = 64;
constexpr size_t kSet = 100;
constexpr size_t kPlanning = 5;
constexpr size_t kCandidates = 500;
constexpr size_t kStoredSteps = 100;
constexpr size_t kRunSteps = 1000;

Catalog MakeCatalog(size_t jobs) {
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

NetworkOptions Options(Precision precision) {
  NetworkOptions options;
  options.precision = precision;
  options.q_layers = {512, 256, 128};
  options.world_model_layers = {512, 256};
  options.dropout = 0.1;
  options.interaction = Interaction::kNone;  // the specification's input, as the peer has it
  options.structured_facts = false;
  return options;
}

std::vector<JobRow> DrawSet(Rng& rng, size_t jobs, size_t count = kSet) {
  std::vector<JobRow> set(count);
  for (JobRow& job : set) job = static_cast<JobRow>(rng.Below(jobs));
  return set;
}

// A learner with 2,000 transitions in its buffer.
class Learner {
 public:
  Learner(const PairEncoder& encoder, Precision precision, uint64_t seed)
      : jobs_(encoder.catalog().job_count()),
        agent_(encoder, Options(precision), Learning(), seed) {
    PhaseSettings settings;
    settings.planning_steps = kPlanning;
    settings.target_sync = 200;
    agent_.BeginPhase(settings, false);
    for (int i = 0; i < 2000; ++i) Observe();
  }
  // Acts, learns and plans as DynaQAgent::Step does; maxima are kept until the target syncs.
  void Step() {
    const std::vector<JobRow> set = DrawSet(rng_, jobs_);
    agent_.Act(static_cast<CandidateRow>(rng_.Below(kCandidates)), set, 0);
    Observe();
    agent_.Learn();
  }

 private:
  static LearnerOptions Learning() {
    LearnerOptions options;
    options.batch_size = kBatch;
    return options;
  }
  void Observe() {
    agent_.Observe({static_cast<CandidateRow>(rng_.Below(kCandidates)),
                    static_cast<JobRow>(rng_.Below(jobs_))},
                   rng_.Uniform(), DrawSet(rng_, jobs_));
  }

  size_t jobs_;
  Rng rng_{7};
  DynaQAgent agent_;
};

class Workloads {
 public:
  Workloads(const Catalog& catalog, Precision precision)
      : precision_(precision),
        catalog_(catalog),
        encoder_(MakeEncoder(catalog_)),
        q_(*encoder_, Options(precision), OptimizerKind::kAdam, 1),
        model_(*encoder_, Options(precision), OptimizerKind::kAdam, 1, 1),
        first_(*encoder_, precision, 1),
        second_(*encoder_, precision, 2) {}

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
    options.network = Options(precision_);
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
  // The best ten of 100,000 jobs, whose shares of the first layer are tabled.
  void TopTen() {
    if (large_ == nullptr) {
      large_ = std::make_unique<Catalog>(MakeCatalog(100000));
      large_encoder_ = MakeEncoder(*large_);
      ranker_ = std::make_unique<PairNetwork>(*large_encoder_, Options(precision_).q_layers,
                                              Options(precision_), OptimizerKind::kAdam, 1);
      std::vector<JobView> views;
      for (size_t i = 0; i < large_->job_count(); ++i)
        views.push_back(large_encoder_->JobAt(static_cast<JobRow>(i)));
      shares_ = Matrix(views.size(), ranker_->share_width());
      ranker_->FirstLayerShares(views, shares_.data());
      for (size_t i = 0; i < views.size(); ++i)
        shared_.push_back({shares_.Row(i).data(), views[i]});
    }
    std::vector<float> values(large_->job_count());
    ranker_->EvaluateShares(large_encoder_->CandidateAt(step_++ % kCandidates), shared_, values);
    std::vector<uint32_t> order(values.size());
    std::iota(order.begin(), order.end(), 0u);
    std::partial_sort(order.begin(), order.begin() + 10, order.end(),
                      [&](uint32_t a, uint32_t b) { return values[a] > values[b]; });
  }

 private:
  static void Steps(Learner& learner) {
    for (size_t i = 0; i < kStoredSteps; ++i) learner.Step();
  }
  static std::unique_ptr<PairEncoder> MakeEncoder(const Catalog& catalog) {
    auto encoder = PairEncoder::Create(catalog, Options(Precision::kFloat32));
    DYNAJOB_CHECK(encoder.ok(), "encoder");
    return std::make_unique<PairEncoder>(std::move(encoder).value());
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
  std::unique_ptr<Catalog> large_;
  std::unique_ptr<PairEncoder> large_encoder_;
  std::unique_ptr<PairNetwork> ranker_;
  Matrix shares_;
  std::vector<PairNetwork::SharedJob> shared_;
  Rng rng_{3};
  std::vector<Pair> pairs_;
  std::vector<float> targets_;
  uint64_t step_ = 0;
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
      {"top10-100k", {[&] { workloads.TopTen(); }, ThreadSeconds}}};
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
