#include "dynajob/stores/live_catalog.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "float32_bytes.h"
#include "record_checks.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;

// Changes of one Refresh, which bounds its memory when the store is being filled.
constexpr size_t kMaxPending = 100'000;

const StoredVector* FindVector(const JobChange& change, std::string_view field) {
  for (const StoredVector& vector : change.vectors)
    if (vector.field == field) return &vector;
  return nullptr;
}

// The catalog's row of a job; optional vectors that are missing or of another length are zeros, as
// in a catalog that is loaded. Requires required vectors that fit.
std::vector<float> Assemble(const Catalog& catalog, const JobChange& change) {
  std::vector<float> row(catalog.action_dim(), 0.0f);
  for (const FieldSlice& field : catalog.action_fields()) {
    const StoredVector* vector = FindVector(change, field.name);
    if (vector != nullptr && vector->values.size() == field.dimension)
      std::copy(vector->values.begin(), vector->values.end(),
                row.begin() + static_cast<std::ptrdiff_t>(field.offset));
  }
  return row;
}

}  // namespace

Result<std::unique_ptr<LiveCatalog>> LiveCatalog::Open(Store& store, const CatalogSpec& spec,
                                                       int64_t now_ms) {
  DYNAJOB_ASSIGN_OR_RETURN(auto feed, store.WatchJobs());
  std::unique_ptr<LiveCatalog> live(new LiveCatalog(store, spec, std::move(feed)));
  DYNAJOB_ASSIGN_OR_RETURN(Catalog catalog, store.LoadCatalog(spec));
  live->snapshot_ = std::make_shared<const Catalog>(std::move(catalog));
  DYNAJOB_RETURN_IF_ERROR(live->Refresh(milliseconds(0), now_ms));
  return live;
}

std::shared_ptr<const Catalog> LiveCatalog::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

Status LiveCatalog::TakeChanges(milliseconds timeout) {
  while (pending_.size() < kMaxPending) {
    auto polled = feed_->Poll(timeout);
    for (std::string& notice : feed_->TakeNotices()) notices_.push_back(std::move(notice));
    if (!polled.ok()) return polled.error();
    must_reload_ = feed_->TakeGap() || must_reload_;
    std::vector<JobChange> changes = std::move(polled).value();
    if (changes.empty()) break;
    for (JobChange& change : changes) {
      std::string id = change.id;
      pending_.insert_or_assign(std::move(id), std::move(change));
    }
    timeout = milliseconds(0);
  }
  return Status::Ok();
}

std::string LiveCatalog::WhyNot(const Catalog& catalog, const JobChange& change) const {
  for (size_t i = 0; i < spec_.action_fields.size(); ++i) {
    const FieldSlice& field = catalog.action_fields()[i];
    const StoredVector* vector = FindVector(change, field.name);
    const bool is_required = spec_.action_fields[i].required;
    if (vector == nullptr && is_required) return fmt::format("no {} embedding", field.name);
    if (vector == nullptr) continue;
    if (vector->values.size() != field.dimension && !is_required) continue;
    if (vector->values.size() != field.dimension)
      return fmt::format("{} embedding of {} values, the catalog has {}", field.name,
                         vector->values.size(), field.dimension);
    if (vector->embedder != catalog.embedder())
      return fmt::format("{} embedding made by '{}', the catalog's by '{}'", field.name,
                         vector->embedder, catalog.embedder());
    if (FindNonFinite(vector->values))
      return fmt::format("{} embedding with a value that is not finite", field.name);
  }
  return {};
}

// The next snapshot in the making, in the order of the ids, and how it differs from the one before.
class LiveCatalog::Draft {
 public:
  Draft(const Catalog& before, int64_t now_ms) : before_(before), now_ms_(now_ms) {
    entries_.reserve(before.job_count());
  }

  // The rows of before with ids below this one, as they are.
  void KeepBelow(std::string_view id) {
    while (row_ < before_.job_count() && before_.job(row_).id < id) KeepRow();
  }
  void KeepAll() {
    while (row_ < before_.job_count()) KeepRow();
  }
  // The same rows, as jobs that are there no more.
  void DropBelow(std::string_view id) {
    while (row_ < before_.job_count() && before_.job(row_).id < id) DropRow();
  }
  void DropAll() {
    while (row_ < before_.job_count()) DropRow();
  }
  // The row of before that has this id, if the job is there. Requires KeepBelow(id).
  std::optional<JobRow> RowOf(std::string_view id) const {
    if (row_ < before_.job_count() && before_.job(row_).id == id) return row_;
    return std::nullopt;
  }
  // The job of this id as it is from now on, or nothing. Requires KeepBelow(id) or DropBelow(id).
  void Put(const std::string& id, std::optional<Entry> now) {
    const std::optional<JobRow> row = RowOf(id);
    if (row) ++row_;
    if (now && !IsOpen(*now->job, now_ms_)) now.reset();
    if (now) entries_.push_back(*now);
    if (row && !now) update_.removed.push_back(id);
    if (!row && now) update_.added.push_back(id);
    if (row && now &&
        (*now->job != before_.job(*row) ||
         !std::ranges::equal(now->vector, before_.actions().Row(*row))))
      update_.changed.push_back(id);
  }

