#include "dynajob/agent/options.h"

#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/agent/trainer.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <typename Options>
struct Violation {
  std::function<void(Options&)> spoil;
  std::string key;
  std::string value;
  std::string limit;
};

template <typename Options>
void ExpectRefused(const std::vector<Violation<Options>>& violations) {
  EXPECT_TRUE(Options().Validate().ok()) << "the defaults are valid";
  for (const auto& violation : violations) {
    Options options;
    violation.spoil(options);
    const Status status = options.Validate();
    ASSERT_FALSE(status.ok()) << violation.key << " = " << violation.value;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.error().message, HasSubstr(violation.key));
    EXPECT_THAT(status.error().message, HasSubstr(violation.value));
    EXPECT_THAT(status.error().message, HasSubstr(violation.limit));
  }
}

TEST(NetworkOptions, ViolationsNameKeyValueAndLimit) {
  using O = NetworkOptions;
  ExpectRefused<O>({
      {[](O& o) { o.q_layers = {}; }, "network.q_layers", "0", "1 to 8 layers"},
      {[](O& o) { o.q_layers = std::vector<int64_t>(9, 4); }, "network.q_layers", "9", "1 to 8"},
      {[](O& o) {
         o.world_model_layers = {8, 0};
       },
       "network.world_model_layers", "0", "from 1"},
      {[](O& o) { o.dropout = 1; }, "network.dropout", "1", "to 0.95"},
      {[](O& o) { o.dropout = -0.1; }, "network.dropout", "-0.1", "from 0"},
      {[](O& o) { o.dropout = kNan; }, "network.dropout", "nan", "from 0"},
      {[](O& o) { o.bilinear_rank = 0; }, "network.bilinear_rank", "0", "from 1"},
      {[](O& o) { o.device = Device::kCuda; }, "network.device", "cuda", "on the CPU only"},
  });
}

TEST(LearnerOptions, ViolationsNameKeyValueAndLimit) {
  using O = LearnerOptions;
  ExpectRefused<O>({
      {[](O& o) { o.gamma = 1; }, "agent.gamma", "1", "to 0.9999"},
      {[](O& o) { o.gamma = -0.5; }, "agent.gamma", "-0.5", "from 0"},
      {[](O& o) { o.gamma = kNan; }, "agent.gamma", "nan", "from 0"},
      {[](O& o) { o.batch_size = 0; }, "agent.batch_size", "0", "from 1"},
      {[](O& o) { o.buffer_capacity = -3; }, "agent.buffer_capacity", "-3", "from 1"},
      {[](O& o) { o.target_sync_pretrain = 0; }, "agent.target_sync_pretrain", "0", "from 1"},
      {[](O& o) { o.target_sync_online = 0; }, "agent.target_sync_online", "0", "from 1"},
      {[](O& o) { o.planning_steps = -1; }, "agent.planning_steps", "-1", "from 0"},
      {[](O& o) { o.ensemble = 0; }, "agent.ensemble", "0", "from 1"},
      {[](O& o) { o.disagreement_penalty = -1; }, "agent.disagreement_penalty", "-1", "at least 0"},
  });
}

TEST(PretrainOptions, ViolationsNameKeyValueAndLimit) {
  using O = PretrainOptions;
  ExpectRefused<O>({
      {[](O& o) { o.episode_steps = 0; }, "pretrain.episode_steps", "0", "from 1"},
      {[](O& o) { o.candidate_set_size = 1; }, "pretrain.candidate_set_size", "1", "from 2"},
      {[](O& o) { o.epsilon_start = 1.5; }, "pretrain.epsilon_start", "1.5", "from 0 to 1"},
      {[](O& o) { o.epsilon_end = kNan; }, "pretrain.epsilon_end", "nan", "from 0 to 1"},
      {[](O& o) { o.minimum_updates = -1; }, "pretrain.minimum_updates", "-1", "from 0"},
      {[](O& o) { o.cosine.steps = -1; }, "pretrain.cosine.steps", "-1", "from 0"},
      {[](O& o) { o.llm.updates_per_step = -1; }, "pretrain.llm.updates_per_step", "-1", "from 0"},
      {[](O& o) { o.hybrid_llm.learning_rate = 0; }, "pretrain.hybrid_llm.learning_rate", "0",
       "above 0"},
      {[](O& o) { o.hybrid_rollout_steps = -2; }, "pretrain.hybrid_rollout_steps", "-2", "from 0"},
      {[](O& o) { o.label_pool = -1; }, "pretrain.label_pool", "-1", "from 0"},
      {[](O& o) { o.pools_ahead = 0; }, "pretrain.pools_ahead", "0", "from 1 to 64"},
  });
}

