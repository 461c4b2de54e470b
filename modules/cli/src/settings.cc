#include "settings.h"

#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "dynajob/market/vocabulary.h"

namespace dynajob {
namespace {

constexpr int64_t kMaxCheckpointSteps = 1'000'000'000;

// "section.key" -> value, as text.
std::map<std::string, std::string> KeyValues(std::string_view toml) {
  std::map<std::string, std::string> values;
  std::string section, line;
  std::istringstream lines{std::string(toml)};
  while (std::getline(lines, line)) {
    if (line.starts_with('[') && line.ends_with(']')) {
      section = line.substr(1, line.size() - 2) + ".";
    } else if (const size_t equals = line.find(" = "); equals != std::string::npos) {
      values[section + line.substr(0, equals)] = line.substr(equals + 3);
    }
  }
  return values;
}

}  // namespace

Status TrainOptions::Validate() const {
  if (checkpoint_steps >= 1 && checkpoint_steps <= kMaxCheckpointSteps) return Status::Ok();
  return InvalidArgument(fmt::format("train.checkpoint_steps = {}: must be from 1 to {}",
                                     checkpoint_steps, kMaxCheckpointSteps));
}

void TrainOptions::Bind(ConfigRegistry& registry) {
  registry.Add("train.checkpoint_steps", &checkpoint_steps,
               "environment steps between checkpoints and progress rows", 1, kMaxCheckpointSteps);
}

Settings::Settings() {
  market.Bind(registry_);
  import.Bind(registry_);
  lexical.Bind(registry_);
  minilm.Bind(registry_);
  endpoint_embedding.Bind(registry_);
  embed.Bind(registry_);
  embed.is_soft_skill = [](const std::string& name) {
    return SkillVocabulary::Builtin().IsSoftSkill(name);
  };
  catalog.Bind(registry_);
  chat.Bind(registry_);
  candidate_sets.Bind(registry_);
  store.Bind(registry_);
  catalog_cache.Bind(registry_);
  ranking.Bind(registry_);
  experiment.Bind(registry_);
  train.Bind(registry_);
  llm.Bind(registry_);
  serve.Bind(registry_);
  learn.Bind(registry_);
  off_policy.Bind(registry_);
}

Status Settings::Load(const ConfigSources& sources) {
  if (!sources.built_in.empty())
    DYNAJOB_RETURN_IF_ERROR(registry_.LoadToml(sources.built_in, "built-in configuration"));
  if (!sources.run_config.empty() && std::filesystem::exists(sources.run_config))
    DYNAJOB_RETURN_IF_ERROR(registry_.LoadFile(sources.run_config));
  candidate_sets.now.clear();  // the moment of that run is not that of this one
  if (!sources.file.empty()) {
    const Status status = registry_.LoadFile(sources.file);
    if (!status.ok() && status.error().code == ErrorCode::kNotFound)
      return InvalidArgument("--config: " + status.error().message);
    DYNAJOB_RETURN_IF_ERROR(status);
  }
  DYNAJOB_RETURN_IF_ERROR(registry_.LoadEnvironment());
  for (const std::string& setting : sources.settings)
    DYNAJOB_RETURN_IF_ERROR(registry_.Set(setting));
  return Validate();
}

Status Settings::Vary(const Settings& base, std::string_view toml) {
  DYNAJOB_RETURN_IF_ERROR(registry_.LoadToml(base.registry_.ToToml(), "configuration"));
  DYNAJOB_RETURN_IF_ERROR(registry_.LoadToml(toml, "--sweep"));
  return Validate();
}

Status Settings::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(market.Validate());
  DYNAJOB_RETURN_IF_ERROR(import.Validate());
  DYNAJOB_RETURN_IF_ERROR(lexical.Validate());
  DYNAJOB_RETURN_IF_ERROR(minilm.Validate());
  DYNAJOB_RETURN_IF_ERROR(endpoint_embedding.Validate());
  DYNAJOB_RETURN_IF_ERROR(embed.Validate());
  DYNAJOB_RETURN_IF_ERROR(catalog.Validate());
  DYNAJOB_RETURN_IF_ERROR(chat.Validate());
  DYNAJOB_RETURN_IF_ERROR(candidate_sets.Validate());
  DYNAJOB_RETURN_IF_ERROR(store.Validate());
  DYNAJOB_RETURN_IF_ERROR(ranking.Validate());
  DYNAJOB_RETURN_IF_ERROR(experiment.Validate());
  DYNAJOB_RETURN_IF_ERROR(llm.Validate());
  DYNAJOB_RETURN_IF_ERROR(train.Validate());
  DYNAJOB_RETURN_IF_ERROR(learn.Validate());
  return serve.Validate();
}

std::string Settings::TrainingToml() const {
  ExperimentOptions copy = experiment;
  CatalogOptions fields = catalog;
  CandidateSetOptions sets = candidate_sets;
  ConfigRegistry registry;
  fields.Bind(registry);
  sets.Bind(registry);
  copy.trainer.network.Bind(registry);
  copy.trainer.learner.Bind(registry);
  copy.trainer.pretrain.Bind(registry);
  copy.trainer.hybrid.Bind(registry);
  copy.rewards.Bind(registry);
  copy.cosine.Bind(registry);
  copy.surrogate.Bind(registry);
  // A budget that stops the training leaves its result alone, so it may be raised in between.
  if (copy.trainer.pretrain.at_limit == AtLimit::kStop) copy.labels.budget = 0;
  copy.labels.Bind(registry);
  return registry.ToToml();
}

std::string ValueOf(std::string_view toml, const std::string& key) {
  const auto values = KeyValues(toml);
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

std::vector<std::string> DifferingKeys(std::string_view toml_a, std::string_view toml_b) {
  const auto a = KeyValues(toml_a), b = KeyValues(toml_b);
  const auto value = [](const std::map<std::string, std::string>& values, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string("(absent)") : found->second;
  };
  std::set<std::string> keys;
  for (const auto& [key, unused] : a) keys.insert(key);
  for (const auto& [key, unused] : b) keys.insert(key);
  std::vector<std::string> differing;
  for (const std::string& key : keys) {
    if (value(a, key) != value(b, key))
      differing.push_back(fmt::format("{}: {} -> {}", key, value(a, key), value(b, key)));
  }
  return differing;
}

}  // namespace dynajob
