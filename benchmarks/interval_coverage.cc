// How often the intervals of a comparison cover a known difference and how often a winner is
// claimed where there is none, by the number of seeds: the table of docs/protocol.md.
//
//   interval_coverage [EXPERIMENTS [RESAMPLES]]     (defaults 2000 and 1000; about ten minutes)
#include <cstdio>
#include <cstdlib>
#include <string>

#include "coverage_simulation.h"

int main(int argc, char** argv) {
  using namespace dynajob;
  CoverageOptions options;
  options.people = 24;
  options.stratified = true;
  options.experiments = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
  options.resamples = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1000;
  std::printf("%zu experiments of %zu people per seed, %zu resamples, difference 0.4 or none\n",
              options.experiments, options.people, options.resamples);
  std::printf(
      "| population | seeds | covered | claimed where none | found | stratified covered |\n");
  std::printf("|---|---|---|---|---|---|\n");
  for (const Population population : kPopulations) {
    for (const size_t seeds : {2u, 3u, 5u, 10u, 20u}) {
      options.population = population;
      options.seeds = seeds;
      options.difference = 0.4;
      options.seed = 1;
      const Coverage known = MeasureCoverage(options);
      options.difference = 0;
      options.seed = 2;
      const Coverage none = MeasureCoverage(options);
      std::printf("| %s | %zu | %.1f %% | %.1f %% | %.1f %% | %.1f %% |\n",
                  std::string(ToString(population)).c_str(), seeds, 100 * known.covered,
                  100 * none.claimed, 100 * known.claimed, 100 * known.stratified_covered);
      std::fflush(stdout);
    }
  }
}
