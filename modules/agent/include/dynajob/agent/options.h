// Options of the networks and of the Dyna-Q learner. Every field has a default; `Validate` names
// the field, its value and the limit. The defaults follow a prototype study of some 500 settings;
// the comments say what each trades.
#ifndef DYNAJOB_AGENT_OPTIONS_H_
#define DYNAJOB_AGENT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

// How the network sees that a candidate field and a job field belong together.
enum class Interaction {
  kNone,      // the specification: concatenation [s; v] only
  kProducts,  // element-wise products of the paired fields as further inputs
  kBilinear,  // a low-rank term sum_k (U s)_k (V v)_k added to the output
};

enum class OptimizerKind { kAdam, kRmsProp };

// Who computes loss and gradient of the multilayer perceptron. Both are the same function (equal to
// 1e-5 relative in the tests).
enum class Backend {
  kFused,     // our own forward and backward over the kernels of the processor, the default on CPU
  kLibTorch,  // LibTorch modules and autograd, the reference
};

// The numbers that networks are computed in. Parameters, sums and moments are float32 with both.
// Rankings use it with every kind of input (candidate_scorer.h), learning as NetworkOptions says.
enum class Precision {
  kFloat32,
  kBfloat16,  // products of rounded operands: half the time and memory where the processor has it
};

// What networks are computed on. This build has the CPU only; the other is refused with a message.
enum class Device { kCpu, kCuda };

// Where the pairs of simulated experience come from (Sutton and Barto 2018, section 8.2).
enum class SearchControl {
  kReplay,  // pairs that were tried, as the specification
  kUnseen,  // jobs that were never tried for that state
  // Of several times as many such pairs those whose update would change Q most, by the priorities
  // of prioritized sweeping (Moore and Atkeson 1993; Sutton and Barto 2018, section 8.4).
  kPrioritized,
};

struct NetworkOptions {
  std::vector<int64_t> q_layers = {128, 64};
  std::vector<int64_t> world_model_layers = {128, 64};
  double dropout = 0.0;  // probability of dropping a hidden unit while training
  // Products and facts are the default because the learners gain by them (docs/findings.md);
  // kNone without facts is the specification's plain concatenation.
  Interaction interaction = Interaction::kProducts;
  int64_t bilinear_rank = 32;
  // Fields that kProducts multiplies, "state field:action field"; equal lengths required.
  std::vector<std::string> product_pairs = {"hard:tech", "soft:soft"};
  bool structured_facts = true;  // salary gap, distance, work mode, seniority gap as inputs
  Backend backend = Backend::kFused;
  // With Backend::kFused. kBfloat16 is for gradients, for values of rows of the catalog (without a
  // bilinear term), for the learner's tables of concatenated inputs (without products and facts,
  // either) and for ranking (candidate_scorer.h); everything else stays float32.
  Precision precision = Precision::kFloat32;
  Device device = Device::kCpu;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);
};

struct LearnerOptions {
  // Discount. The state is static, so Q*(s, a) = r(s, a) + gamma V(s): gamma cannot change which
  // job is best, only how noisy the targets are.
  double gamma = 0.3;
  int64_t batch_size = 32;
  int64_t buffer_capacity = 20000;
  int64_t target_sync_pretrain = 200;  // in Q updates, real and simulated
  int64_t target_sync_online = 50;
  bool double_dqn = false;  // van Hasselt et al. 2016
  int64_t planning_steps = 5;
  SearchControl search_control = SearchControl::kUnseen;
  int64_t ensemble = 1;             // world models; more than one allows a penalty
  double disagreement_penalty = 0;  // lambda in r^ - lambda * std of the ensemble
  OptimizerKind optimizer = OptimizerKind::kAdam;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);
};

// Reward sources of a warm start.
enum class Strategy { kBaseline, kCosine, kLlm, kHybrid };
std::string_view ToString(Strategy strategy);
Result<Strategy> ParseStrategy(std::string_view text);

// One pre-training phase: `steps` environment steps, each followed by `updates_per_step` Q updates
// and as many world-model updates.
struct PhaseOptions {
  int64_t steps = 0;
  int64_t updates_per_step = 1;
  double learning_rate = 1e-3;
};

// How the pairs are chosen whose labels a simulated user is asked for (Settles 2009, chapters 2,
// 3).
enum class Acquisition {
  kOnPolicy,     // as the learner behaves: epsilon-greedily on Q
  kUncertainty,  // of each candidate set, the pair that the world models disagree on most
  kRandom,       // of each candidate set, any
};

// What becomes of the learner when the budget of labels is spent.
enum class AtLimit {
  kStop,        // the training ends with kBudgetReached and can be continued
  kWorldModel,  // it goes on; unlabelled pairs are rewarded by the world model
};

struct PretrainOptions {
  int64_t episode_steps = 2;  // short episodes spread the labels over people
  int64_t candidate_set_size = 50;
  double epsilon_start = 1.0;  // falls linearly over the phase
  double epsilon_end = 0.2;
  PhaseOptions cosine{.steps = 4000, .updates_per_step = 2, .learning_rate = 1e-3};
  PhaseOptions llm{.steps = 4000, .updates_per_step = 1, .learning_rate = 1e-3};
  PhaseOptions hybrid_llm{.steps = 4000, .updates_per_step = 1, .learning_rate = 5e-4};
  int64_t minimum_updates = 500;  // of a phase, however few its steps
  // First steps of the hybrid's phase 2, out of its label budget: roll-outs of the phase 1 policy
  // that seed the buffer and on whose labels the calibration is fitted, before any update.
  int64_t hybrid_rollout_steps = 200;
  // Steps whose pairs are chosen together, ahead of the learner, so that a slow simulated user
  // always has work. 1: each pair right before it is learned from. 0: as the simulated user likes
  // it (RewardSource::pool_hint), which is 1 for the surrogate.
  int64_t label_pool = 0;
  int64_t pools_ahead = 2;  // pools that are chosen and not yet learned from; where the pool is > 1
  Acquisition acquisition = Acquisition::kOnPolicy;
  AtLimit at_limit = AtLimit::kStop;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);
};

// The online phase, where the environment answers.
struct OnlineOptions {
  double learning_rate_warm = 1e-4;  // higher rates dip below the frozen warm start
  double learning_rate_cold = 1e-3;
  double epsilon_warm = 0.0;
  double epsilon_cold = 0.05;
  int64_t epsilon_decay_steps = 50;  // linear decay to 0
  int64_t warmup_steps = 5;          // steps before the first update
  // Real updates after a step. A control for planning makes as many of them, 1 + planning_steps.
  int64_t updates_per_step = 1;
  double rehearsal_new_user = 0.0;  // share of pre-training data in the batches
  double rehearsal_new_system = 0.75;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_OPTIONS_H_
