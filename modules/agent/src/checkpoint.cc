#include "dynajob/agent/checkpoint.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"

#include "mlp.h"

namespace dynajob {
namespace {

using nlohmann::json;

constexpr const char* kModelSchema = "dynajob.model/1";
constexpr const char* kCheckpointSchema = "dynajob.checkpoint/1";

void PutParameters(const std::string& prefix, const PairNetwork& network, TensorBundle& bundle) {
  for (const MlpShape::NamedTensor& tensor : network.shape().Tensors()) {
    size_t count = 1;
    for (const size_t size : tensor.shape) count *= size;
    bundle.Put(prefix + tensor.name, network.parameters().subspan(tensor.offset, count),
               tensor.shape);
  }
}

Status GetParameters(const std::string& prefix, const TensorBundle& bundle, PairNetwork& network) {
  std::vector<float> parameters(network.parameters().size());
  for (const MlpShape::NamedTensor& tensor : network.shape().Tensors()) {
    size_t count = 1;
    for (const size_t size : tensor.shape) count *= size;
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<float> values, bundle.Floats(prefix + tensor.name));
    if (values.size() != count) {
      return CorruptData(fmt::format("tensor '{}{}' has {} values, the network needs {}", prefix,
                                     tensor.name, values.size(), count));
    }
    std::copy(values.begin(), values.end(),
              parameters.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
  }
  network.SetParameters(parameters);
  return Status::Ok();
}

void PutNetwork(const std::string& prefix, const PairNetwork& network, TensorBundle& bundle) {
  PutParameters(prefix, network, bundle);
  const OptimizerState& state = network.optimizer_state();
  bundle.Put(prefix + "optimizer.updates", std::span<const uint64_t>(&state.updates, 1));
  bundle.Put(prefix + "optimizer.first_moment", state.first_moment, {state.first_moment.size()});
  bundle.Put(prefix + "optimizer.second_moment", state.second_moment, {state.second_moment.size()});
}

Status GetNetwork(const std::string& prefix, const TensorBundle& bundle, PairNetwork& network) {
  DYNAJOB_RETURN_IF_ERROR(GetParameters(prefix, bundle, network));
  DYNAJOB_ASSIGN_OR_RETURN(const auto updates, bundle.LongWords(prefix + "optimizer.updates"));
  DYNAJOB_ASSIGN_OR_RETURN(auto first, bundle.Floats(prefix + "optimizer.first_moment"));
  DYNAJOB_ASSIGN_OR_RETURN(auto second, bundle.Floats(prefix + "optimizer.second_moment"));
  const size_t count = network.parameters().size();
  const auto fits = [&](size_t size) { return size == 0 || size == count; };
  if (updates.size() != 1 || !fits(first.size()) || !fits(second.size()))
    return CorruptData(fmt::format("'{}optimizer' does not fit the network", prefix));
  network.SetOptimizerState({.updates = updates[0],
                             .first_moment = AlignedFloats(first.begin(), first.end()),
                             .second_moment = AlignedFloats(second.begin(), second.end())});
  return Status::Ok();
}

void PutReplay(const std::string& prefix, const ReplayBuffer& replay, TensorBundle& bundle) {
  std::vector<uint32_t> pairs, set_sizes, sets;
  std::vector<float> rewards;
  for (size_t i = 0; i < replay.size(); ++i) {
    const Transition& transition = replay.at(i);
    pairs.push_back(transition.pair.candidate);
    pairs.push_back(transition.pair.job);
    rewards.push_back(transition.reward);
    set_sizes.push_back(static_cast<uint32_t>(transition.next_set.size()));
    sets.insert(sets.end(), transition.next_set.begin(), transition.next_set.end());
  }
  const uint64_t added = replay.added();
  bundle.Put(prefix + "added", std::span<const uint64_t>(&added, 1));
  bundle.Put(prefix + "pairs", std::span<const uint32_t>(pairs));
  bundle.Put(prefix + "rewards", rewards, {rewards.size()});
  bundle.Put(prefix + "set_sizes", std::span<const uint32_t>(set_sizes));
  bundle.Put(prefix + "sets", std::span<const uint32_t>(sets));
}

Result<ReplayBuffer> GetReplay(const std::string& prefix, const TensorBundle& bundle,
                               const Catalog& catalog, size_t capacity) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto added, bundle.LongWords(prefix + "added"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto pairs, bundle.Words(prefix + "pairs"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto rewards, bundle.Floats(prefix + "rewards"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto set_sizes, bundle.Words(prefix + "set_sizes"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto sets, bundle.Words(prefix + "sets"));
  uint64_t set_total = 0;
  for (const uint32_t size : set_sizes) set_total += size;
  const auto known_job = [&](uint32_t job) { return job < catalog.job_count(); };
  bool valid = added.size() == 1 && pairs.size() == 2 * rewards.size() &&
               set_sizes.size() == rewards.size() && set_total == sets.size() &&
               rewards.size() == std::min<uint64_t>(added[0], capacity) &&
               std::all_of(sets.begin(), sets.end(), known_job);
  for (size_t i = 0; valid && i < rewards.size(); ++i)
    valid = pairs[2 * i] < catalog.candidate_count() && known_job(pairs[2 * i + 1]);
  if (!valid)
    return CorruptData(fmt::format("'{}' is not a replay buffer of this catalog", prefix));

  std::vector<Transition> slots;
  size_t offset = 0;
  for (size_t i = 0; i < rewards.size(); ++i) {
    const auto begin = sets.begin() + static_cast<std::ptrdiff_t>(offset);
    offset += set_sizes[i];
    slots.push_back({.pair = {pairs[2 * i], pairs[2 * i + 1]},
                     .reward = rewards[i],
                     .next_set = {begin, begin + static_cast<std::ptrdiff_t>(set_sizes[i])}});
  }
  return ReplayBuffer(capacity, added[0], std::move(slots));
}

std::string MemberPrefix(size_t member) { return fmt::format("world_model.{}.", member); }

json FieldsJson(std::span<const FieldSlice> fields) {
  json out = json::array();
  for (const FieldSlice& field : fields)
    out.push_back({{"name", field.name}, {"dimension", field.dimension}});
  return out;
}

std::string ConfigToml(ModelInfo info) {
  ConfigRegistry registry;
  info.network.Bind(registry);
  info.learner.Bind(registry);
  return registry.ToToml();
}

// Reads a manifest and the tensor file that it names, and verifies the checksum.
Result<std::pair<json, TensorBundle>> ReadWithManifest(const std::filesystem::path& manifest_path,
                                                       std::string_view schema) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string text, ReadFile(manifest_path));
  json manifest = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto broken = [&](std::string_view what) {
    return CorruptData(fmt::format("{}: {}", manifest_path.string(), what));
  };
  if (!manifest.is_object() || !manifest.contains("schema") || !manifest.contains("tensors"))
    return broken("not a dynajob manifest, or cut short");
  if (manifest["schema"] != schema)
    return broken(fmt::format("schema is {}, expected \"{}\"", manifest["schema"].dump(), schema));
  // The manifest guards itself too.
  if (!manifest.contains("manifest_crc32") || !manifest["manifest_crc32"].is_number_unsigned())
    return broken("its own checksum is missing");
  const auto own_crc = manifest["manifest_crc32"].get<uint64_t>();
  manifest.erase("manifest_crc32");
  if (own_crc != Crc32(manifest.dump())) return broken("checksum differs: the file was damaged");

  std::string tensor_file;
  uint64_t tensor_bytes = 0, tensor_crc = 0;
  try {
    const json& tensors = manifest.at("tensors");
    tensor_file = tensors.at("file").get<std::string>();
    tensor_bytes = tensors.at("bytes").get<uint64_t>();
    tensor_crc = tensors.at("crc32").get<uint64_t>();
  } catch (const json::exception& error) {
    return broken(error.what());
  }
  const std::filesystem::path tensor_path = manifest_path.parent_path() / tensor_file;
  DYNAJOB_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(tensor_path));
  if (bytes.size() != tensor_bytes) {
    return CorruptData(fmt::format("{}: {} bytes, the manifest says {}", tensor_path.string(),
                                   bytes.size(), tensor_bytes));
  }
  if (Crc32(bytes) != tensor_crc) {
    return CorruptData(
        fmt::format("{}: checksum differs: the file was damaged", tensor_path.string()));
  }
  auto bundle = TensorBundle::Parse(bytes);
  if (!bundle.ok())
    return CorruptData(fmt::format("{}: {}", tensor_path.string(), bundle.error().message));
  return std::pair{std::move(manifest), *std::move(bundle)};
}

Status WriteWithManifest(const std::filesystem::path& directory, const std::string& tensor_file,
                         const std::string& manifest_file, const std::string& tensor_bytes,
                         json manifest) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return IoError(
        fmt::format("cannot create directory {}: {}", directory.string(), error.message()));
  }
  manifest["tensors"] = {
      {"file", tensor_file}, {"bytes", tensor_bytes.size()}, {"crc32", Crc32(tensor_bytes)}};
  manifest["manifest_crc32"] = Crc32(manifest.dump());
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory / tensor_file, tensor_bytes));
  return WriteFileAtomically(directory / manifest_file, manifest.dump(2) + "\n");
}

