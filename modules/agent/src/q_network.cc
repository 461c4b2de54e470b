#include "dynajob/agent/q_network.h"

#include <limits>

#include "dynajob/agent/policy.h"

#include "first_layer_table.h"

namespace dynajob {
namespace {

std::unique_ptr<FirstLayerTable> MakeTable(const PairNetwork& network) {
  return FirstLayerTable::Fits(network) ? std::make_unique<FirstLayerTable>() : nullptr;
}

// Changes `values`.
BestJob BestOf(std::span<const JobRow> jobs, std::span<float> values) {
  if (jobs.empty()) return {};
  const size_t best = Greedy(values);
  BestJob result{.job = jobs[best], .value = values[best]};
  if (values.size() == 1) return result;
  values[best] = -std::numeric_limits<float>::infinity();
  result.runner_up = values[Greedy(values)];
  return result;
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
  const NextSet set{candidate, next_set};
  BestJob best;
  TargetBest(std::span(&set, 1), std::span(&best, 1));
  return best;
}

void QNetwork::TargetBest(std::span<const NextSet> sets, std::span<BestJob> best) {
  DYNAJOB_CHECK(sets.size() == best.size(), "one result per set");
  size_t jobs = 0;
  for (const NextSet& set : sets) jobs += set.jobs.size();
  values_.resize(jobs);
  std::span<float> values = values_;
  if (table_ != nullptr) {
    table_->Evaluate(target_, sets, values);
  } else {
    for (const NextSet& set : sets) {
      target_.Evaluate(set.candidate, set.jobs, values.first(set.jobs.size()));
      values = values.subspan(set.jobs.size());
    }
    values = values_;
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    best[i] = BestOf(sets[i].jobs, values.first(sets[i].jobs.size()));
    values = values.subspan(sets[i].jobs.size());
  }
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
