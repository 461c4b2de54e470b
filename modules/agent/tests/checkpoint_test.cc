#include "dynajob/agent/checkpoint.h"

#include <bit>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "dynajob/core/file.h"

#include "agent_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

void Write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// A link to /dev/full where the temporary file would be: every write fails with ENOSPC.
void FillTheDiskFor(const std::filesystem::path& path) {
  std::filesystem::create_symlink("/dev/full",
                                  path.string() + ".tmp-" + std::to_string(::getpid()));
}

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    info_.network.q_layers = {6, 4};
    info_.network.world_model_layers = {5};
    info_.learner.ensemble = 2;
    info_.learner.batch_size = 4;
    info_.strategy = Strategy::kHybrid;
    info_.seed = 77;
    info_.llm_kind = "surrogate";
    info_.labels = 123;
    encoder_ = MakeEncoder(catalog_, info_.network);
    agent_ = std::make_unique<DynaQAgent>(*encoder_, info_.network, info_.learner, info_.seed);
    agent_->BeginPhase({}, false);
    for (JobRow job = 0; job < 6; ++job)
      agent_->Observe({job % 4, job}, 0.1 * job, std::vector<JobRow>{7, 8});
    for (int i = 0; i < 5; ++i) {
      agent_->LearnFromReal();
      agent_->LearnWorldModel();
    }
  }

  Status Save() { return SaveModel(directory_.path(), *agent_, info_); }

  // kCorruptData or kNotFound that names the file, or a model with the very same values.
  void ExpectRefusedOrHarmless(const char* damaged, const std::string& what,
                               bool harmless_allowed) {
    const auto model = Model::Load(directory_.path(), catalog_);
    if (model.ok()) {
      EXPECT_TRUE(harmless_allowed) << damaged << " " << what << " was not noticed";
      return;
    }
    EXPECT_EQ(model.error().code, ErrorCode::kCorruptData) << what << model.error().message;
    EXPECT_THAT(model.error().message, HasSubstr(damaged)) << what;
  }

  TestDirectory directory_;
  Catalog catalog_ = RandomMarket();
  ModelInfo info_;
  std::unique_ptr<PairEncoder> encoder_;
  std::unique_ptr<DynaQAgent> agent_;
};

TEST_F(CheckpointTest, ALoadedModelGivesTheSameValues) {
  for (const Interaction interaction :
       {Interaction::kNone, Interaction::kProducts, Interaction::kBilinear}) {
    info_.network.interaction = interaction;
    info_.network.structured_facts = interaction == Interaction::kProducts;
    encoder_ = MakeEncoder(catalog_, info_.network);
    agent_ = std::make_unique<DynaQAgent>(*encoder_, info_.network, info_.learner, info_.seed);
    ASSERT_TRUE(Save().ok());
    const auto model = Model::Load(directory_.path(), catalog_);
    ASSERT_TRUE(model.ok()) << model.error().message;
    const std::vector<JobRow> jobs = AllJobs(catalog_);
    for (CandidateRow candidate = 0; candidate < 4; ++candidate) {
      std::vector<float> values(jobs.size()), rewards(jobs.size()), deviation(jobs.size());
      model->QValues(candidate, jobs, values);
      EXPECT_TRUE(SameBits(values, Values(agent_->q_network().online(), candidate, jobs)));
      model->PredictedRewards(candidate, jobs, rewards);
      std::vector<Pair> pairs;
      for (const JobRow job : jobs) pairs.push_back({candidate, job});
      std::vector<float> expected(jobs.size());
      agent_->world_model().Predict(pairs, expected, deviation);
      EXPECT_TRUE(SameBits(rewards, expected));
    }
  }
}

