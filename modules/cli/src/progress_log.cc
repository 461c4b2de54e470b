#include "progress_log.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"

namespace dynajob {
namespace {

constexpr const char* kStepsKey = "time/total_timesteps";
constexpr const char* kHeader =
    "time/total_timesteps,time/fps,time/time_elapsed,rollout/ep_rew_mean,rollout/exploration_rate,"
    "train/loss,train/model_loss,train/n_updates,phase\n";

// The rows of a log whose step, as `step_of` reads it, is at most `limit`.
template <typename StepOf>
Status KeepRows(const std::filesystem::path& path, const std::string& header, uint64_t limit,
                const StepOf& step_of) {
  std::string kept = header;
  if (limit > 0) {
    const Result<std::string> text = ReadFile(path);
    if (!text.ok() && text.error().code != ErrorCode::kNotFound) return text.error();
    std::istringstream lines(text.ok() ? *text : "");
    std::string line;
    while (std::getline(lines, line)) {
      const uint64_t step = step_of(line);
      if (step > 0 && step <= limit) kept += line + "\n";
    }
  }
  return WriteFileAtomically(path, kept);
}

uint64_t StepOfCsv(const std::string& line) { return std::strtoull(line.c_str(), nullptr, 10); }

uint64_t StepOfJson(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  const bool valid = json.is_object() && json.contains(kStepsKey) && json[kStepsKey].is_number();
  return valid ? json[kStepsKey].get<uint64_t>() : 0;
}

}  // namespace

ProgressLog::ProgressLog(const std::filesystem::path& directory, uint64_t resumed_at)
    : directory_(directory),
      csv_(directory / "progress.csv", std::ios::app),
      jsonl_(directory / "progress.jsonl", std::ios::app),
      resumed_at_(resumed_at),
      last_steps_(resumed_at) {}

Result<ProgressLog> ProgressLog::Open(const std::filesystem::path& directory, uint64_t resumed_at) {
  DYNAJOB_RETURN_IF_ERROR(KeepRows(directory / "progress.csv", kHeader, resumed_at, StepOfCsv));
  DYNAJOB_RETURN_IF_ERROR(KeepRows(directory / "progress.jsonl", "", resumed_at, StepOfJson));
  return ProgressLog(directory, resumed_at);
}

Status ProgressLog::Write(const TrainingProgress& progress, double elapsed_seconds) {
  if (progress.steps <= last_steps_) return Status::Ok();
  last_steps_ = progress.steps;
  const auto steps = static_cast<double>(progress.steps - std::min(progress.steps, resumed_at_));
  const double fps = elapsed_seconds > 0 ? steps / elapsed_seconds : 0;
  csv_ << fmt::format("{},{:.1f},{:.3f},{},{},{},{},{},{}\n", progress.steps, fps, elapsed_seconds,
                      progress.mean_episode_reward, progress.exploration, progress.loss,
                      progress.model_loss, progress.updates, progress.phase)
       << std::flush;
  const nlohmann::ordered_json row = {{kStepsKey, progress.steps},
                                      {"time/fps", fps},
                                      {"time/time_elapsed", elapsed_seconds},
                                      {"rollout/ep_rew_mean", progress.mean_episode_reward},
                                      {"rollout/exploration_rate", progress.exploration},
                                      {"train/loss", progress.loss},
                                      {"train/model_loss", progress.model_loss},
                                      {"train/n_updates", progress.updates},
                                      {"phase", progress.phase}};
  jsonl_ << row.dump() << "\n" << std::flush;
  if (csv_ && jsonl_) return Status::Ok();
  return IoError(fmt::format("{}: cannot write the progress log", directory_.string()));
}

}  // namespace dynajob