// Removes all checkpoint tensor files but `newest`.
Status RemoveOlderCheckpoints(const std::filesystem::path& directory, const std::string& newest) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with("checkpoint-") || !name.ends_with(".safetensors") || name == newest)
      continue;
    std::filesystem::remove(entry->path(), error);
    if (error) break;
  }
  if (error) return IoError(fmt::format("cannot tidy {}: {}", directory.string(), error.message()));
  return Status::Ok();
}

}  // namespace

void AgentSnapshot::Save(const DynaQAgent& agent, TensorBundle& bundle) {
  PutNetwork("q.", agent.q_network().online(), bundle);
  PutNetwork("q_target.", agent.q_network().target(), bundle);
  for (size_t i = 0; i < agent.world_model().members().size(); ++i)
    PutNetwork(MemberPrefix(i), agent.world_model().members()[i], bundle);
  PutReplay("replay.", agent.replay_, bundle);
  if (agent.rehearsal_ != nullptr) PutReplay("rehearsal.", *agent.rehearsal_, bundle);
  std::vector<uint64_t> tried(agent.tried_.begin(), agent.tried_.end());
  std::sort(tried.begin(), tried.end());
  bundle.Put("tried", std::span<const uint64_t>(tried));
  const PhaseSettings& settings = agent.settings_;
  const std::vector<uint64_t> state = {agent.counts_.env_steps,
                                       agent.counts_.q_updates,
                                       agent.counts_.planning_updates,
                                       agent.counts_.model_updates,
                                       agent.counts_.target_syncs,
                                       static_cast<uint64_t>(agent.phase_steps_),
                                       static_cast<uint64_t>(settings.target_sync),
                                       static_cast<uint64_t>(settings.updates_per_step),
                                       static_cast<uint64_t>(settings.planning_steps),
                                       static_cast<uint64_t>(settings.warmup_steps),
                                       std::bit_cast<uint64_t>(settings.learning_rate),
                                       std::bit_cast<uint64_t>(settings.rehearsal)};
  bundle.Put("learner.state", std::span<const uint64_t>(state));
}

