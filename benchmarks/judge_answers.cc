// What a simulated person, the judge of the comparison, answers to a job: for programs that drive
// the HTTP API as people would (benchmarks/policy_learns.py).
//
//   judge_answers STORE SEED
//
// reads lines "CANDIDATE JOB" and prints for each "RESPONSE REWARD EXPECTED": what the person does,
// what it is worth, and the mean over what the person might do. A line with a name that is not in
// the catalog is answered with "?".
#include <iostream>
#include <sstream>
#include <string>

#include "dynajob/evaluation/judge.h"
#include "dynajob/stores/open_store.h"

namespace dynajob {
namespace {

template <typename Value>
Value OrExit(Result<Value> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << "judge_answers: " << result.error().message << "\n";
  std::exit(1);
}

void Answer(const std::string& store_name, uint64_t seed) {
  const auto store = OrExit(OpenStore(store_name, OpenMode::kReadOnly, {}));
  const CatalogSpec spec = OrExit(CatalogOptions{}.ToSpec());
  const Catalog catalog = OrExit(store->LoadCatalog(spec));
  const ResponseRewards rewards;
  const Judge judge = OrExit(Judge::Create(catalog, JudgeOptions{}, rewards, seed));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string person, job;
    words >> person >> job;
    const auto candidate_row = catalog.FindCandidate(person);
    const auto job_row = catalog.FindJob(job);
    if (candidate_row && job_row) {
      const Pair pair{*candidate_row, *job_row};
      const Response response = judge.Respond(pair, seed);
      std::cout << ToString(response) << ' ' << rewards.Of(response) << ' '
                << judge.ExpectedReward(pair) << std::endl;
    } else {
      std::cout << '?' << std::endl;
    }
  }
}

}  // namespace
}  // namespace dynajob

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: judge_answers STORE SEED\n";
    return 2;
  }
  dynajob::Answer(argv[1], std::stoull(argv[2]));
  return 0;
}
