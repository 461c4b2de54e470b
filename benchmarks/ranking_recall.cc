// How large a shortlist must be: recall@10 of two-stage ranking (retrieval/top_jobs.h) against the
// exact ranking of trained networks, on sample markets of any size.
//
//   ranking_recall JOBS PEOPLE MODEL…
//
// For every person the exact top 10 is found by scoring all jobs, and where the linear function of
// the first stage puts each of them. Prints recall by size of the shortlist, and the times of both.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <time.h>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/market/generator.h"
#include "dynajob/market/sample_vectors.h"
#include "dynajob/retrieval/top_jobs.h"

namespace dynajob {
namespace {

constexpr size_t kTop = 10;
constexpr std::array kShares = {0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.1, 0.2};

template <typename T>
T Need(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << result.error().message << '\n';
  std::exit(1);
}

double Seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// A market in the sample's own vectors, without texts; people are not those of the training.
Catalog MakeCatalog(size_t jobs, size_t people) {
  constexpr size_t kChunk = 20000;
  constexpr uint64_t kFirstPerson = 100000;
  const auto embedder = Need(OpenSampleEmbedder());
  const MarketOptions market;
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < people; ++i)
    candidates.push_back(GenerateCandidate(market, kFirstPerson + i));
  Catalog::Data data;
  for (size_t begin = 0; begin < jobs; begin += kChunk) {
    std::vector<Job> chunk;
    for (size_t i = begin; i < std::min(jobs, begin + kChunk); ++i)
      chunk.push_back(GenerateJob(market, i));
    const Catalog part = Need(BuildCatalog(candidates, std::move(chunk), *embedder));
    if (begin == 0) {
      data.state_fields.assign(part.state_fields().begin(), part.state_fields().end());
      data.action_fields.assign(part.action_fields().begin(), part.action_fields().end());
      data.embedder = part.embedder();
      data.actions = Matrix(jobs, part.action_dim());
      data.states = Matrix(part.candidate_count(), part.state_dim());
      for (CandidateRow i = 0; i < part.candidate_count(); ++i) {
        data.candidates.push_back(part.candidate(i));
        std::ranges::copy(part.states().Row(i), data.states.Row(i).begin());
      }
    }
    for (JobRow i = 0; i < part.job_count(); ++i) {
      const Job& full = part.job(i);
      std::ranges::copy(part.actions().Row(i), data.actions.Row(data.jobs.size()).begin());
      Job& job = data.jobs.emplace_back();
      job.id = full.id;
      job.position = full.position;
      job.work_mode = full.work_mode;
      job.seniority = full.seniority;
      job.salary = full.salary;
    }
  }
  data.actions.Truncate(data.jobs.size());
  return Need(Catalog::Create(std::move(data)));
}

struct Person {
  std::vector<double> places;  // of the exact top in the first stage's order, as shares
  double exact_seconds = 0;
  double linear_seconds = 0;
};

Person Look(const PairNetwork& network, CandidateRow candidate, std::span<const JobRow> rows) {
  const CatalogJobs jobs(network, candidate, rows);
  Person person;
  double begin = Seconds();
  const TopJobs exact = Need(SelectTop(jobs, kTop));
  person.exact_seconds = Seconds() - begin;
  begin = Seconds();
  const LinearScore score = Need(LinearNearTheBest(jobs));
  std::vector<float> values(rows.size());
  std::vector<JobView> view(1);
  for (size_t i = 0; i < rows.size(); ++i) {
    view[0] = network.encoder().JobAt(rows[i]);
    score.Evaluate(view, std::span(&values[i], 1));
  }
  person.linear_seconds = Seconds() - begin;
  for (const ScoredJob& best : exact.best) {
    size_t before = 0;
    for (const float value : values) before += value > values[best.position];
    person.places.push_back(static_cast<double>(before + 1) / static_cast<double>(rows.size()));
  }
  return person;
}

int Run(size_t jobs, size_t people, std::span<char*> models) {
  const Catalog catalog = MakeCatalog(jobs, people);
  std::vector<JobRow> rows(catalog.job_count());
  std::iota(rows.begin(), rows.end(), JobRow{0});
  for (const char* directory : models) {
    const Model model = Need(Model::Load(directory, catalog));
    std::vector<double> places;
    double exact = 0, linear = 0;
    for (CandidateRow i = 0; i < catalog.candidate_count(); ++i) {
      const Person person = Look(model.q_network(), i, rows);
      places.insert(places.end(), person.places.begin(), person.places.end());
      exact += person.exact_seconds;
      linear += person.linear_seconds;
    }
    const auto count = static_cast<double>(catalog.candidate_count());
    fmt::print("{}: {} jobs, {} people, exact {:.0f} ms, first stage {:.0f} ms\n", directory,
               catalog.job_count(), catalog.candidate_count(), 1e3 * exact / count,
               1e3 * linear / count);
    for (const double share : kShares) {
      const auto found = std::ranges::count_if(places, [&](double at) { return at <= share; });
      fmt::print("  shortlist {:5.1f} %: recall@{} {:.4f}\n", 100 * share, kTop,
                 static_cast<double>(found) / static_cast<double>(places.size()));
    }
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace dynajob

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: ranking_recall JOBS PEOPLE MODEL…\n";
    return 2;
  }
  return dynajob::Run(std::strtoul(argv[1], nullptr, 10), std::strtoul(argv[2], nullptr, 10),
                      std::span(argv + 3, static_cast<size_t>(argc - 3)));
}
