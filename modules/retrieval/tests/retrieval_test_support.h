// A catalog of points on the unit circle, where the nearest jobs are known.
#ifndef DYNAJOB_RETRIEVAL_TESTS_RETRIEVAL_TEST_SUPPORT_H_
#define DYNAJOB_RETRIEVAL_TESTS_RETRIEVAL_TEST_SUPPORT_H_

#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/rewards/cosine_reward.h"

namespace dynajob {

inline std::string PaddedId(const std::string& prefix, size_t number) {
  const std::string digits = std::to_string(number);
  return prefix + std::string(4 - digits.size(), '0') + digits;
}

// Candidates and jobs at even angles in both fields of a pair. Jobs alternate between three
// locations, two sectors and three work modes; job i was posted on day i, and expires on day i if
// `i % 10 == 9`. Candidate i lives in the i-th location.
inline Catalog MakeCircle(size_t candidates, size_t jobs) {
  constexpr int64_t kDay = 86'400'000;
  Catalog::Data data;
  data.embedder = "circle";
  data.state_fields = {{"hard", 0, 2}, {"soft", 2, 2}};
  data.action_fields = {{"title", 0, 2}, {"tech", 2, 2}, {"soft", 4, 2}};
  data.states = Matrix(candidates, 4);
  data.actions = Matrix(jobs, 6);
  const std::vector<std::string> locations = {"Lyon", "Nice", "Paris"};
  const auto put = [](float* out, size_t i, size_t count) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count);
    out[0] = static_cast<float>(std::cos(angle));
    out[1] = static_cast<float>(std::sin(angle));
  };
  for (size_t i = 0; i < candidates; ++i) {
    Candidate& candidate = data.candidates.emplace_back();
    candidate.id = PaddedId("c", i);
    candidate.location = locations[i % 3];
    candidate.category = i % 2 == 0 ? "Banking" : "";
    candidate.preferred_work_mode = i % 2 == 0 ? WorkMode::kRemote : WorkMode::kUnknown;
    for (const size_t offset : {0, 2}) put(data.states.Row(i).data() + offset, i, candidates);
  }
  for (size_t i = 0; i < jobs; ++i) {
    Job& job = data.jobs.emplace_back();
    job.id = PaddedId("j", i);
    job.location = locations[i % 3];
    job.sector = i % 2 == 0 ? "Banking" : "Retail";
    job.work_mode = i % 4 == 0 ? WorkMode::kRemote : WorkMode::kOnsite;
    job.posted_ms = static_cast<int64_t>(i) * kDay;
    if (i % 10 == 9) job.expires_ms = static_cast<int64_t>(i) * kDay;
    put(data.actions.Row(i).data(), jobs - 1 - i, jobs);  // the title is no field of a pair
    for (const size_t offset : {2, 4}) put(data.actions.Row(i).data() + offset, i, jobs);
  }
  auto catalog = Catalog::Create(std::move(data));
  if (!catalog.ok()) throw std::runtime_error(catalog.error().message);
  return std::move(catalog).value();
}

inline std::unique_ptr<CosineReward> MakeCosine(const Catalog& catalog) {
  auto cosine = CosineReward::Create(catalog, CosineOptions{});
  if (!cosine.ok()) throw std::runtime_error(cosine.error().message);
  return std::move(cosine).value();
}

inline std::vector<uint32_t> Rows(size_t count) {
  std::vector<uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), uint32_t{0});
  return rows;
}

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_TESTS_RETRIEVAL_TEST_SUPPORT_H_
