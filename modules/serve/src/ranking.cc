#include "ranking.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace dynajob {
namespace {

// Jobs that are scored between two looks at the clock.
constexpr size_t kBlock = 8192;

bool Late(SteadyTime deadline) { return std::chrono::steady_clock::now() >= deadline; }

// Scores jobs [begin, end).
void Score(const Snapshot& snapshot, std::span<const CosineReward::FieldPair> pairs,
           const CandidateView& candidate, size_t begin, size_t end, std::span<float> out) {
  const JobSet& jobs = *snapshot.jobs;
  if (snapshot.policy == nullptr) {
    for (size_t i = begin; i < end; ++i)
      out[i - begin] = static_cast<float>(PairedCosine(pairs, candidate.state, jobs[i]->vector()));
    return;
  }
  const PairNetwork& network = snapshot.policy->model.q_network();
  std::vector<PairNetwork::SharedJob> shared;
  shared.reserve(end - begin);
  for (size_t i = begin; i < end; ++i)
    shared.push_back({snapshot.shares.Row(i).data(), ViewOf(*jobs[i])});
  network.EvaluateShares(candidate, shared, out);
}

// Draws the page place by place: with probability epsilon any of what is left, else the best of it.
std::vector<RankedJob> DrawPage(const JobSet& jobs, std::span<const float> scores,
                                std::vector<uint32_t> order, const RankingRequest& request,
                                ScoreSource greedy, Rng rng) {
  std::vector<RankedJob> page;
  const double epsilon = request.offset == 0 ? request.epsilon : 0;
  const size_t end = std::min(order.size(), request.offset + request.count);
  for (size_t place = request.offset; place < end; ++place) {
    const auto left = static_cast<double>(order.size() - place);
    const bool explore = epsilon > 0 && rng.Bernoulli(epsilon);
    const size_t drawn = explore ? place + rng.Below(order.size() - place) : place;
    // The order of the rest stays.
    std::rotate(order.begin() + static_cast<std::ptrdiff_t>(place),
                order.begin() + static_cast<std::ptrdiff_t>(drawn),
                order.begin() + static_cast<std::ptrdiff_t>(drawn) + 1);
    const double by_chance = epsilon / left;
    page.push_back({.job = jobs[order[place]],
                    .score = static_cast<double>(scores[order[place]]),
                    .source = explore ? ScoreSource::kExplore : greedy,
                    .propensity = drawn == place ? 1 - epsilon + by_chance : by_chance});
  }
  return page;
}

}  // namespace

std::string_view ToString(ScoreSource source) {
  switch (source) {
    case ScoreSource::kQ:
      return "q";
    case ScoreSource::kCosine:
      return "cosine";
    case ScoreSource::kExplore:
      return "explore";
  }
  return "q";
}

double PairedCosine(std::span<const CosineReward::FieldPair> pairs, std::span<const float> state,
                    std::span<const float> action) {
  double dot = 0, state_square = 0, action_square = 0;
  for (const CosineReward::FieldPair& pair : pairs) {
    for (size_t i = 0; i < pair.dimension; ++i) {
      const auto s = static_cast<double>(state[pair.state_offset + i]);
      const auto a = static_cast<double>(action[pair.action_offset + i]);
      dot += s * a;
      state_square += s * s;
      action_square += a * a;
    }
  }
  if (!(state_square > 0) || !(action_square > 0)) return 0;
  return dot / (std::sqrt(state_square) * std::sqrt(action_square));
}

Result<Ranking> RankJobs(const Snapshot& snapshot, std::span<const CosineReward::FieldPair> pairs,
                         const RankingRequest& request, Rng rng) {
  const JobSet& jobs = *snapshot.jobs;
  std::vector<float> scores(jobs.size());
  Ranking ranking;
  for (size_t begin = 0; begin < jobs.size(); begin += kBlock) {
    ranking.late = Late(request.deadline);
    if (ranking.late) return ranking;
    const size_t end = std::min(jobs.size(), begin + kBlock);
    Score(snapshot, pairs, request.candidate, begin, end,
          std::span(scores).subspan(begin, end - begin));
  }
  std::vector<uint32_t> order;
  order.reserve(jobs.size());
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (!std::isfinite(scores[i]))
      return CorruptData(fmt::format("model {} gives {} for job '{}'", snapshot.version(),
                                     scores[i], jobs[i]->record().id));
    const Job& job = jobs[i]->record();
    if (request.filter.Matches(job) && !request.excluded.contains(job.id))
      order.push_back(static_cast<uint32_t>(i));
  }
  ranking.eligible = order.size();
  const size_t wanted = std::min(order.size(), request.offset + request.count);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted), order.end(),
                    [&](uint32_t a, uint32_t b) {
                      if (scores[a] != scores[b]) return scores[a] > scores[b];
                      return jobs[a]->record().id < jobs[b]->record().id;
                    });
  ranking.jobs = DrawPage(jobs, scores, std::move(order), request,
                          snapshot.policy ? ScoreSource::kQ : ScoreSource::kCosine, rng);
  return ranking;
}

}  // namespace dynajob
