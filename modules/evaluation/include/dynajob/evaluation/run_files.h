// The files that `compare`, `demo` and sweeps leave in a run's directory, for reports.
#ifndef DYNAJOB_EVALUATION_RUN_FILES_H_
#define DYNAJOB_EVALUATION_RUN_FILES_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/evaluation/report_html.h"

namespace dynajob {

// Texts of the files, empty for those that are not there.
struct RunFiles {
  std::string results_json, sweep_json, config_toml, study_toml, timing_json, llm_json;
  std::string label_audit_json;

  // kNotFound when the directory holds neither results.json nor sweep.json; kIo for a file that
  // cannot be read.
  static Result<RunFiles> Read(const std::filesystem::path& directory);
  // Views into this object. `version` is that of the program.
  ReportInput Input(std::string_view version) const;
};

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_RUN_FILES_H_
