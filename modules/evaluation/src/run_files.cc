#include "dynajob/evaluation/run_files.h"

#include <fmt/format.h>

#include "dynajob/core/file.h"

namespace dynajob {

Result<RunFiles> RunFiles::Read(const std::filesystem::path& directory) {
  RunFiles files;
  const std::pair<const char*, std::string*> parts[] = {
      {"results.json", &files.results_json},        {"sweep.json", &files.sweep_json},
      {"config.toml", &files.config_toml},          {"study.toml", &files.study_toml},
      {"timing.json", &files.timing_json},          {"llm.json", &files.llm_json},
      {"label_audit.json", &files.label_audit_json}};
  for (const auto& [name, text] : parts) {
    Result<std::string> bytes = ReadFile(directory / name);
    if (bytes.ok()) {
      *text = std::move(bytes).value();
    } else if (bytes.error().code != ErrorCode::kNotFound) {
      return bytes.error();
    }
  }
  if (files.results_json.empty() && files.sweep_json.empty()) {
    return NotFound(fmt::format(
        "{}: holds neither results.json nor sweep.json; name a directory that compare or "
        "demo wrote",
        directory.string()));
  }
  return files;
}

ReportInput RunFiles::Input(std::string_view version) const {
  return {.results_json = results_json,
          .sweep_json = sweep_json,
          .config_toml = config_toml,
          .study_toml = study_toml,
          .timing_json = timing_json,
          .llm_json = llm_json,
          .label_audit_json = label_audit_json,
          .version = version};
}

}  // namespace dynajob
