// A synthetic US labour market: jobs and candidates drawn from the occupations of the built-in
// vocabulary, with texts that read like postings and résumés.
//
// Every entity is a pure function of (seed, index): markets of different sizes share their first
// entities, and entities can be made in any order and on any thread. The skills of neighbouring
// occupations and sectors overlap by degrees, so that a match between a candidate and a job is a
// matter of more or less. Preferences of candidates are not made here: they belong to the judge.
#ifndef DYNAJOB_MARKET_GENERATOR_H_
#define DYNAJOB_MARKET_GENERATOR_H_

#include <cstdint>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"

namespace dynajob {

struct MarketOptions {
  static constexpr int64_t kMaxEntities = 10'000'000;

  int64_t jobs = 3000;       // 1 to kMaxEntities
  int64_t candidates = 300;  // 1 to kMaxEntities
  int64_t seed = 7;          // any; equal seeds give equal markets

  Status Validate() const;
  // Declares market.jobs, market.candidates and market.seed. The struct must outlive the registry.
  void Bind(ConfigRegistry& registry);
};

struct Market {
  std::vector<Candidate> candidates;
  std::vector<Job> jobs;
};

// Fails with kInvalidArgument when the options are out of range.
Result<Market> GenerateMarket(const MarketOptions& options);

// One entity, equal to Market::jobs[index] or Market::candidates[index]; only options.seed matters.
// Safe for concurrent use. Ids are "job-000123" and "candidate-000042".
Job GenerateJob(const MarketOptions& options, uint64_t index);
Candidate GenerateCandidate(const MarketOptions& options, uint64_t index);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_GENERATOR_H_