TEST_F(CheckpointTest, ALoadedModelKnowsWhatItWasMadeFrom) {
  info_.network.dropout = 0.123456789;
  info_.learner.gamma = 1.0 / 3;
  info_.learner.optimizer = OptimizerKind::kRmsProp;
  ASSERT_TRUE(Save().ok());
  const auto model = Model::Load(directory_.path(), catalog_);
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->info().strategy, Strategy::kHybrid);
  EXPECT_EQ(model->info().seed, 77u);
  EXPECT_EQ(model->info().llm_kind, "surrogate");
  EXPECT_EQ(model->info().labels, 123u);
  EXPECT_EQ(model->info().network.q_layers, info_.network.q_layers);
  EXPECT_EQ(model->info().network.dropout, info_.network.dropout);
  EXPECT_EQ(model->info().learner.gamma, info_.learner.gamma);
  EXPECT_EQ(model->info().learner.optimizer, OptimizerKind::kRmsProp);
  EXPECT_EQ(model->info().learner.ensemble, 2);
}

TEST_F(CheckpointTest, DamagedModelFilesAreRefusedByName) {
  for (const char* file : {"model.safetensors", "model.json"}) {
    ASSERT_TRUE(Save().ok());
    const auto path = directory_.path() / file;
    const std::string whole = *ReadFile(path);
    const bool manifest = path.extension() == ".json";
    for (size_t cut = 0; cut < whole.size(); cut += 1 + whole.size() / 40) {
      Write(path, whole.substr(0, cut));
      ExpectRefusedOrHarmless(file, "cut at " + std::to_string(cut), false);
    }
    // Without the last byte; of the manifest that is a line end, which holds nothing.
    Write(path, whole.substr(0, whole.size() - 1));
    ExpectRefusedOrHarmless(file, "without the last byte", manifest);
    if (manifest) {
      Write(path, whole.substr(0, whole.size() - 2));
      ExpectRefusedOrHarmless(file, "without the last brace", false);
    }
    for (size_t i = 0; i < whole.size(); i += 1 + whole.size() / 400) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
      Write(path, bytes);
      ExpectRefusedOrHarmless(file, "flipped at " + std::to_string(i), false);
    }
    Write(path, whole + "x");
    ExpectRefusedOrHarmless(file, "longer", false);
    std::filesystem::remove(path);
    const auto missing = Model::Load(directory_.path(), catalog_);
    ASSERT_FALSE(missing.ok());
    EXPECT_THAT(missing.error().message, HasSubstr(file));
    Write(path, whole);
    EXPECT_TRUE(Model::Load(directory_.path(), catalog_).ok());
  }
}

