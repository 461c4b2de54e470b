#include "dynajob/retrieval/nearest_jobs.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dynajob {
namespace {

// Rows scored between two looks at how many there are.
constexpr size_t kBlock = 256;
// Partial sums, which the compiler keeps in vector registers: a fixed order of additions.
constexpr size_t kLanes = 16;

float Dot(const float* a, const float* b, size_t size) {
  std::array<float, kLanes> sums{};
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes)
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  for (size_t lane = 0; i < size; ++i, ++lane) sums[lane] += a[i] * b[i];
  for (size_t half = kLanes / 2; half > 0; half /= 2)
    for (size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  return sums[0];
}

struct Scored {
  float score;
  JobRow job;
  // Better ones first.
  bool operator<(const Scored& other) const {
    return score != other.score ? score > other.score : job < other.job;
  }
};

// Proportional to the cosine: the length of the candidate's side is the same for all jobs.
float Score(const CosineReward& cosine, const float* state, JobRow job) {
  const double norm = cosine.JobNorm(job);
  if (norm == 0) return 0;
  const float* action = cosine.catalog().actions().data + job * cosine.catalog().action_dim();
  float dot = 0;
  for (const CosineReward::FieldPair& field : cosine.fields())
    dot += Dot(state + field.state_offset, action + field.action_offset, field.dimension);
  return dot / static_cast<float>(norm);
}

}  // namespace

std::vector<JobRow> NearestJobs(const CosineReward& cosine, CandidateRow candidate, size_t k,
                                std::span<const JobRow> among) {
  const float* state = cosine.catalog().states().Row(candidate).data();
  std::vector<Scored> best;  // the k best of what was seen, and others
  const auto keep_best = [&] {
    if (best.size() <= k) return;
    std::nth_element(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(k), best.end());
    best.resize(k);
  };
  for (size_t begin = 0; k > 0 && begin < among.size(); begin += kBlock) {
    for (const JobRow job : among.subspan(begin, std::min(kBlock, among.size() - begin)))
      best.push_back({Score(cosine, state, job), job});
    if (best.size() >= 2 * k + kBlock) keep_best();
  }
  keep_best();
  std::sort(best.begin(), best.end());
  std::vector<JobRow> jobs;
  jobs.reserve(best.size());
  for (const Scored& scored : best) jobs.push_back(scored.job);
  return jobs;
}

}  // namespace dynajob
