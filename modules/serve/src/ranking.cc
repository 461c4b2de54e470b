#include "ranking.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "dynajob/retrieval/top_jobs.h"

namespace dynajob {
namespace {

bool Late(SteadyTime deadline) { return std::chrono::steady_clock::now() >= deadline; }

// The jobs of a snapshot that may be shown, by place in it.
class EligibleJobs final : public RankableJobs {
 public:
  EligibleJobs(const Snapshot& snapshot, std::span<const CosineReward::FieldPair> pairs,
               const RankingRequest& request)
      : snapshot_(snapshot), pairs_(pairs), candidate_(request.candidate) {
    if (snapshot.policy != nullptr)
      scorer_.emplace(snapshot.policy->model.q_network(), request.candidate);
    for (size_t i = 0; i < jobs().size(); ++i) {
      const Job& job = jobs()[i]->record();
      if (request.filter.Matches(job) && !request.excluded.contains(job.id))
        places_.push_back(static_cast<uint32_t>(i));
    }
  }

  size_t size() const override { return places_.size(); }
  std::string IdAt(size_t position) const override { return JobAt(position)->record().id; }
  bool Before(size_t a, size_t b) const override {
    return JobAt(a)->record().id < JobAt(b)->record().id;
  }
  const ServedJobPtr& JobAt(size_t position) const { return jobs()[places_[position]]; }

  Status Score(size_t begin, std::span<float> values) const override {
    if (!scorer_) {
      for (size_t i = 0; i < values.size(); ++i)
        values[i] =
            static_cast<float>(PairedCosine(pairs_, candidate_.state, JobAt(begin + i)->vector()));
      return Status::Ok();
    }
    thread_local std::vector<CandidateScorer::SharedJob> shared;
    shared.clear();
    for (size_t i = 0; i < values.size(); ++i)
      shared.push_back({places_[begin + i], ViewOf(*JobAt(begin + i))});
    scorer_->Evaluate(snapshot_.shares, shared, values);
    return Status::Ok();
  }

 private:
  const JobSet& jobs() const { return *snapshot_.jobs; }

  const Snapshot& snapshot_;
  std::span<const CosineReward::FieldPair> pairs_;
  CandidateView candidate_;
  std::optional<CandidateScorer> scorer_;  // without a policy: none
  std::vector<uint32_t> places_;
};

// All other positions below `count`, in their order; their values are not known.
void AppendOthers(size_t count, std::vector<ScoredJob>& best) {
  std::vector<char> is_there(count, 0);
  for (const ScoredJob& job : best) is_there[job.position] = 1;
  best.reserve(count);
  for (size_t position = 0; position < count; ++position)
    if (is_there[position] == 0) best.push_back({position, 0});
}

// Draws the page place by place: with probability epsilon any of what is left, else the best of it.
// `best` are the first of the whole order, to the end of the page.
Result<std::vector<RankedJob>> DrawPage(const EligibleJobs& jobs, std::vector<ScoredJob> best,
                                        const RankingRequest& request, ScoreSource greedy,
                                        Rng rng) {
  std::vector<RankedJob> page;
  const double epsilon = request.offset == 0 ? request.epsilon : 0;
  const size_t end = best.size();
  // Of those that can be drawn by chance, the ones behind the best follow in any order that stays.
  if (epsilon > 0) AppendOthers(jobs.size(), best);
  for (size_t place = request.offset; place < end; ++place) {
    const size_t left = jobs.size() - place;
    const bool explore = epsilon > 0 && rng.Bernoulli(epsilon);
    const size_t drawn = explore ? place + rng.Below(left) : place;
    // The order of the rest stays.
    std::rotate(best.begin() + static_cast<std::ptrdiff_t>(place),
                best.begin() + static_cast<std::ptrdiff_t>(drawn),
                best.begin() + static_cast<std::ptrdiff_t>(drawn) + 1);
    ScoredJob& chosen = best[place];
    if (explore) DYNAJOB_RETURN_IF_ERROR(jobs.Score(chosen.position, std::span(&chosen.value, 1)));
    const double by_chance = epsilon / static_cast<double>(left);
    page.push_back({.job = jobs.JobAt(chosen.position),
                    .score = static_cast<double>(chosen.value),
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
  const EligibleJobs jobs(snapshot, pairs, request);
  Ranking ranking;
  ranking.eligible = jobs.size();
  auto top = SelectTop(jobs, std::min(jobs.size(), request.offset + request.count),
                       [&] { return Late(request.deadline); });
  if (!top.ok())
    return Error{top.error().code,
                 fmt::format("model {}: {}", snapshot.version(), top.error().message)};
  ranking.late = top->stopped;
  if (ranking.late) return ranking;
  DYNAJOB_ASSIGN_OR_RETURN(ranking.jobs,
                           DrawPage(jobs, std::move(top->best), request,
                                    snapshot.policy ? ScoreSource::kQ : ScoreSource::kCosine, rng));
  return ranking;
}

}  // namespace dynajob
