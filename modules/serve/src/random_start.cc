#include "random_start.h"

#include <fmt/format.h>

#include "dynajob/core/file.h"

namespace dynajob {
namespace {

constexpr const char* kName = "random-start";

}  // namespace

Result<std::shared_ptr<const Policy>> RandomWeights(const Model& model, const Catalog& catalog) {
  ModelInfo info = model.info();
  info.strategy = Strategy::kBaseline;
  info.llm_kind.clear();
  info.labels = 0;
  DYNAJOB_ASSIGN_OR_RETURN(const PairEncoder encoder, PairEncoder::Create(catalog, info.network));
  const DynaQAgent agent(encoder, info.network, info.learner, info.seed);
  const auto weights = agent.q_network().online().parameters();
  const std::string_view bytes(reinterpret_cast<const char*>(weights.data()), weights.size_bytes());
  DYNAJOB_ASSIGN_OR_RETURN(Model random, Model::Copy(agent, info, catalog));
  return std::make_shared<const Policy>(
      Policy{kName, fmt::format("{}-{:08x}", kName, Crc32(bytes)), std::move(random)});
}

RandomStart::RandomStart(const std::shared_ptr<const JobSet>& jobs,
                         std::shared_ptr<const Policy> policy)
    : snapshots_(std::make_shared<SnapshotSource>(jobs, std::move(policy))) {
  DeclareLearningMetrics(metrics_);
}

Result<std::unique_ptr<RandomStart>> RandomStart::Start(LearnerParts parts, const Policy& served,
                                                        Store& store) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto policy, RandomWeights(served.model, parts.market->catalog()));
  std::unique_ptr<RandomStart> start(new RandomStart(parts.market->jobs(), policy));
  parts.snapshots = start->snapshots_.get();
  parts.metrics = &start->metrics_;
  // Beside the served learner's, so that another model begins its own comparison.
  parts.directory += fmt::format("-{}", kName);
  parts.log = [log = parts.log](const std::string& line) {
    log(fmt::format("{}: {}", kName, line));
  };
  DYNAJOB_ASSIGN_OR_RETURN(start->learner_, Learner::Start(std::move(parts), policy, store));
  return start;
}

std::shared_ptr<const Snapshot> CurrentOver(SnapshotSource& snapshots,
                                            const std::shared_ptr<const JobSet>& jobs) {
  std::shared_ptr<const Snapshot> current = snapshots.Current();
  if (current->jobs == jobs) return current;
  snapshots.Publish(jobs);
  return snapshots.Current();
}

}  // namespace dynajob