TEST_F(CheckpointTest, AModelOfAnotherEmbedderOrAnotherDimensionIsRefusedAndBothAreNamed) {
  ASSERT_TRUE(Save().ok());
  const auto error = [&](const MarketShape& shape) {
    const Catalog other = RandomMarket(shape);
    const auto model = Model::Load(directory_.path(), other);
    EXPECT_FALSE(model.ok());
    EXPECT_EQ(model.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(model.error().message, HasSubstr("model.json"));
    return model.error().message;
  };
  const std::string embedder = error({.embedder = "another-embedder"});
  EXPECT_THAT(embedder, HasSubstr("test-embedder"));
  EXPECT_THAT(embedder, HasSubstr("another-embedder"));
  const std::string dimension = error({.soft_dim = 6});
  EXPECT_THAT(dimension, HasSubstr("\"dimension\":4,\"name\":\"soft\""));
  EXPECT_THAT(dimension, HasSubstr("\"dimension\":6,\"name\":\"soft\""));
  EXPECT_THAT(error({.title_dim = 2}), HasSubstr("action_fields"));
  // Other people and jobs under the same embedder are what a model is for.
  EXPECT_TRUE(
      Model::Load(directory_.path(), RandomMarket({.candidates = 9, .jobs = 3, .seed = 8})).ok());
}

TEST_F(CheckpointTest, ADirectoryWithoutAModelOrCheckpointIsNotFound) {
  EXPECT_EQ(Model::Load(directory_.path(), catalog_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(LoadCheckpoint(directory_.path()).error().code, ErrorCode::kNotFound);
  // Neither takes the other's file.
  TensorBundle bundle;
  AgentSnapshot::Save(*agent_, bundle);
  ASSERT_TRUE(SaveCheckpoint(directory_.path(), 1, bundle).ok());
  std::filesystem::rename(directory_.path() / "checkpoint.json", directory_.path() / "model.json");
  const auto model = Model::Load(directory_.path(), catalog_);
  EXPECT_EQ(model.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(model.error().message, HasSubstr("dynajob.model/1"));
}

// Number and checksum make the name.
std::string CheckpointFile(uint64_t number, const TensorBundle& bundle) {
  char name[64];
  std::snprintf(name, sizeof(name), "checkpoint-%08u-%08x.safetensors",
                static_cast<unsigned>(number), Crc32(bundle.Serialize()));
  return name;
}

TEST_F(CheckpointTest, TheNewestCheckpointIsKeptAndOlderOnesAreRemoved) {
  const auto nested = directory_.path() / "run" / "checkpoints";
  for (uint64_t number = 1; number <= 3; ++number) {
    TensorBundle bundle;
    bundle.Put("number", std::span<const uint64_t>(&number, 1));
    ASSERT_TRUE(SaveCheckpoint(nested, number, bundle).ok());
    EXPECT_EQ(LoadCheckpoint(nested)->LongWords("number")->front(), number);
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(nested))
      files.insert(entry.path().filename().string());
    EXPECT_EQ(files, (std::set<std::string>{"checkpoint.json", CheckpointFile(number, bundle)}));
  }
}

TEST_F(CheckpointTest, DamagedCheckpointsAreRefusedByName) {
  TensorBundle bundle;
  AgentSnapshot::Save(*agent_, bundle);
  ASSERT_TRUE(SaveCheckpoint(directory_.path(), 7, bundle).ok());
  for (const std::string& file : {CheckpointFile(7, bundle), std::string("checkpoint.json")}) {
    const auto path = directory_.path() / file;
    const std::string whole = *ReadFile(path);
    const auto expect_refused = [&](const std::string& bytes, size_t at) {
      Write(path, bytes);
      const auto loaded = LoadCheckpoint(directory_.path());
      ASSERT_FALSE(loaded.ok()) << file << " damaged at " << at;
      EXPECT_EQ(loaded.error().code, ErrorCode::kCorruptData);
      EXPECT_THAT(loaded.error().message, HasSubstr(file));
    };
    // Up to the last but one byte: the line end of the manifest holds nothing.
    for (size_t i = 0; i + 1 < whole.size(); i += 1 + whole.size() / 200) {
      expect_refused(whole.substr(0, i), i);
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
      expect_refused(bytes, i);
    }
    Write(path, whole);
    EXPECT_TRUE(LoadCheckpoint(directory_.path()).ok());
  }
}

TEST_F(CheckpointTest, AFullDiskLeavesTheOldCheckpointLoadable) {
  // The same number again is how the end of a training follows on its last interval.
  for (const uint64_t number : {1, 2})
    for (const bool manifest : {false, true}) {
      uint64_t value = 11;
      TensorBundle bundle;
      bundle.Put("value", std::span<const uint64_t>(&value, 1));
      ASSERT_TRUE(SaveCheckpoint(directory_.path(), 1, bundle).ok());
      value = 22;
      bundle.Put("value", std::span<const uint64_t>(&value, 1));
      const std::string file = manifest ? "checkpoint.json" : CheckpointFile(number, bundle);
      FillTheDiskFor(directory_.path() / file);
      const Status status = SaveCheckpoint(directory_.path(), number, bundle);
      ASSERT_FALSE(status.ok()) << file;
      EXPECT_EQ(status.error().code, ErrorCode::kIo);
      EXPECT_THAT(status.error().message, HasSubstr("No space left on device"));
      EXPECT_THAT(status.error().message, HasSubstr(file));
      auto loaded = LoadCheckpoint(directory_.path());
      ASSERT_TRUE(loaded.ok()) << loaded.error().message;
      EXPECT_EQ(loaded->LongWords("value")->front(), 11u);
      // With room again, the next one succeeds and tidies up.
      ASSERT_TRUE(SaveCheckpoint(directory_.path(), 3, bundle).ok());
      EXPECT_EQ(LoadCheckpoint(directory_.path())->LongWords("value")->front(), 22u);
      EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 2);
    }
}

TEST_F(CheckpointTest, ADirectoryThatCannotBeMadeIsAnIoError) {
  Write(directory_.path() / "file", "x");
  const Status status = SaveCheckpoint(directory_.path() / "file" / "sub", 1, TensorBundle());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_THAT(status.error().message, HasSubstr("file"));
}

TEST_F(CheckpointTest, SnapshotsOfAnotherCatalogOrShapeAreRefused) {
  TensorBundle bundle;
  AgentSnapshot::Save(*agent_, bundle);
  const auto load_into = [&](const Catalog& catalog, const NetworkOptions& network,
                             const LearnerOptions& learner) {
    const auto encoder = MakeEncoder(catalog, network);
    DynaQAgent agent(*encoder, network, learner, 77);
    return AgentSnapshot::Load(bundle, agent);
  };
  EXPECT_TRUE(load_into(catalog_, info_.network, info_.learner).ok());
  EXPECT_FALSE(load_into(RandomMarket({.jobs = 4}), info_.network, info_.learner).ok())
      << "rows beyond the catalog";
  EXPECT_FALSE(load_into(RandomMarket({.soft_dim = 6}), info_.network, info_.learner).ok());
  NetworkOptions wider = info_.network;
  wider.q_layers = {7, 4};
  EXPECT_FALSE(load_into(catalog_, wider, info_.learner).ok());
  LearnerOptions smaller = info_.learner;
  smaller.buffer_capacity = 3;
  EXPECT_FALSE(load_into(catalog_, info_.network, smaller).ok());
  LearnerOptions more = info_.learner;
  more.ensemble = 3;
  EXPECT_FALSE(load_into(catalog_, info_.network, more).ok());
}

// A bundle that is a valid safetensors file but no snapshot: each tensor missing, mistyped or of
// another length in turn.
TEST_F(CheckpointTest, SnapshotsWithAnyTensorSpoiledAreRefusedWithoutACrash) {
  agent_->BeginPhase({}, true);
  agent_->Observe({0, 1}, 1, std::vector<JobRow>{2, 3});
  agent_->Observe({1, 2}, 1, std::vector<JobRow>{4});
  TensorBundle whole;
  AgentSnapshot::Save(*agent_, whole);
  std::vector<std::string> names = {"q.layers.0.weight",
                                    "q.optimizer.updates",
                                    "q.optimizer.first_moment",
                                    "q_target.layers.1.bias",
                                    "world_model.1.layers.0.weight",
                                    "replay.added",
                                    "replay.pairs",
                                    "replay.rewards",
                                    "replay.set_sizes",
                                    "replay.sets",
                                    "rehearsal.pairs",
                                    "learner.state",
                                    "tried"};
  for (const std::string& name : names) {
    ASSERT_TRUE(whole.Has(name)) << name;
    TensorBundle mistyped = whole;
    if (whole.Floats(name).ok()) {
      mistyped.Put(name, std::vector<uint32_t>{1, 2, 3});
    } else {
      mistyped.Put(name, std::vector<float>{1, 2, 3}, {3});
    }
    EXPECT_EQ(AgentSnapshot::Load(mistyped, *agent_).error().code, ErrorCode::kCorruptData) << name;
    if (name == "tried") continue;  // may have any length
    TensorBundle shorter = whole;
    if (whole.Floats(name).ok()) {
      shorter.Put(name, std::vector<float>{1}, {1});
    } else if (whole.Words(name).ok()) {
      shorter.Put(name, std::vector<uint32_t>{4000000000u});
    } else {
      shorter.Put(name, std::vector<uint64_t>{1, 2});
    }
    EXPECT_EQ(AgentSnapshot::Load(shorter, *agent_).error().code, ErrorCode::kCorruptData) << name;
  }
  // Settings that would make the learner divide by zero or overdraw a batch.
  const std::vector<uint64_t> state = *whole.LongWords("learner.state");
  for (const auto& [index, value] :
       {std::pair{size_t{6}, uint64_t{0}}, std::pair{size_t{11}, std::bit_cast<uint64_t>(1.5)}}) {
    std::vector<uint64_t> spoiled = state;
    spoiled[index] = value;
    TensorBundle bundle = whole;
    bundle.Put("learner.state", std::span<const uint64_t>(spoiled));
    EXPECT_EQ(AgentSnapshot::Load(bundle, *agent_).error().code, ErrorCode::kCorruptData) << index;
  }
}

}  // namespace
}  // namespace dynajob
