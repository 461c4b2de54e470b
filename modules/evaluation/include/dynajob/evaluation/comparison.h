// The comparison of arms: trains every strategy once per seed, lets every arm meet the same unseen
// candidates under the same protocol, and summarises with intervals (docs/protocol.md).
#ifndef DYNAJOB_EVALUATION_COMPARISON_H_
#define DYNAJOB_EVALUATION_COMPARISON_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dynajob/agent/options.h"
#include "dynajob/agent/trainer.h"
#include "dynajob/core/catalog.h"
#include "dynajob/core/progress.h"
#include "dynajob/evaluation/arm.h"
#include "dynajob/evaluation/judge.h"
#include "dynajob/evaluation/linear_bandit.h"
#include "dynajob/evaluation/metrics.h"
#include "dynajob/evaluation/pretrained_agents.h"
#include "dynajob/retrieval/candidate_sets.h"
#include "dynajob/rewards/cosine_reward.h"
#include "dynajob/rewards/response_rewards.h"
#include "dynajob/rewards/simulated_user_reward.h"
#include "dynajob/rewards/surrogate_user.h"

namespace dynajob {

struct ComparisonOptions {
  std::vector<std::string> arms = {"baseline", "cosine",      "llm",           "hybrid",
                                   "random",   "cosine-rank", "hybrid-frozen", "oracle"};
  std::vector<std::string> protocols = {"new-user", "new-system"};
  int64_t seeds = 5;  // how many
  int64_t seed = 1;   // the first
  int64_t workers = 2;
  int64_t steps = 50;       // per candidate
  int64_t candidates = 30;  // unseen ones per seed
  int64_t candidate_set_size = 50;
  double training_share = 0.5;  // of candidates and jobs
  int64_t jumpstart_sets = 10;
  double threshold_share = 0.7;  // of the greedy oracle
  int64_t threshold_window = 10;
  int64_t resamples = 2000;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);
};

// The arms by name: learners "baseline", "cosine", "llm", "hybrid"; their frozen twins
// "cosine-frozen", "llm-frozen", "hybrid-frozen"; references "greedy-model" (hybrid's world model
// alone) with its twin "greedy-model-frozen", "linucb", "linucb-cosine", "thompson",
// "thompson-cosine", "random", "cosine-rank" (also the frozen twin of the two with a cosine prior),
// "surrogate-rank", "oracle".
std::vector<std::string> KnownArms();

// Everything that shapes an experiment.
struct ExperimentOptions {
  ComparisonOptions comparison;
  TrainerOptions trainer;
  OnlineOptions online;
  JudgeOptions judge;
  ResponseRewards rewards;
  CosineOptions cosine;
  SurrogateOptions surrogate;
  LabelOptions labels;
  BanditOptions bandit;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);
};

// Who labels pairs for the arms that buy labels.
struct Labeller {
  // Borrowed; used by several threads at once. Null: the surrogate of the options.
  UserSimulator* user = nullptr;
  std::string kind = "surrogate";  // as results must say it
};

// Of one arm in one protocol and one seed.
struct ArmCost {
  uint64_t llm_calls = 0;  // distinct pairs labelled, whoever paid for them first
  uint64_t predicted_rewards =
      0;                    // steps of pre-training that the world model rewarded, at a limit
  uint64_t unanswered = 0;  // steps whose pair the simulated user had no usable answer for
  uint64_t env_steps = 0;   // pre-training and online
  uint64_t updates = 0;     // real and simulated, pre-training and online: of Q, or of the world
                            // model where the arm recommends by that
  uint64_t pretraining_env_steps = 0;  // of those, the ones before the first unseen person
  uint64_t pretraining_updates = 0;
  // Wall-clock seconds, for timing.json; never in results, since no two runs agree on them.
  double training_s = 0;
  double online_s = 0;
};

struct ArmTraces {
  std::string name;
  std::string kind;                         // "learner" or "reference"
  std::vector<std::vector<Trace>> by_seed;  // [seed][candidate]
  std::vector<ArmCost> cost_by_seed;
};

struct ProtocolTraces {
  Protocol protocol = Protocol::kNewUser;
  std::vector<ArmTraces> arms;  // in the order of the options
  ArmTraces oracle;             // always run: thresholds and shares need it
};

// How the judge answers and how well the reward sources know it; means over the seeds, on random
// pairs of unseen candidates and jobs.
struct JudgeReport {
  ResponseProbabilities shares{};
  double surrogate_rank_correlation = 0;  // Spearman, expected rewards
  double cosine_rank_correlation = 0;
};

// Where candidate sets came from; sums over the seeds.
struct CandidateSetReport {
  std::string source;
  std::string search;
  size_t expired = 0;  // jobs of the catalog, in no candidate set
  PoolCounts training;
  PoolCounts evaluation;
};

// Who takes part, and who of the store does not.
struct CatalogReport {
  size_t candidates = 0;
  size_t jobs = 0;
  CatalogExclusions exclusions;
};

struct ComparisonTraces {
  std::vector<uint64_t> seeds;
  std::vector<std::vector<std::string>> people;  // [seed]: the ids of those whom the arms met
  CatalogReport catalog;
  std::string llm_kind;
  // Further facts about who labelled, for results.json, in order; set by the caller. Nothing that
  // depends on how labels were fetched: results are the same whether they were bought or cached.
  std::vector<std::pair<std::string, std::string>> llm_facts;
  JudgeReport judge;
  double lowest_reward = 0;  // that of a certain IGNORE; what a normalized score of 0 stands for
  std::optional<CandidateSetReport> candidate_sets;  // unless they are drawn from all jobs
  std::vector<ProtocolTraces> protocols;
};

// Runs everything. The result depends on catalog, options, labels and candidate sets only, not on
// the number of workers. `candidate_sets` must be made for all candidates; null: sets are drawn
// from all jobs of a split. Fails with kCancelled when the token is set, and as the source of
// labels does. `agents` keeps warm starts from one comparison to the next; null: all are trained
// anew, with the same result.
Result<ComparisonTraces> RunComparison(const Catalog& catalog, const ExperimentOptions& options,
                                       const Labeller& labels, ProgressSink* progress,
                                       const CancellationToken* cancellation,
                                       const CandidateSets* candidate_sets = nullptr,
                                       PretrainedAgents* agents = nullptr);

// results.json, schema "dynajob.results/1".
std::string ResultsJson(const ComparisonTraces& traces, const ComparisonOptions& options);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_COMPARISON_H_
