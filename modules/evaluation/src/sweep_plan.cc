#include <map>

#include "dynajob/core/check.h"
#include "dynajob/evaluation/sweep.h"

#include "arm_identity.h"

namespace dynajob {
namespace {

// The warm starts that these arms need, that of the cosine phase of a hybrid included.
std::set<Strategy> StrategiesOf(const std::vector<std::string>& arms) {
  std::set<Strategy> strategies;
  for (const std::string& arm : arms)
    if (const auto& strategy = SpecOf(arm).agent) strategies.insert(*strategy);
  if (strategies.contains(Strategy::kHybrid)) strategies.insert(Strategy::kCosine);
  return strategies;
}

}  // namespace

std::vector<std::string> SweepPlan::ArmsToRun(size_t cell,
                                              const std::vector<std::string>& arms) const {
  std::vector<std::string> own;
  for (size_t arm = 0; arm < arms.size(); ++arm)
    if (origin[cell][arm] == cell) own.push_back(arms[arm]);
  return own;
}

SweepPlan PlanSweep(std::span<const ExperimentOptions> cells, std::span<const size_t> groups) {
  DYNAJOB_CHECK(cells.size() == groups.size(), "one group per cell");
  SweepPlan plan;
  std::map<std::pair<size_t, std::string>, size_t> first_run;
  std::map<std::pair<size_t, std::string>, size_t> training_uses;
  for (size_t cell = 0; cell < cells.size(); ++cell) {
    const std::vector<std::string>& arms = cells[cell].comparison.arms;
    std::vector<size_t>& origin = plan.origin.emplace_back();
    for (const std::string& arm : arms) {
      const auto key = std::pair(groups[cell], ArmIdentity(cells[cell], SpecOf(arm)));
      origin.push_back(first_run.emplace(key, cell).first->second);
    }
    for (const Strategy strategy : StrategiesOf(plan.ArmsToRun(cell, arms)))
      ++training_uses[{groups[cell], TrainingIdentity(cells[cell], strategy)}];
    if (plan.shared_training.size() <= groups[cell]) plan.shared_training.resize(groups[cell] + 1);
  }
  for (const auto& [key, uses] : training_uses)
    if (uses > 1) plan.shared_training[key.first].insert(key.second);
  return plan;
}

}  // namespace dynajob
