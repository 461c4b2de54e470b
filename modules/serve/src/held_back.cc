#include "held_back.h"

#include <algorithm>
#include <cmath>

#include "dynajob/core/check.h"

namespace dynajob {

std::optional<Experience> HeldBack::Add(Experience experience) {
  all_.push_back(std::move(experience));
  if (all_.size() <= capacity_) return std::nullopt;
  Experience oldest = std::move(all_.front());
  all_.pop_front();
  return oldest;
}

double* HeldBack::FindReward(std::string_view candidate_id, std::string_view job_id) {
  for (Experience& experience : all_)
    if (experience.person->record().id == candidate_id && experience.job->record().id == job_id)
      return &experience.reward;
  return nullptr;
}

void HeldBack::Forget(std::string_view candidate_id) {
  std::erase_if(all_, [&](const Experience& experience) {
    return experience.person->record().id == candidate_id;
  });
}

std::vector<double> HeldBack::Errors(const PairNetwork& q, double gamma) const {
  std::vector<double> errors;
  for (const Experience& experience : all_) {
    const double difference = ImpliedReward(q, gamma, experience) - experience.reward;
    errors.push_back(difference * difference);
  }
  return errors;
}

double ImpliedReward(const PairNetwork& q, double gamma, const Experience& experience) {
  std::vector<JobView> jobs = {ViewOf(*experience.job)};
  for (const ServedJobPtr& next : experience.next_set) jobs.push_back(ViewOf(*next));
  std::vector<float> values(jobs.size());
  q.Evaluate(ViewOf(*experience.person), jobs, values);
  const double next = jobs.size() > 1
                          ? static_cast<double>(*std::max_element(values.begin() + 1, values.end()))
                          : 0.0;
  return static_cast<double>(values[0]) - gamma * next;
}

bool IsWorse(std::span<const double> before, std::span<const double> after, double z) {
  DYNAJOB_CHECK(before.size() == after.size() && before.size() >= 2, "pairs of errors");
  const auto count = static_cast<double>(before.size());
  double mean = 0, square = 0;
  for (size_t i = 0; i < before.size(); ++i) mean += (after[i] - before[i]) / count;
  for (size_t i = 0; i < before.size(); ++i)
    square += (after[i] - before[i] - mean) * (after[i] - before[i] - mean);
  if (!std::isfinite(mean)) return true;  // it has diverged
  return mean > 0 && mean > z * std::sqrt(square / (count - 1) / count);
}

}  // namespace dynajob