Status AgentSnapshot::Load(const TensorBundle& bundle, DynaQAgent& agent) {
  const Catalog& catalog = agent.encoder().catalog();
  const auto capacity = static_cast<size_t>(agent.options().buffer_capacity);
  DYNAJOB_ASSIGN_OR_RETURN(const auto state, bundle.LongWords("learner.state"));
  if (state.size() != 12) return CorruptData("learner.state has another length");
  const PhaseSettings settings = {.learning_rate = std::bit_cast<double>(state[10]),
                                  .target_sync = static_cast<int64_t>(state[6]),
                                  .updates_per_step = static_cast<int64_t>(state[7]),
                                  .planning_steps = static_cast<int64_t>(state[8]),
                                  .warmup_steps = static_cast<int64_t>(state[9]),
                                  .rehearsal = std::bit_cast<double>(state[11])};
  if (settings.target_sync < 1 || !(settings.rehearsal >= 0 && settings.rehearsal <= 1))
    return CorruptData(fmt::format("learner.state: target_sync = {}, rehearsal = {}",
                                   settings.target_sync, settings.rehearsal));
  DYNAJOB_ASSIGN_OR_RETURN(const auto tried, bundle.LongWords("tried"));
  DYNAJOB_ASSIGN_OR_RETURN(ReplayBuffer replay, GetReplay("replay.", bundle, catalog, capacity));
  std::shared_ptr<const ReplayBuffer> rehearsal;
  if (bundle.Has("rehearsal.added")) {
    DYNAJOB_ASSIGN_OR_RETURN(ReplayBuffer loaded,
                             GetReplay("rehearsal.", bundle, catalog, capacity));
    rehearsal = std::make_shared<const ReplayBuffer>(std::move(loaded));
  }
  DYNAJOB_RETURN_IF_ERROR(GetNetwork("q.", bundle, agent.q_network_.online()));
  DYNAJOB_RETURN_IF_ERROR(GetNetwork("q_target.", bundle, agent.q_network_.target()));
  for (size_t i = 0; i < agent.world_model_.members().size(); ++i)
    DYNAJOB_RETURN_IF_ERROR(GetNetwork(MemberPrefix(i), bundle, agent.world_model_.members()[i]));
  agent.replay_ = std::move(replay);
  agent.rehearsal_ = std::move(rehearsal);
  agent.replay_cache_ = {};
  agent.rehearsal_cache_ = {};
  agent.tried_ = {tried.begin(), tried.end()};
  agent.counts_ = {.env_steps = state[0],
                   .q_updates = state[1],
                   .planning_updates = state[2],
                   .model_updates = state[3],
                   .target_syncs = state[4]};
  agent.phase_steps_ = static_cast<int64_t>(state[5]);
  agent.settings_ = settings;
  return Status::Ok();
}

