#include "demo_market.h"

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/embeddings/embed_store.h"
#include "dynajob/market/generator.h"

#include "open_embedder.h"
#include "store_access.h"
#include "training_run.h"

namespace dynajob {
namespace {

// Says that a directory was made by this command, so that it may be replaced.
constexpr const char* kMarker = ".dynajob-demo";

// Generates `count` entities and hands them over in batches.
template <typename Entity, typename Generate, typename Put>
Status PutGenerated(const Session& session, const char* stage, int64_t count,
                    const Generate& generate, const Put& put) {
  constexpr size_t kBatch = 500;
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

}  // namespace

Status PrepareDemoDirectory(const std::filesystem::path& out) {
  const bool ours = std::filesystem::exists(out / kMarker);
  for (const char* name : {"market.db", "model", "results.json", "config.toml"}) {
    if (!ours && std::filesystem::exists(out / name))
      return InvalidArgument(
          fmt::format("--out {}: holds {}, which is not of a demo; choose another directory",
                      out.string(), name));
  }
  DYNAJOB_RETURN_IF_ERROR(MakeDirectory(out));
  DYNAJOB_RETURN_IF_ERROR(
      WriteFileAtomically(out / kMarker, "made by 'dynajob demo', which replaces the content\n"));
  for (const char* name : {"market.db", "market.db-wal", "market.db-shm", "market.db-journal",
                           "results.json", "report.html", "timing.json"}) {
    std::error_code error;
    std::filesystem::remove(out / name, error);
    if (error)
      return IoError(fmt::format("cannot replace {}: {}", (out / name).string(), error.message()));
  }
  return Status::Ok();
}

Status MakeDemoStore(Session& session, const std::filesystem::path& path) {
  const MarketOptions& market = session.settings.market;
  DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenStore(path.string(), OpenMode::kCreate));
  DYNAJOB_RETURN_IF_ERROR(PutGenerated<Candidate>(
      session, "generate candidates", market.candidates,
      [&](uint64_t i) { return GenerateCandidate(market, i); },
      [&](const std::vector<Candidate>& batch) { return store->PutCandidates(batch); }));
  DYNAJOB_RETURN_IF_ERROR(PutGenerated<Job>(
      session, "generate jobs", market.jobs, [&](uint64_t i) { return GenerateJob(market, i); },
      [&](const std::vector<Job>& batch) { return store->PutJobs(batch); }));
  DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, OpenEmbedder(session.settings));
  DYNAJOB_ASSIGN_OR_RETURN(const EmbedReport report,
                           EmbedStore(*store, *embedder, session.settings.embed, &session.progress,
                                      &session.cancellation));
  session.Message(fmt::format("demo: embedded with {}", report.embedder));
  return Status::Ok();
}

Status TrainDemoModel(Session& session, const Catalog& catalog,
                      const std::filesystem::path& directory) {
  TrainingRequest request;
  request.strategy = Strategy::kHybrid;
  request.directory = directory;
  request.force = true;
  const Result<TrainingOutcome> outcome = TrainInto(session, catalog, nullptr, request);
  return outcome.ok() ? Status::Ok() : Status(outcome.error());
}

}  // namespace dynajob
