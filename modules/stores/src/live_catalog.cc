#include "dynajob/stores/live_catalog.h"

#include <algorithm>
#include <deque>
#include <optional>

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

// The catalog's row of a job, missing optional fields as zeros. Requires vectors that fit.
std::vector<float> Assemble(const Catalog& catalog, const JobChange& change) {
  std::vector<float> row(catalog.action_dim(), 0.0f);
  for (const FieldSlice& field : catalog.action_fields()) {
    if (const StoredVector* vector = FindVector(change, field.name))
      std::copy(vector->values.begin(), vector->values.end(),
                row.begin() + static_cast<std::ptrdiff_t>(field.offset));
  }
  return row;
}

}  // namespace

Result<std::unique_ptr<LiveCatalog>> LiveCatalog::Open(Store& store, const CatalogSpec& spec,
                                                       int64_t now_ms) {
  DYNAJOB_ASSIGN_OR_RETURN(auto feed, store.WatchJobs());
  std::unique_ptr<LiveCatalog> live(new LiveCatalog(spec, std::move(feed)));
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
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, feed_->Poll(timeout));
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
    if (vector == nullptr && spec_.action_fields[i].required)
      return fmt::format("no {} embedding", field.name);
    if (vector == nullptr) continue;
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

Result<CatalogUpdate> LiveCatalog::Refresh(milliseconds timeout, int64_t now_ms) {
  DYNAJOB_RETURN_IF_ERROR(TakeChanges(timeout));
  const std::shared_ptr<const Catalog> before = snapshot();
  CatalogUpdate update;
  std::vector<Entry> entries;
  entries.reserve(before->job_count() + pending_.size());
  std::deque<std::vector<float>> new_vectors;

  // Adds a job to the next snapshot, or not, and notes how it differs from the row of before.
  const auto put = [&](const std::string& id, std::optional<JobRow> row, std::optional<Entry> now) {
    if (now && !IsOpen(*now->job, now_ms)) now.reset();
    if (now) entries.push_back(*now);
    if (row && !now) update.removed.push_back(id);
    if (!row && now) update.added.push_back(id);
    if (row && now &&
        (*now->job != before->job(*row) ||
         !std::ranges::equal(now->vector, before->actions().Row(*row))))
      update.changed.push_back(id);
  };
  const auto keep = [&](JobRow row) {
    const Job& job = before->job(row);
    put(job.id, row, Entry{&job, before->actions().Row(row)});
  };
  const auto apply = [&](const JobChange& change, std::optional<JobRow> row) {
    waiting_.erase(change.id);
    std::optional<Entry> now;
    if (change.job) {
      const std::string why_not = WhyNot(*before, change);
      if (why_not.empty()) {
        now = {&*change.job, new_vectors.emplace_back(Assemble(*before, change))};
      } else {
        waiting_[change.id] = why_not;
        if (row && SameEmbeddedText(*change.job, before->job(*row)))
          now = {&*change.job, before->actions().Row(*row)};
      }
    }
    put(change.id, row, now);
  };

  JobRow row = 0;
  for (const auto& [id, change] : pending_) {
    while (row < before->job_count() && before->job(row).id < id) keep(row++);
    const bool known = row < before->job_count() && before->job(row).id == id;
    apply(change, known ? std::optional(row++) : std::nullopt);
  }
  while (row < before->job_count()) keep(row++);
  if (update.published()) Publish(*before, entries);
  pending_.clear();
  return update;
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
