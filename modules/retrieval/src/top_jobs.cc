#include "dynajob/retrieval/top_jobs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace dynajob {
namespace {

// Jobs that are scored between two looks at the best so far, at most.
constexpr size_t kTile = 1024;
// Jobs that are scored to learn where the best ones are, and how many of them the linear function
// is taken at.
constexpr size_t kSample = 1024;
constexpr size_t kReferences = 64;

// The best so far, and others: at most twice as many and a tile.
class Selection {
 private:
  auto Order() const {
    return [this](const ScoredJob& a, const ScoredJob& b) {
      if (a.value != b.value) return a.value > b.value;
      return jobs_.Before(a.position, b.position);
    };
  }

 public:
  Selection(const RankableJobs& jobs, size_t k) : jobs_(jobs), k_(k) {
    if (k_ > 0) entries_.reserve(2 * std::min(k, jobs.size()) + kTile);
  }

  void Add(size_t position, float value) {
    // Of equals some may come before those that are kept.
    if (is_full_ && value < threshold_) return;
    entries_.push_back({position, value});
  }
  // Between tiles.
  void Trim() {
    if (entries_.size() >= 2 * k_ + kTile / 2) KeepBest();
  }
  std::vector<ScoredJob> Take() {
    KeepBest();
    std::sort(entries_.begin(), entries_.end(), Order());
    return std::move(entries_);
  }

 private:
  void KeepBest() {
    if (entries_.size() <= k_) return;
    const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(k_);
    std::nth_element(entries_.begin(), end - 1, entries_.end(), Order());
    entries_.erase(end, entries_.end());
    threshold_ = entries_.back().value;
    is_full_ = true;
  }

  const RankableJobs& jobs_;
  size_t k_;
  std::vector<ScoredJob> entries_;
  float threshold_ = 0;  // the least value of k that were seen, once is_full_
  bool is_full_ = false;
};

// begin, begin + 1, …; until the next call on the same thread.
std::span<const size_t> Consecutive(size_t begin, size_t count) {
  thread_local std::vector<size_t> positions;
  positions.resize(count);
  std::iota(positions.begin(), positions.end(), begin);
  return positions;
}

Status CheckFinite(const RankableJobs& jobs, size_t begin, std::span<const float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    return CorruptData(fmt::format("the model gives {} for job '{}': its weights are not usable",
                                   values[i], jobs.IdAt(begin + i)));
  }
  return Status::Ok();
}

}  // namespace

Result<TopJobs> SelectTop(const RankableJobs& jobs, size_t k, const std::function<bool()>& stop) {
  const size_t count = jobs.size();
  if (k == 0 || count == 0) return TopJobs{};
  // Tiles of even sizes: a last one of a few jobs would be scored in another order of additions
  // than all jobs at once (PairNetwork::Evaluate).
  const size_t tiles = (count + kTile - 1) / kTile;
  std::vector<float> values(std::min(count, kTile));
  Selection selection(jobs, k);
  for (size_t tile = 0; tile < tiles; ++tile) {
    if (stop && stop()) return TopJobs{.best = {}, .stopped = true, .scored = 0};
    const size_t begin = count * tile / tiles, end = count * (tile + 1) / tiles;
    const std::span scores = std::span(values).first(end - begin);
    DYNAJOB_RETURN_IF_ERROR(jobs.Score(begin, scores));
    DYNAJOB_RETURN_IF_ERROR(CheckFinite(jobs, begin, scores));
    for (size_t i = 0; i < scores.size(); ++i) selection.Add(begin + i, scores[i]);
    selection.Trim();
  }
  return TopJobs{.best = selection.Take(), .scored = count};
}

namespace {

// All jobs by a linear function.
class LinearlyScored final : public RankableJobs {
 public:
  LinearlyScored(const NetworkScoredJobs& jobs, const LinearScore& score)
      : jobs_(jobs), score_(score) {}
  size_t size() const override { return jobs_.size(); }
  std::string IdAt(size_t position) const override { return jobs_.IdAt(position); }
  bool Before(size_t a, size_t b) const override { return jobs_.Before(a, b); }
  Status Score(size_t begin, std::span<float> values) const override {
    // Few at a time: what is decoded stays in the nearest cache.
    constexpr size_t kJobs = 16;
    std::array<JobView, kJobs> views;
    for (size_t i = 0; i < values.size(); i += kJobs) {
      const auto part = std::span(views).first(std::min(kJobs, values.size() - i));
      DYNAJOB_RETURN_IF_ERROR(jobs_.Views(Consecutive(begin + i, part.size()), part));
      score_.Evaluate(part, values.subspan(i, part.size()));
    }
    return Status::Ok();
  }

