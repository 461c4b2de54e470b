#include "dynajob/agent/q_network.h"

#include "dynajob/agent/policy.h"

#include "first_layer_table.h"

namespace dynajob {
namespace {

std::unique_ptr<FirstLayerTable> MakeTable(const PairNetwork& network) {
  return FirstLayerTable::Fits(network) ? std::make_unique<FirstLayerTable>() : nullptr;
}

}  // namespace

QNetwork::QNetwork(const PairEncoder& encoder, const NetworkOptions& options,
                   OptimizerKind optimizer, uint64_t seed)
    : online_(encoder, options.q_layers, options, optimizer, seed),
      target_(online_),
      table_(MakeTable(target_)) {}

QNetwork::QNetwork(const QNetwork& other)
    : online_(other.online_),
      target_(other.target_),
      target_version_(other.target_version_),
      table_(MakeTable(target_)) {}

QNetwork::~QNetwork() = default;

BestJob QNetwork::TargetBest(CandidateRow candidate, std::span<const JobRow> next_set) {
  if (next_set.empty()) return {};
  std::vector<float> values(next_set.size());
  if (table_ != nullptr) {
    table_->Evaluate(target_, candidate, next_set, values);
  } else {
    target_.Evaluate(candidate, next_set, values);
  }
  const size_t best = Greedy(values);
  BestJob result{.job = next_set[best], .value = values[best]};
  if (values.size() == 1) return result;
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(best));
  result.runner_up = values[Greedy(values)];
  return result;
}

float QNetwork::DoubleTarget(CandidateRow candidate, std::span<const JobRow> next_set) {
  if (next_set.empty()) return 0;
  std::vector<float> values(next_set.size());
  online_.Evaluate(candidate, next_set, values);
  const JobRow best = next_set[Greedy(values)];
  float value = 0;
  target_.Evaluate(candidate, std::span(&best, 1), std::span(&value, 1));
  return value;
}

void QNetwork::SyncTarget() {
  target_.SetParameters(online_.parameters());
  ++target_version_;
}

void QNetwork::Rescale(double slope, double intercept) {
  online_.RescaleOutput(slope, intercept);
  target_.RescaleOutput(slope, intercept);
  ++target_version_;
}

}  // namespace dynajob
