#include "dynajob/evaluation/logged_policy.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

class DecisionJudge {
 public:
  DecisionJudge(const Catalog& catalog, const RankingModel& model, double epsilon)
      : catalog_(catalog), model_(model), epsilon_(epsilon), all_(catalog.job_count()) {
    for (size_t i = 0; i < all_.size(); ++i) all_[i] = static_cast<JobRow>(i);
  }

  // Empty, with a reason, when the catalog lacks what the decision is about.
  Result<std::optional<OffPolicySample>> Judge(const LoggedDecision& decision,
                                               std::string& reason) {
    const auto candidate = catalog_.FindCandidate(decision.candidate_id);
    const auto job = catalog_.FindJob(decision.job_id);
    if (!candidate || !job) {
      reason = candidate ? "places whose job is not in the catalog"
                         : "places whose candidate is not in the catalog";
      return std::optional<OffPolicySample>();
    }
    DYNAJOB_RETURN_IF_ERROR(ComputeValues(*candidate));
    const std::vector<JobRow> set = CandidateSetOf(decision, *job);
    JobRow best = set.front();
    double mean = 0;
    for (const JobRow row : set) {
      if (values_[row] > values_[best]) best = row;
      mean += rewards_[row] / static_cast<double>(set.size());
    }
    const double by_chance = epsilon_ / static_cast<double>(set.size());
    return std::optional(OffPolicySample{
        .reward = decision.reward,
        .logging_propensity = decision.propensity,
        .target_probability = std::min(1.0, (*job == best ? 1 - epsilon_ : 0) + by_chance),
        .predicted_reward = rewards_[*job],
        .predicted_value = (1 - epsilon_) * rewards_[best] + epsilon_ * mean,
        .uniform = std::abs(decision.propensity * static_cast<double>(set.size()) - 1) < 1e-6,
        .person = *candidate});
  }

 private:
  // The state does not change, so once per person is enough.
  Status ComputeValues(CandidateRow candidate) {
    if (person_ == candidate) return Status::Ok();
    values_.resize(all_.size());
    rewards_.resize(all_.size());
    model_.values(candidate, all_, values_);
    model_.rewards(candidate, all_, rewards_);
    for (const std::vector<float>* values : {&values_, &rewards_})
      for (size_t i = 0; i < values->size(); ++i)
        if (!std::isfinite((*values)[i]))
          return CorruptData(
              fmt::format("the model's value of job '{}' is not finite", catalog_.job(all_[i]).id));
    person_ = candidate;
    return Status::Ok();
  }

  // Ascending, with the logged job.
  std::vector<JobRow> CandidateSetOf(const LoggedDecision& decision, JobRow logged) const {
    std::set<JobRow> set;
    if (decision.candidate_set.empty()) {
      for (const JobRow row : all_) {
        const Job& job = catalog_.job(row);
        const bool gone = decision.timestamp_ms != 0 && job.expires_ms &&
                          *job.expires_ms <= decision.timestamp_ms;
        if (!gone) set.insert(set.end(), row);
      }
    }
    for (const std::string& id : decision.candidate_set)
      if (const auto row = catalog_.FindJob(id)) set.insert(*row);
    for (const auto* gone : {&decision.above, &decision.settled})
      for (const std::string& id : *gone)
        if (const auto row = catalog_.FindJob(id)) set.erase(*row);
    set.insert(logged);
    return {set.begin(), set.end()};
  }

  const Catalog& catalog_;
  const RankingModel& model_;
  double epsilon_;
  std::vector<JobRow> all_;
  std::optional<CandidateRow> person_;  // whose are
  std::vector<float> values_;           // by job
  std::vector<float> rewards_;          // predicted, by job
};

}  // namespace

Result<std::vector<OffPolicySample>> JudgeDecisions(const Catalog& catalog, DecisionLog& log,
                                                    const RankingModel& model, double epsilon) {
  std::vector<const LoggedDecision*> by_person;
  for (const LoggedDecision& decision : log.decisions) by_person.push_back(&decision);
  std::stable_sort(by_person.begin(), by_person.end(),
                   [](const LoggedDecision* a, const LoggedDecision* b) {
                     return a->candidate_id < b->candidate_id;
                   });
  DecisionJudge judge(catalog, model, epsilon);
  std::vector<OffPolicySample> samples;
  for (const LoggedDecision* decision : by_person) {
    std::string reason;
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<OffPolicySample> sample,
                             judge.Judge(*decision, reason));
    if (sample)
      samples.push_back(*sample);
    else
      ++log.left_out[reason];
  }
  return samples;
}

std::vector<OffPolicySample> StatedDecisions(const DecisionLog& log) {
  std::unordered_map<std::string, size_t> people;
  std::vector<OffPolicySample> samples;
  for (const LoggedDecision& decision : log.decisions) {
    DYNAJOB_CHECK(decision.target_probability.has_value(), "a log without target probabilities");
    const double jobs = static_cast<double>(decision.candidate_set.size());
    samples.push_back(
        {.reward = decision.reward,
         .logging_propensity = decision.propensity,
         .target_probability = *decision.target_probability,
         .uniform = jobs > 0 && std::abs(decision.propensity * jobs - 1) < 1e-6,
         .person = people.try_emplace(decision.candidate_id, people.size()).first->second});
  }
  return samples;
}

}  // namespace dynajob
