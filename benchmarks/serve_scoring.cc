// What scoring every job for a person costs without a server around it: the floor that
// benchmarks/serve_load.py compares `dynajob serve` with.
//
//   serve_scoring STORE MODEL SECONDS THREADS
//
// prints as JSON how many rankings a second THREADS threads do with the model's first layers of all
// jobs at hand, as the server has them: "scores" only the Q-values of all jobs, "top" also the
// best ten of them. Each is measured for SECONDS.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "dynajob/agent/candidate_scorer.h"
#include "dynajob/agent/checkpoint.h"
#include "dynajob/stores/open_store.h"

namespace dynajob {
namespace {

constexpr size_t kTop = 10;

template <typename Value>
Value OrExit(Result<Value> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << "serve_scoring: " << result.error().message << "\n";
  std::exit(1);
}

class Scoring {
 public:
  Scoring(const std::string& store, const std::string& model)
      : catalog_(OrExit(OrExit(OpenStore(store, OpenMode::kReadOnly, {}))
                            ->LoadCatalog(OrExit(CatalogOptions{}.ToSpec())))),
        model_(OrExit(Model::Load(model, catalog_))),
        first_layers_(model_.q_network(), catalog_.job_count()) {
    std::vector<JobView> views;
    for (JobRow row = 0; row < catalog_.job_count(); ++row)
      views.push_back({catalog_.actions().Row(row), &catalog_.job(row)});
    first_layers_.Compute(model_.q_network(), 0, views);
    for (JobRow row = 0; row < catalog_.job_count(); ++row) jobs_.push_back({row, views[row]});
  }

  size_t jobs() const { return jobs_.size(); }

  // Rankings a second.
  double Measure(bool top, double seconds, size_t threads) const {
    using std::chrono::steady_clock;
    const auto begin = steady_clock::now();
    const auto end = begin + std::chrono::duration<double>(seconds);
    std::atomic<size_t> done{0};
    std::vector<std::thread> workers;
    for (size_t i = 0; i < threads; ++i)
      workers.emplace_back([&, i] {
        std::vector<float> scores(jobs_.size());
        std::vector<uint32_t> order(top ? jobs_.size() : 0);
        for (size_t person = i; steady_clock::now() < end; person += threads, ++done) {
          const auto row = static_cast<CandidateRow>(person % catalog_.candidate_count());
          const CandidateScorer scorer(model_.q_network(),
                                       {catalog_.states().Row(row), &catalog_.candidate(row)});
          scorer.Evaluate(first_layers_, jobs_, scores);
          if (top) Select(scores, order);
        }
      });
    for (std::thread& worker : workers) worker.join();
    const std::chrono::duration<double> taken = steady_clock::now() - begin;
    return static_cast<double>(done) / taken.count();
  }

 private:
  static void Select(const std::vector<float>& scores, std::vector<uint32_t>& order) {
    std::iota(order.begin(), order.end(), 0U);
    std::partial_sort(order.begin(),
                      order.begin() + static_cast<std::ptrdiff_t>(std::min(kTop, order.size())),
                      order.end(), [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
  }

  Catalog catalog_;
  Model model_;
  JobShares first_layers_;
  std::vector<CandidateScorer::SharedJob> jobs_;
};

}  // namespace
}  // namespace dynajob

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: serve_scoring STORE MODEL SECONDS THREADS\n";
    return 2;
  }
  const dynajob::Scoring scoring(argv[1], argv[2]);
  const double seconds = std::stod(argv[3]);
  const size_t threads = std::stoul(argv[4]);
  std::cout << fmt::format("{{\"jobs\": {}, \"scores\": {:.2f}, \"top\": {:.2f}}}\n",
                           scoring.jobs(), scoring.Measure(false, seconds, threads),
                           scoring.Measure(true, seconds, threads));
  return 0;
}
