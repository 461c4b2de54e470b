#include "demo_store.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/embeddings/embed_store.h"
#include "dynajob/market/generator.h"
#include "dynajob/stores/open_store.h"

#include "open_embedder.h"
#include "store_access.h"
#include "training_run.h"

namespace dynajob {
namespace {

namespace fs = std::filesystem;

// Says that a directory was made by this command, so that it may be replaced.
constexpr const char* kMarker = ".dynajob-demo";
constexpr size_t kBatch = 500;

// The store of an earlier demo, until its labels are in the new one.
fs::path EarlierStorePath(const fs::path& out) { return out / "earlier.db"; }

// The files of a store: the database, what SQLite keeps beside it, and the tables of its jobs.
std::vector<fs::path> FilesOf(const fs::path& store) {
  std::vector<fs::path> files;
  for (const char* suffix : {"", "-wal", "-shm", "-journal", "-jobs.f32", "-jobs.f16"})
    files.emplace_back(store.string() + suffix);
  return files;
}

Status Remove(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    std::error_code error;
    fs::remove(file, error);
    if (error) return IoError(fmt::format("cannot replace {}: {}", file.string(), error.message()));
  }
  return Status::Ok();
}

Status CheckIsOurs(const fs::path& out) {
  if (fs::exists(out / kMarker)) return Status::Ok();
  for (const char* name : {"market.db", "model", "results.json", "config.toml"}) {
    if (fs::exists(out / name))
      return InvalidArgument(
          fmt::format("--out {}: holds {}, which is not of a demo; choose another directory",
                      out.string(), name));
  }
  return Status::Ok();
}

// Opening moves what a crash left in the log into the file, so that this alone is the store.
Status SetLabelsAside(const fs::path& out) {
  const fs::path store_path = DemoStorePath(out), earlier = EarlierStorePath(out);
  // One that is aside already has all that was bought: the market beside it was never used.
  if (!fs::exists(store_path) || fs::exists(earlier)) return Status::Ok();
  {
    auto store = OpenStore(store_path.string(), OpenMode::kReadWrite);
    if (!store.ok())
      return Error{store.error().code,
                   fmt::format("{}; it may hold labels that were bought: remove it to begin anew",
                               store.error().message)};
    DYNAJOB_ASSIGN_OR_RETURN(const StoreSummary summary, (*store)->Summarize());
    if (summary.cached_labels == 0) return Status::Ok();
  }
  std::error_code error;
  fs::rename(store_path, earlier, error);
  if (!error) return Status::Ok();
  return IoError(fmt::format("cannot rename {}: {}", store_path.string(), error.message()));
}

// Returns how many there are.
Result<size_t> BringLabelsBack(const fs::path& out, Store& store) {
  const fs::path earlier_path = EarlierStorePath(out);
  size_t count = 0;
  if (!fs::exists(earlier_path)) return count;
  {
    DYNAJOB_ASSIGN_OR_RETURN(const auto earlier,
                             OpenStore(earlier_path.string(), OpenMode::kReadWrite));
    std::vector<LabelRecord> batch;
    DYNAJOB_RETURN_IF_ERROR(earlier->ForEachLabel([&](LabelRecord label) {
      batch.push_back(std::move(label));
      ++count;
      if (batch.size() < kBatch) return Status::Ok();
      const Status put = store.PutLabels(batch);
      batch.clear();
      return put;
    }));
    DYNAJOB_RETURN_IF_ERROR(store.PutLabels(batch));
  }
  DYNAJOB_RETURN_IF_ERROR(Remove(FilesOf(earlier_path)));
  return count;
}

// Generates `count` entities and hands them over in batches.
template <typename Entity, typename Generate, typename Put>
Status PutGenerated(const Session& session, const char* stage, int64_t count,
                    const Generate& generate, const Put& put) {
  std::vector<Entity> batch;
  for (int64_t i = 0; i < count; ++i) {
    if (session.cancellation.cancelled())
      return Error{ErrorCode::kCancelled, "the demo was cancelled"};
    batch.push_back(generate(static_cast<uint64_t>(i)));
    if (batch.size() < kBatch && i + 1 < count) continue;
    DYNAJOB_RETURN_IF_ERROR(put(batch));
    batch.clear();
    session.progress.Report(
        {stage, static_cast<uint64_t>(i + 1), static_cast<uint64_t>(count), {}});
  }
  return Status::Ok();
}

Status Fill(Session& session, Store& store) {
  const MarketOptions& market = session.settings.market;
  DYNAJOB_RETURN_IF_ERROR(PutGenerated<Candidate>(
      session, "generate candidates", market.candidates,
      [&](uint64_t i) { return GenerateCandidate(market, i); },
      [&](const std::vector<Candidate>& batch) { return store.PutCandidates(batch); }));
  DYNAJOB_RETURN_IF_ERROR(PutGenerated<Job>(
      session, "generate jobs", market.jobs, [&](uint64_t i) { return GenerateJob(market, i); },
      [&](const std::vector<Job>& batch) { return store.PutJobs(batch); }));
  DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, OpenEmbedder(session));
  DYNAJOB_ASSIGN_OR_RETURN(const EmbedReport report,
                           EmbedStore(store, *embedder, session.settings.embed, &session.progress,
                                      &session.cancellation));
  session.Message(fmt::format("demo: embedded with {}", report.embedder));
  return Status::Ok();
}

}  // namespace

fs::path DemoStorePath(const fs::path& out) { return out / "market.db"; }

Status MakeDemoStore(Session& session, const fs::path& out) {
  DYNAJOB_RETURN_IF_ERROR(CheckIsOurs(out));
  DYNAJOB_RETURN_IF_ERROR(MakeDirectory(out));
  DYNAJOB_RETURN_IF_ERROR(
      WriteFileAtomically(out / kMarker, "made by 'dynajob demo', which replaces the content\n"));
  DYNAJOB_RETURN_IF_ERROR(SetLabelsAside(out));
  DYNAJOB_RETURN_IF_ERROR(Remove(FilesOf(DemoStorePath(out))));
  DYNAJOB_RETURN_IF_ERROR(Remove({out / "results.json", out / "report.html", out / "timing.json",
                                  out / "llm.json", out / "label_audit.json"}));
  session.Message(fmt::format("demo: a sample market of {} candidates and {} jobs in {}",
                              session.settings.market.candidates, session.settings.market.jobs,
                              DemoStorePath(out).string()));
  DYNAJOB_ASSIGN_OR_RETURN(const auto store,
                           OpenStore(DemoStorePath(out).string(), OpenMode::kCreate));
  DYNAJOB_ASSIGN_OR_RETURN(const size_t kept, BringLabelsBack(out, *store));
  if (kept > 0) session.Message(fmt::format("demo: kept {} labels of an earlier demo", kept));
  return Fill(session, *store);
}

Status TrainDemoModel(Session& session, const Catalog& catalog, SimulatedUser& user,
                      const fs::path& directory) {
  TrainingRequest request;
  request.strategy = Strategy::kHybrid;
  request.directory = directory;
  request.force = true;
  const Result<TrainingOutcome> outcome = TrainInto(session, catalog, nullptr, user, request);
  return outcome.ok() ? Status::Ok() : Status(outcome.error());
}

}  // namespace dynajob
