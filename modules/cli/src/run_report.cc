#include "run_report.h"

#include "dynajob/core/file.h"
#include "dynajob/evaluation/run_files.h"

namespace dynajob {

Result<std::filesystem::path> WriteRunReport(const std::filesystem::path& directory) {
  DYNAJOB_ASSIGN_OR_RETURN(const RunFiles files, RunFiles::Read(directory));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string html, ReportHtml(files.Input(DYNAJOB_VERSION)));
  const std::filesystem::path path = directory / "report.html";
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(path, html));
  return path;
}

}  // namespace dynajob