  const CatalogUpdate& update() const { return update_; }
  std::span<const Entry> entries() const { return entries_; }

 private:
  void DropRow() { update_.removed.push_back(before_.job(row_++).id); }
  void KeepRow() {
    const Job& job = before_.job(row_);
    if (IsOpen(job, now_ms_)) {
      entries_.push_back({&job, before_.actions().Row(row_)});
    } else {
      update_.removed.push_back(job.id);
    }
    ++row_;
  }

  const Catalog& before_;
  int64_t now_ms_;
  JobRow row_ = 0;
  CatalogUpdate update_;
  std::vector<Entry> entries_;
};

Result<CatalogUpdate> LiveCatalog::Refresh(milliseconds timeout, int64_t now_ms) {
  DYNAJOB_RETURN_IF_ERROR(TakeChanges(timeout));
  CatalogUpdate update;
  if (must_reload_ || !pending_.empty() || now_ms >= next_expiry_ms_) {
    DYNAJOB_ASSIGN_OR_RETURN(update, must_reload_ ? Reload(now_ms) : Apply(now_ms));
  }
  update.notices = std::exchange(notices_, {});
  return update;
}

Result<CatalogUpdate> LiveCatalog::Apply(int64_t now_ms) {
  const std::shared_ptr<const Catalog> before = snapshot();
  Draft draft(*before, now_ms);
  std::deque<std::vector<float>> vectors;  // those of `pending_`, for as long as the draft
  for (const auto& [id, change] : pending_) {
    waiting_.erase(id);
    draft.KeepBelow(id);
    if (!change.job) {
      draft.Put(id, std::nullopt);
      continue;
    }
    const std::string why_not = WhyNot(*before, change);
    if (why_not.empty()) {
      draft.Put(id, Entry{&*change.job, vectors.emplace_back(Assemble(*before, change))});
      continue;
    }
    waiting_[id] = why_not;
    const std::optional<JobRow> row = draft.RowOf(id);
    const bool keeps = row && SameEmbeddedText(*change.job, before->job(*row));
    draft.Put(
        id, keeps ? std::optional(Entry{&*change.job, before->actions().Row(*row)}) : std::nullopt);
  }
  draft.KeepAll();
  CatalogUpdate update = Finish(*before, draft);
  pending_.clear();
  return update;
}

// What is pending was read before, so the load has it too.
Result<CatalogUpdate> LiveCatalog::Reload(int64_t now_ms) {
  DYNAJOB_ASSIGN_OR_RETURN(const Catalog loaded, store_.LoadCatalog(spec_));
  const std::shared_ptr<const Catalog> before = snapshot();
  const auto is_same = [](const FieldSlice& a, const FieldSlice& b) {
    return a.name == b.name && a.dimension == b.dimension;
  };
  if (!std::ranges::equal(loaded.action_fields(), before->action_fields(), is_same) ||
      loaded.embedder() != before->embedder())
    return FailedPrecondition(
        fmt::format("{}: the vectors of the jobs are of another kind than when following began: "
                    "start again",
                    store_.name()));
  Draft draft(*before, now_ms);
  for (JobRow row = 0; row < loaded.job_count(); ++row) {
    const Job& job = loaded.job(row);
    draft.DropBelow(job.id);
    draft.Put(job.id, Entry{&job, loaded.actions().Row(row)});
  }
  draft.DropAll();
  CatalogUpdate update = Finish(*before, draft);
  update.reloaded = true;
  waiting_.clear();
  pending_.clear();
  must_reload_ = false;
  return update;
}

CatalogUpdate LiveCatalog::Finish(const Catalog& before, const Draft& draft) {
  if (draft.update().published()) Publish(before, draft.entries());
  next_expiry_ms_ = std::numeric_limits<int64_t>::max();
  for (const Entry& entry : draft.entries())
    next_expiry_ms_ = std::min(next_expiry_ms_, entry.job->expires_ms.value_or(next_expiry_ms_));
  return draft.update();
}

void LiveCatalog::Publish(const Catalog& before, std::span<const Entry> entries) {
  Catalog::Data data;
  data.jobs.reserve(entries.size());
  data.actions = Matrix(entries.size(), before.action_dim());
  for (size_t i = 0; i < entries.size(); ++i) {
    data.jobs.push_back(*entries[i].job);
    std::ranges::copy(entries[i].vector, data.actions.Row(i).begin());
  }
  for (CandidateRow row = 0; row < before.candidate_count(); ++row)
    data.candidates.push_back(before.candidate(row));
  data.states = Matrix(before.candidate_count(), before.state_dim());
  std::copy_n(before.states().data, before.candidate_count() * before.state_dim(),
              data.states.data());
  data.state_fields.assign(before.state_fields().begin(), before.state_fields().end());
  data.action_fields.assign(before.action_fields().begin(), before.action_fields().end());
  data.embedder = before.embedder();
  data.exclusions = before.exclusions();
  auto created = Catalog::Create(std::move(data));
  DYNAJOB_CHECK(created.ok(), "all that goes into a snapshot was checked");
  auto next = std::make_shared<const Catalog>(std::move(created).value());
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(next);
}

}  // namespace dynajob