 private:
  const NetworkScoredJobs& jobs_;
  const LinearScore& score_;
};

// Some of the jobs, by the network. Borrows `positions`.
class Chosen final : public RankableJobs {
 public:
  Chosen(const NetworkScoredJobs& jobs, std::span<const size_t> positions)
      : jobs_(jobs), positions_(positions) {}
  size_t size() const override { return positions_.size(); }
  std::string IdAt(size_t i) const override { return jobs_.IdAt(positions_[i]); }
  bool Before(size_t a, size_t b) const override {
    return jobs_.Before(positions_[a], positions_[b]);
  }
  Status Score(size_t begin, std::span<float> values) const override {
    return jobs_.ScoreAt(positions_.subspan(begin, values.size()), values);
  }

 private:
  const NetworkScoredJobs& jobs_;
  std::span<const size_t> positions_;
};

// The best k of some positions, as positions of `jobs`.
Result<TopJobs> TopOf(const NetworkScoredJobs& jobs, std::span<const size_t> positions, size_t k,
                      const std::function<bool()>& stop) {
  DYNAJOB_ASSIGN_OR_RETURN(TopJobs top, SelectTop(Chosen(jobs, positions), k, stop));
  for (ScoredJob& job : top.best) job.position = positions[job.position];
  return top;
}

std::vector<size_t> EvenlySpaced(size_t count, size_t of) {
  std::vector<size_t> positions(count);
  for (size_t i = 0; i < count; ++i) positions[i] = of * i / count;
  return positions;
}

std::vector<size_t> InOrder(std::span<const ScoredJob> jobs) {
  std::vector<size_t> positions;
  positions.reserve(jobs.size());
  for (const ScoredJob& job : jobs) positions.push_back(job.position);
  std::sort(positions.begin(), positions.end());
  return positions;
}

}  // namespace

Result<LinearScore> LinearNearTheBest(const NetworkScoredJobs& jobs) {
  const std::vector<size_t> sample = EvenlySpaced(std::min(kSample, jobs.size()), jobs.size());
  DYNAJOB_ASSIGN_OR_RETURN(const TopJobs best, TopOf(jobs, sample, kReferences, {}));
  std::vector<JobView> references(best.best.size());
  DYNAJOB_RETURN_IF_ERROR(jobs.Views(InOrder(best.best), references));
  return LinearScore(jobs.network(), jobs.candidate(), references);
}

Result<TopJobs> RankTop(const NetworkScoredJobs& jobs, size_t k, const RankingOptions& options,
                        const std::function<bool()>& stop) {
  const auto count = static_cast<double>(jobs.size());
  const auto shortlist = static_cast<size_t>(
      std::max({static_cast<double>(options.shortlist), std::ceil(options.shortlist_share * count),
                20.0 * static_cast<double>(k)}));
  if (options.exact_below == 0 || jobs.size() < static_cast<size_t>(options.exact_below) ||
      shortlist >= jobs.size())
    return SelectTop(jobs, k, stop);
  DYNAJOB_ASSIGN_OR_RETURN(const LinearScore score, LinearNearTheBest(jobs));
  DYNAJOB_ASSIGN_OR_RETURN(const TopJobs candidates,
                           SelectTop(LinearlyScored(jobs, score), shortlist, stop));
  if (candidates.stopped) return candidates;
  return TopOf(jobs, InOrder(candidates.best), k, stop);
}

Status RankingOptions::Validate() const {
  if (!(shortlist_share > 0 && shortlist_share <= 1))
    return InvalidArgument(fmt::format(
        "ranking.shortlist_share = {}: must be above 0 and at most 1", shortlist_share));
  return Status::Ok();
}

void RankingOptions::Bind(ConfigRegistry& registry) {
  constexpr int64_t kMost = 1'000'000'000;
  registry.Add("ranking.exact_below", &exact_below,
               "with fewer jobs the network scores all, with more a shortlist; 0: always all", 0,
               kMost);
  registry.Add("ranking.shortlist", &shortlist, "jobs of a shortlist, at least", 1, kMost);
  registry.Add("ranking.shortlist_share", &shortlist_share, "and at least this share of all jobs",
               0.0, 1.0);
}

Status NetworkScoredJobs::Score(size_t begin, std::span<float> values) const {
  return ScoreAt(Consecutive(begin, values.size()), values);
}

Status NetworkScoredJobs::ScoreAt(std::span<const size_t> positions,
                                  std::span<float> values) const {
  thread_local std::vector<JobView> views;
  views.resize(values.size());
  DYNAJOB_RETURN_IF_ERROR(Views(positions, views));
  scorer_.Evaluate(views, values);
  return Status::Ok();
}

Status CatalogJobs::Views(std::span<const size_t> positions, std::span<JobView> views) const {
  for (size_t i = 0; i < views.size(); ++i)
    views[i] = network().encoder().JobAt(rows_[positions[i]]);
  return Status::Ok();
}

}  // namespace dynajob