TEST(OnlineOptions, ViolationsNameKeyValueAndLimit) {
  using O = OnlineOptions;
  ExpectRefused<O>({
      {[](O& o) { o.learning_rate_warm = 0; }, "online.learning_rate_warm", "0", "above 0"},
      {[](O& o) { o.learning_rate_cold = 2; }, "online.learning_rate_cold", "2", "at most 1"},
      {[](O& o) { o.epsilon_warm = -1; }, "online.epsilon_warm", "-1", "from 0 to 1"},
      {[](O& o) { o.epsilon_cold = 2; }, "online.epsilon_cold", "2", "from 0 to 1"},
      {[](O& o) { o.epsilon_decay_steps = -1; }, "online.epsilon_decay_steps", "-1", "from 0"},
      {[](O& o) { o.warmup_steps = -1; }, "online.warmup_steps", "-1", "from 0"},
      {[](O& o) { o.rehearsal_new_user = 1.1; }, "online.rehearsal_new_user", "1.1", "from 0 to 1"},
      {[](O& o) { o.rehearsal_new_system = kNan; }, "online.rehearsal_new_system", "nan", "0 to 1"},
  });
}

TEST(TrainerOptions, ValidatesEveryPart) {
  TrainerOptions options;
  EXPECT_TRUE(options.Validate().ok());
  options.network.q_layers = {};
  EXPECT_FALSE(options.Validate().ok());
  options = {};
  options.learner.gamma = 2;
  EXPECT_FALSE(options.Validate().ok());
  options = {};
  options.pretrain.episode_steps = 0;
  EXPECT_FALSE(options.Validate().ok());
  options = {};
  options.hybrid.anneal_fraction = 0;
  EXPECT_FALSE(options.Validate().ok());
}

TEST(AgentOptions, EveryKeyCanBeSetAndPrintedBack) {
  NetworkOptions network;
  LearnerOptions learner;
  PretrainOptions pretrain;
  OnlineOptions online;
  ConfigRegistry registry;
  network.Bind(registry);
  learner.Bind(registry);
  pretrain.Bind(registry);
  online.Bind(registry);
  for (const char* assignment :
       {"network.q_layers=7,5,3", "network.interaction=bilinear", "network.backend=libtorch",
        "network.precision=bfloat16", "network.structured_facts=true", "agent.gamma=0.75",
        "agent.search_control=replay", "agent.optimizer=rmsprop", "agent.double_dqn=true",
        "pretrain.hybrid_llm.steps=77", "online.rehearsal_new_system=0.25",
        "online.updates_per_step=6"}) {
    const Status status = registry.Set(assignment);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  }
  EXPECT_EQ(network.q_layers, (std::vector<int64_t>{7, 5, 3}));
  EXPECT_EQ(network.interaction, Interaction::kBilinear);
  EXPECT_EQ(network.backend, Backend::kLibTorch);
  EXPECT_EQ(network.precision, Precision::kBfloat16);
  EXPECT_FALSE(network.Validate().ok()) << "libtorch computes in float32";
  network.backend = Backend::kFused;
  EXPECT_TRUE(network.Validate().ok());
  EXPECT_TRUE(network.structured_facts);
  EXPECT_DOUBLE_EQ(learner.gamma, 0.75);
  EXPECT_EQ(learner.search_control, SearchControl::kReplay);
  EXPECT_EQ(learner.optimizer, OptimizerKind::kRmsProp);
  EXPECT_TRUE(learner.double_dqn);
  EXPECT_EQ(pretrain.hybrid_llm.steps, 77);
  EXPECT_DOUBLE_EQ(online.rehearsal_new_system, 0.25);
  EXPECT_EQ(online.updates_per_step, 6);

  // What is printed configures a second set of structs equally.
  NetworkOptions network2;
  LearnerOptions learner2;
  PretrainOptions pretrain2;
  OnlineOptions online2;
  ConfigRegistry copy;
  network2.Bind(copy);
  learner2.Bind(copy);
  pretrain2.Bind(copy);
  online2.Bind(copy);
  ASSERT_TRUE(copy.LoadToml(registry.ToToml(), "test").ok());
  EXPECT_EQ(copy.ToToml(), registry.ToToml());
}

TEST(AgentOptions, TheRegistryRefusesWhatValidateRefuses) {
  for (const char* assignment :
       {"network.q_layers=0", "network.dropout=1", "agent.gamma=1", "agent.batch_size=0",
        "agent.ensemble=0", "agent.search_control=best", "pretrain.epsilon_start=1.5",
        "pretrain.candidate_set_size=1", "online.learning_rate_warm=0",
        "online.updates_per_step=-1"}) {
    NetworkOptions network;
    LearnerOptions learner;
    PretrainOptions pretrain;
    OnlineOptions online;
    ConfigRegistry registry;
    network.Bind(registry);
    learner.Bind(registry);
    pretrain.Bind(registry);
    online.Bind(registry);
    EXPECT_FALSE(registry.Set(assignment).ok()) << assignment;
  }
}

TEST(Strategy, NamesParseBack) {
  for (const Strategy strategy :
       {Strategy::kBaseline, Strategy::kCosine, Strategy::kLlm, Strategy::kHybrid}) {
    const auto parsed = ParseStrategy(ToString(strategy));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, strategy);
  }
  EXPECT_THAT(ParseStrategy("magic").error().message, HasSubstr("'magic'"));
  EXPECT_THAT(ParseStrategy("magic").error().message, HasSubstr("hybrid"));
}

}  // namespace
}  // namespace dynajob
