// Models and checkpoints on disk. Tensors in safetensors, everything else in a JSON manifest beside
// it with the size and CRC-32 of the tensor file; both written as temporary file, fsync, rename. A
// file that was cut short or changed by one bit is refused with kCorruptData.
#ifndef DYNAJOB_AGENT_CHECKPOINT_H_
#define DYNAJOB_AGENT_CHECKPOINT_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dynajob/agent/dyna_q.h"
#include "dynajob/agent/options.h"
#include "dynajob/core/tensor_bundle.h"

namespace dynajob {

// Everything of a learner, for resuming. The learner to load into must have been made with the same
// encoder sizes, options and seed.
class AgentSnapshot {
 public:
  static void Save(const DynaQAgent& agent, TensorBundle& bundle);
  static Status Load(const TensorBundle& bundle, DynaQAgent& agent);

  // Makes `to` continue where `from` stands, over another catalog. Transitions of a candidate or
  // job that is gone are dropped, and such jobs leave every A'; where nothing is gone, both learn
  // the same from here on. `to` must have been made with the same encoder sizes, options and seed.
  struct RowMap {
    std::vector<std::optional<CandidateRow>> candidates;  // new row of each row; nullopt: gone
    std::vector<std::optional<JobRow>> jobs;
  };
  static void Transfer(const DynaQAgent& from, const RowMap& rows, DynaQAgent& to);
};

// `directory`/checkpoint.json names the newest checkpoint-N-CRC.safetensors; older ones are removed
// after the manifest has been replaced, so that there is a whole checkpoint at any moment.
Status SaveCheckpoint(const std::filesystem::path& directory, uint64_t number,
                      const TensorBundle& bundle);
// kNotFound when there is none.
Result<TensorBundle> LoadCheckpoint(const std::filesystem::path& directory);

// What a model was made from; written to model.json and checked when it is loaded.
struct ModelInfo {
  Strategy strategy = Strategy::kBaseline;
  uint64_t seed = 0;
  std::string llm_kind;  // who labelled: "surrogate", or which model; empty when nobody
  uint64_t labels = 0;
  NetworkOptions network;
  LearnerOptions learner;
};

// Writes `directory`/model.safetensors and model.json.
Status SaveModel(const std::filesystem::path& directory, const DynaQAgent& agent,
                 const ModelInfo& info);

// A trained model, for ranking. Safe for concurrent use. Borrows the catalog.
class Model {
 public:
  // Fails with kCorruptData when the files are damaged and with kInvalidArgument when the model was
  // made for other fields, dimensions or another embedder than the catalog's (both are named).
  static Result<Model> Load(const std::filesystem::path& directory, const Catalog& catalog);

  // The networks of a learner as they are now, without its experience. `catalog` has the fields of
  // the learner's; kInvalidArgument otherwise.
  static Result<Model> Copy(const DynaQAgent& agent, const ModelInfo& info, const Catalog& catalog);

  const ModelInfo& info() const { return info_; }
  // Q(s, jobs[i]).
  void QValues(CandidateRow candidate, std::span<const JobRow> jobs, std::span<float> out) const;
  // The world model's r^(s, jobs[i]).
  void PredictedRewards(CandidateRow candidate, std::span<const JobRow> jobs,
                        std::span<float> out) const;

  // The networks themselves, for candidates and jobs that are not rows of the catalog.
  const PairNetwork& q_network() const { return agent_->q_network().online(); }
  const WorldModel& world_model() const { return agent_->world_model(); }

 private:
  Model(ModelInfo info, std::unique_ptr<PairEncoder> encoder);

  ModelInfo info_;
  std::unique_ptr<PairEncoder> encoder_;
  std::unique_ptr<DynaQAgent> agent_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_CHECKPOINT_H_