Status SaveCheckpoint(const std::filesystem::path& directory, uint64_t number,
                      const TensorBundle& bundle) {
  const std::string bytes = bundle.Serialize();
  // The name holds the checksum, so that a second checkpoint of the same number never overwrites
  // the tensors that the manifest in force describes.
  const std::string file = fmt::format("checkpoint-{:08}-{:08x}.safetensors", number, Crc32(bytes));
  DYNAJOB_RETURN_IF_ERROR(WriteWithManifest(directory, file, "checkpoint.json", bytes,
                                            {{"schema", kCheckpointSchema}, {"number", number}}));
  return RemoveOlderCheckpoints(directory, file);
}

Result<TensorBundle> LoadCheckpoint(const std::filesystem::path& directory) {
  DYNAJOB_ASSIGN_OR_RETURN(auto loaded,
                           ReadWithManifest(directory / "checkpoint.json", kCheckpointSchema));
  return std::move(loaded.second);
}

Status SaveModel(const std::filesystem::path& directory, const DynaQAgent& agent,
                 const ModelInfo& info) {
  TensorBundle bundle;
  PutParameters("q.", agent.q_network().online(), bundle);
  for (size_t i = 0; i < agent.world_model().members().size(); ++i)
    PutParameters(MemberPrefix(i), agent.world_model().members()[i], bundle);
  bundle.metadata() = {{"format", "pt"}, {"schema", kModelSchema}};
  const Catalog& catalog = agent.encoder().catalog();
  return WriteWithManifest(directory, "model.safetensors", "model.json", bundle.Serialize(),
                           {{"schema", kModelSchema},
                            {"strategy", ToString(info.strategy)},
                            {"seed", info.seed},
                            {"llm", info.llm_kind},
                            {"labels", info.labels},
                            {"embedder", catalog.embedder()},
                            {"state_fields", FieldsJson(catalog.state_fields())},
                            {"action_fields", FieldsJson(catalog.action_fields())},
                            {"config", ConfigToml(info)}});
}

