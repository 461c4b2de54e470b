// All configuration of the program: the one place where every option struct is registered.
#ifndef DYNAJOB_CLI_SRC_SETTINGS_H_
#define DYNAJOB_CLI_SRC_SETTINGS_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/embeddings/endpoint_embedder.h"
#include "dynajob/embeddings/lexical_embedder.h"
#include "dynajob/embeddings/minilm.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/evaluation/comparison.h"
#include "dynajob/evaluation/off_policy.h"
#include "dynajob/llm/chat_options.h"
#include "dynajob/market/generator.h"
#include "dynajob/market/jsonl_importer.h"
#include "dynajob/retrieval/options.h"
#include "dynajob/retrieval/top_jobs.h"
#include "dynajob/serve/learning_options.h"
#include "dynajob/serve/options.h"
#include "dynajob/stores/catalog_spec.h"
#include "dynajob/stores/open_store.h"
#include "dynajob/stores/ranking_store.h"

#include "llm_options.h"

namespace dynajob {

// How `dynajob train` reports and saves.
struct TrainOptions {
  int64_t checkpoint_steps = 500;  // environment steps between checkpoints and progress rows

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "train.…"
};

// What the sources of configuration are, lowest precedence first.
struct ConfigSources {
  std::string built_in;               // TOML text of the command itself; may be empty
  std::filesystem::path run_config;   // config.toml of a run; skipped when it does not exist
  std::filesystem::path file;         // --config
  std::vector<std::string> settings;  // "key=value" of flags and --set
};

class Settings {
 public:
  Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // Applies the sources and the environment and validates. Any failure is kInvalidArgument, except
  // for files that cannot be read.
  Status Load(const ConfigSources& sources);

  // Becomes `base` with the keys that `toml` sets. kInvalidArgument as Load.
  Status Vary(const Settings& base, std::string_view toml);

  const ConfigRegistry& registry() const { return registry_; }

  // The part that shapes a trained model, as TOML: two trainings with equal text, strategy, seed
  // and catalog give equal models.
  std::string TrainingToml() const;

  ExperimentOptions experiment;
  MarketOptions market;
  LexicalOptions lexical;
  MiniLmOptions minilm;
  EndpointEmbeddingOptions endpoint_embedding;
  EmbedOptions embed;
  CatalogOptions catalog;
  CandidateSetOptions candidate_sets;
  StoreOptions store;
  CatalogCacheOptions catalog_cache;
  RankingOptions ranking;
  ImportOptions import;
  ChatOptions chat;
  TrainOptions train;
  LlmOptions llm;
  ServeOptions serve;
  LearningOptions learn;
  OffPolicyOptions off_policy;

 private:
  Status Validate() const;

  ConfigRegistry registry_;
};

// Keys whose values differ between two texts as ConfigRegistry::ToToml writes them, each as
// "key: a -> b".
std::vector<std::string> DifferingKeys(std::string_view toml_a, std::string_view toml_b);

// The value of a key in such a text, as TOML; empty when it is not there.
std::string ValueOf(std::string_view toml, const std::string& key);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_SETTINGS_H_
