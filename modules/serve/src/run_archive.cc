#include "run_archive.h"

#include <algorithm>
#include <chrono>
#include <tuple>

#include "dynajob/evaluation/results_summary.h"

namespace dynajob {
namespace {

namespace fs = std::filesystem;

int64_t ChangedMs(const fs::path& path) {
  std::error_code error;
  const fs::file_time_type time = fs::last_write_time(path, error);
  if (error) return 0;
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(system.time_since_epoch()).count();
}

// With or without a slash at the end.
std::string NameOf(const fs::path& directory) {
  return fs::absolute(directory / "").lexically_normal().parent_path().filename().string();
}

Result<std::optional<ArchivedRun>> RunOf(const fs::path& directory) {
  if (directory.empty()) return std::optional<ArchivedRun>();
  Result<RunFiles> files = RunFiles::Read(directory);
  if (!files.ok()) {
    if (files.error().code == ErrorCode::kNotFound) return std::optional<ArchivedRun>();
    return files.error();
  }
  const bool is_sweep = files->results_json.empty();
  return std::optional(
      ArchivedRun{.id = NameOf(directory),
                  .kind = is_sweep ? "sweep" : "compare",
                  .created_ms = ChangedMs(directory / (is_sweep ? "sweep.json" : "results.json")),
                  .on_disk = true,
                  .files = std::move(files).value()});
}

}  // namespace

Result<std::vector<ArchivedRun>> ArchivedRuns(std::span<const RunRecord> stored,
                                              const fs::path& directory) {
  std::vector<ArchivedRun> runs;
  for (const RunRecord& run : stored) {
    ArchivedRun& archived = runs.emplace_back();
    archived.id = run.id;
    archived.kind = run.kind;
    archived.created_ms = run.created_ms;
    archived.files.results_json = run.results_json;
    archived.files.config_toml = run.config_toml;
  }
  DYNAJOB_ASSIGN_OR_RETURN(std::optional<ArchivedRun> on_disk, RunOf(directory));
  const auto is_same = [&](const ArchivedRun& run) { return run.id == on_disk->id; };
  if (on_disk && std::none_of(runs.begin(), runs.end(), is_same))
    runs.push_back(*std::move(on_disk));
  std::sort(runs.begin(), runs.end(), [](const ArchivedRun& a, const ArchivedRun& b) {
    return std::tie(a.created_ms, a.id) < std::tie(b.created_ms, b.id);
  });
  return runs;
}

RunVerdicts VerdictsOf(const ArchivedRun& run) {
  RunVerdicts verdicts;
  const Result<ResultsSummary> results = ParseResults(run.files.results_json);
  if (!results.ok()) return verdicts;
  verdicts.llm_kind = results->llm_kind;
  for (const ProtocolResult& protocol : results->protocols)
    verdicts.protocols.push_back({protocol.name, WinnerSentence(protocol)});
  return verdicts;
}

}  // namespace dynajob
