#include "run_report.h"

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/evaluation/report_html.h"

#include "label_audit_run.h"

namespace dynajob {
namespace {

Result<std::string> ReadIfThere(const std::filesystem::path& path) {
  Result<std::string> text = ReadFile(path);
  if (!text.ok() && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

}  // namespace

Result<std::filesystem::path> WriteRunReport(const std::filesystem::path& directory) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string results, ReadIfThere(directory / "results.json"));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string sweep, ReadIfThere(directory / "sweep.json"));
  if (results.empty() && sweep.empty()) {
    return NotFound(fmt::format(
        "{}: holds neither results.json nor sweep.json; name a directory that compare or "
        "demo wrote",
        directory.string()));
  }
  DYNAJOB_ASSIGN_OR_RETURN(const std::string config, ReadIfThere(directory / "config.toml"));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string study, ReadIfThere(directory / "study.toml"));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string timing, ReadIfThere(directory / "timing.json"));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string llm, ReadIfThere(directory / "llm.json"));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string audit, ReadIfThere(directory / kLabelAuditFile));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string html, ReportHtml({.results_json = results,
                                                               .sweep_json = sweep,
                                                               .config_toml = config,
                                                               .study_toml = study,
                                                               .timing_json = timing,
                                                               .llm_json = llm,
                                                               .label_audit_json = audit,
                                                               .version = DYNAJOB_VERSION}));
  const std::filesystem::path path = directory / "report.html";
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(path, html));
  return path;
}

}  // namespace dynajob