namespace {

Result<ModelInfo> InfoFromManifest(const json& manifest, const Catalog& catalog,
                                   const std::string& path) {
  const auto differs = [&](std::string_view what, const std::string& model,
                           const std::string& store) {
    return InvalidArgument(fmt::format("{}: the model was trained on {} {}, the store has {}", path,
                                       what, model, store));
  };
  try {
    ModelInfo info;
    DYNAJOB_ASSIGN_OR_RETURN(info.strategy,
                             ParseStrategy(manifest.at("strategy").get<std::string>()));
    info.seed = manifest.at("seed").get<uint64_t>();
    info.llm_kind = manifest.at("llm").get<std::string>();
    info.labels = manifest.at("labels").get<uint64_t>();
    const auto embedder = manifest.at("embedder").get<std::string>();
    if (embedder != catalog.embedder()) return differs("embedder", embedder, catalog.embedder());
    for (const auto& [key, fields] : {std::pair{"state_fields", catalog.state_fields()},
                                      std::pair{"action_fields", catalog.action_fields()}}) {
      const json stored = FieldsJson(fields);
      if (manifest.at(key) != stored) return differs(key, manifest.at(key).dump(), stored.dump());
    }
    ConfigRegistry registry;
    info.network.Bind(registry);
    info.learner.Bind(registry);
    DYNAJOB_RETURN_IF_ERROR(
        registry.LoadToml(manifest.at("config").get<std::string>(), path + " (config)"));
    return info;
  } catch (const json::exception& error) {
    return CorruptData(fmt::format("{}: {}", path, error.what()));
  }
}

}  // namespace

Model::Model(ModelInfo info, std::unique_ptr<PairEncoder> encoder)
    : info_(std::move(info)),
      encoder_(std::move(encoder)),
      agent_(std::make_unique<DynaQAgent>(*encoder_, info_.network, info_.learner, info_.seed)) {}

Result<Model> Model::Load(const std::filesystem::path& directory, const Catalog& catalog) {
  const std::filesystem::path manifest_path = directory / "model.json";
  DYNAJOB_ASSIGN_OR_RETURN(auto loaded, ReadWithManifest(manifest_path, kModelSchema));
  auto& [manifest, bundle] = loaded;
  DYNAJOB_ASSIGN_OR_RETURN(ModelInfo info,
                           InfoFromManifest(manifest, catalog, manifest_path.string()));
  DYNAJOB_ASSIGN_OR_RETURN(PairEncoder encoder, PairEncoder::Create(catalog, info.network));
  Model model(std::move(info), std::make_unique<PairEncoder>(std::move(encoder)));
  DYNAJOB_RETURN_IF_ERROR(GetParameters("q.", bundle, model.agent_->q_network().online()));
  for (size_t i = 0; i < model.agent_->world_model().members().size(); ++i)
    DYNAJOB_RETURN_IF_ERROR(
        GetParameters(MemberPrefix(i), bundle, model.agent_->world_model().members()[i]));
  return model;
}

Result<Model> Model::Copy(const DynaQAgent& agent, const ModelInfo& info, const Catalog& catalog) {
  DYNAJOB_ASSIGN_OR_RETURN(PairEncoder encoder, PairEncoder::Create(catalog, info.network));
  const PairEncoder& other = agent.encoder();
  if (encoder.state_dim() != other.state_dim() || encoder.action_dim() != other.action_dim() ||
      encoder.cross_dim() != other.cross_dim())
    return InvalidArgument(fmt::format(
        "the learner has {} + {} + {} inputs, a model of this catalog {} + {} + {}",
        other.state_dim(), other.action_dim(), other.cross_dim(), encoder.state_dim(),
        encoder.action_dim(), encoder.cross_dim()));
  Model model(info, std::make_unique<PairEncoder>(std::move(encoder)));
  model.agent_->q_network().online().SetParameters(agent.q_network().online().parameters());
  for (size_t i = 0; i < agent.world_model().members().size(); ++i)
    model.agent_->world_model().members()[i].SetParameters(
        agent.world_model().members()[i].parameters());
  return model;
}

void Model::QValues(CandidateRow candidate, std::span<const JobRow> jobs,
                    std::span<float> out) const {
  agent_->q_network().Evaluate(candidate, jobs, out);
}

void Model::PredictedRewards(CandidateRow candidate, std::span<const JobRow> jobs,
                             std::span<float> out) const {
  std::vector<Pair> pairs;
  for (const JobRow job : jobs) pairs.push_back({candidate, job});
  std::vector<float> deviations(jobs.size());
  agent_->world_model().Predict(pairs, out, deviations);
}

}  // namespace dynajob
