// How the cost of a Dyna-Q step grows with the catalog and with the candidate set.
//
//   performance_scaling [JOBS] [float32 | bfloat16]
//
// measures catalogs of 1,000, 10,000, … up to JOBS jobs (1,000,000 unless given) and candidate sets
// of 10 to 10,000, with stored maxima (agent/dyna_q.h), and prints two tables: processor time of a
// step over whole periods between two syncs of the target network, and resident memory. Under each,
// exponents b of the fit a x^b. The learner is that of learner.h with 200 transitions in its
// buffer. 1,000,000 jobs take 6.1 GB.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "floor.h"
#include "learner.h"

namespace dynajob {
namespace {

constexpr size_t kTransitions = 200;
// Steps between two syncs, each of which makes 1 + kPlanning updates, and at least how long to
// look.
constexpr size_t kPeriod = (kTargetSync + kPlanning) / (1 + kPlanning);
constexpr double kSeconds = 1;
constexpr size_t kSets[] = {10, 100, 1000, 10000};

struct Cell {
  double milliseconds = NAN;  // of a step
  double megabytes = NAN;     // resident
};

double ResidentMegabytes() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

Cell Measure(const PairEncoder& encoder, size_t set, Precision precision) {
  Learner learner(encoder, precision, 1,
                  {.transitions = kTransitions, .set = set, .capacity = kTransitions});
  // The first period is like every other: no maximum is known, nor any row of the table.
  const double begin = CpuSeconds();
  size_t periods = 0;
  for (; CpuSeconds() - begin < kSeconds; ++periods)
    for (size_t i = 0; i < kPeriod; ++i) learner.Step();
  const double taken = CpuSeconds() - begin;
  return {.milliseconds = 1e3 * taken / static_cast<double>(periods * kPeriod),
          .megabytes = ResidentMegabytes()};
}

// The b of a x^b by least squares on logarithms; what is not a number is left out.
double Exponent(std::span<const double> xs, std::span<const double> ys) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (size_t i = 0; i < xs.size(); ++i) {
    if (std::isnan(ys[i])) continue;
    const double u = std::log(xs[i]), v = std::log(ys[i]);
    n += 1, x += u, y += v, xx += u * u, xy += u * v;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

void PrintTable(const char* title, std::span<const double> jobs,
                std::span<const std::vector<Cell>> rows, double Cell::*value) {
  std::vector<double> sets;
  std::printf("\n| %s, candidate set of |", title);
  for (const size_t set : kSets) {
    std::printf(" %zu |", set);
    sets.push_back(static_cast<double>(set));
  }
  std::printf(" exponent |\n|---|");
  for (size_t i = 0; i <= sets.size(); ++i) std::printf("---|");
  std::vector<std::vector<double>> columns(sets.size());
  for (size_t row = 0; row < jobs.size(); ++row) {
    std::vector<double> line;
    std::printf("\n| %.0f jobs |", jobs[row]);
    for (size_t i = 0; i < sets.size(); ++i) {
      line.push_back(rows[row][i].*value);
      columns[i].push_back(line.back());
      std::isnan(line.back()) ? std::printf(" |") : std::printf(" %.1f |", line.back());
    }
    std::printf(" %.2f |", Exponent(sets, line));
  }
  std::printf("\n| exponent |");
  for (const std::vector<double>& column : columns) std::printf(" %.2f |", Exponent(jobs, column));
  std::printf(" |\n");
}

void Run(size_t most, Precision precision) {
  std::vector<double> jobs;
  std::vector<std::vector<Cell>> rows;
  for (size_t count = 1000; count <= most; count *= 10) {
    const Catalog catalog = MakeCatalog(count);
    const auto encoder = MakeEncoder(catalog);
    jobs.push_back(static_cast<double>(count));
    std::vector<Cell>& row = rows.emplace_back();
    for (const size_t set : kSets) {
      row.push_back(set <= count ? Measure(*encoder, set, precision) : Cell());
      if (set > count) continue;
      std::fprintf(stderr, "%zu jobs, set of %zu: %.1f ms a step, %.0f MB\n", count, set,
                   row.back().milliseconds, row.back().megabytes);
    }
  }
  PrintTable("ms a step", jobs, rows, &Cell::milliseconds);
  PrintTable("MB resident", jobs, rows, &Cell::megabytes);
}

}  // namespace
}  // namespace dynajob

int main(int argc, char** argv) {
  const std::string precision = argc > 2 ? argv[2] : "float32";
  const size_t most = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000000;
  if (argc > 3 || most < 1000 || (precision != "float32" && precision != "bfloat16")) {
    std::fprintf(stderr,
                 "usage: performance_scaling [JOBS of 1000 and more] [float32 | bfloat16]\n");
    return 2;
  }
  dynajob::Run(
      most, precision == "bfloat16" ? dynajob::Precision::kBfloat16 : dynajob::Precision::kFloat32);
  return 0;
}
