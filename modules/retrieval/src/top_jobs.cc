#include "dynajob/retrieval/top_jobs.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace dynajob {
namespace {

// Jobs that are scored between two looks at the best so far, at most.
constexpr size_t kTile = 1024;

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
    if (stop && stop()) return TopJobs{.best = {}, .stopped = true};
    const size_t begin = count * tile / tiles, end = count * (tile + 1) / tiles;
    const std::span scores = std::span(values).first(end - begin);
    DYNAJOB_RETURN_IF_ERROR(jobs.Score(begin, scores));
    DYNAJOB_RETURN_IF_ERROR(CheckFinite(jobs, begin, scores));
    for (size_t i = 0; i < scores.size(); ++i) selection.Add(begin + i, scores[i]);
    selection.Trim();
  }
  return TopJobs{.best = selection.Take()};
}

Status NetworkScoredJobs::Score(size_t begin, std::span<float> values) const {
  thread_local std::vector<JobView> views;
  views.resize(values.size());
  DYNAJOB_RETURN_IF_ERROR(Views(begin, views));
  network_->Evaluate(candidate_, views, values);
  return Status::Ok();
}

Status CatalogJobs::Views(size_t begin, std::span<JobView> views) const {
  for (size_t i = 0; i < views.size(); ++i) views[i] = network().encoder().JobAt(rows_[begin + i]);
  return Status::Ok();
}

}  // namespace dynajob
