#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/evaluation/results_csv.h"

#include "browser.h"
#include "command.h"
#include "run_report.h"
#include "store_access.h"

namespace dynajob {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kDrawingTimeout{180};

// Figures in the dump of report.html#export: <pre data-figure="NAME">data:image/png;base64,…</pre>.
struct DrawnFigure {
  std::string name;
  std::string png;
};

bool IsFileName(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<std::vector<DrawnFigure>> FiguresOf(std::string_view document) {
  constexpr std::string_view kBegin = "<pre data-figure=\"", kData = "\">data:image/png;base64,",
                             kEnd = "</pre>";
  if (document.find("data-state=\"complete\"") == std::string_view::npos)
    return IoError("the browser did not draw the figures to their end");
  std::vector<DrawnFigure> figures;
  for (size_t at = document.find(kBegin); at != std::string_view::npos;
       at = document.find(kBegin, at + 1)) {
    const size_t name = at + kBegin.size();
    const size_t data = document.find(kData, name);
    const size_t end = document.find(kEnd, name);
    if (data == std::string_view::npos || end == std::string_view::npos || data > end)
      return IoError("the browser's document is cut short");
    const std::string_view digits = document.substr(data + kData.size(), end - data - kData.size());
    DYNAJOB_ASSIGN_OR_RETURN(std::string png, DecodeBase64(digits));
    figures.push_back({std::string(document.substr(name, data - name)), std::move(png)});
    if (!IsFileName(figures.back().name))
      return CorruptData(fmt::format("figure '{}': not a name for a file", figures.back().name));
  }
  return figures;
}

class ReportCommand final : public Command {
 public:
  std::string name() const override { return "report"; }
  std::string description() const override {
    return "Write a run's report.html anew, and its figures and numbers as files";
  }
  std::vector<std::string> examples() const override {
    return {"report runs/demo", "report runs/demo --png runs/demo/figures --csv runs/demo/numbers"};
  }
  std::vector<Flag> flags() const override { return {}; }
  void Declare(CLI::App& app) override {
    app.add_option("run", run_, "Directory that compare or demo wrote")->type_name("RUN");
    app.add_option("--png", png_, "Draw the figures into this directory; needs a Chromium")
        ->type_name("DIR");
    app.add_option("--csv", csv_, "Write the numbers into this directory")->type_name("DIR");
  }

  Result<int> Run(Session& session) override {
    if (run_.empty())
      return InvalidArgument(
          "RUN is required: a directory that compare or demo wrote, such as runs/demo");
    DYNAJOB_ASSIGN_OR_RETURN(const fs::path page, WriteRunReport(run_));
    session.Print(fmt::format("{}\n", page.string()));
    if (!csv_.empty()) DYNAJOB_RETURN_IF_ERROR(WriteNumbers(session));
    if (!png_.empty()) DYNAJOB_RETURN_IF_ERROR(DrawFigures(session, page));
    return 0;
  }

 private:
  Status WriteNumbers(const Session& session) const {
    const fs::path results_path = fs::path(run_) / "results.json";
    if (!fs::exists(results_path))
      return NotFound(
          fmt::format("--csv: {} holds no results.json; the numbers of a sweep are in its "
                      "sweep.json and in the tables of the page",
                      run_));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string json, ReadFile(results_path));
    DYNAJOB_ASSIGN_OR_RETURN(const ResultsSummary results, ParseResults(json));
    DYNAJOB_RETURN_IF_ERROR(MakeDirectory(csv_));
    for (const CsvFile& file : ResultsCsv(results))
      DYNAJOB_RETURN_IF_ERROR(Write(session, fs::path(csv_) / file.name, file.text));
    return Status::Ok();
  }

  Status DrawFigures(const Session& session, const fs::path& page) const {
    DYNAJOB_ASSIGN_OR_RETURN(const fs::path browser, FindBrowser());
    DYNAJOB_RETURN_IF_ERROR(MakeDirectory(png_));
    session.Message(fmt::format("report: drawing with {}", browser.filename().string()));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string document,
                             DumpDocument(browser, FileUrl(page) + "#export", kDrawingTimeout));
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<DrawnFigure> figures, FiguresOf(document));
    for (const DrawnFigure& figure : figures)
      DYNAJOB_RETURN_IF_ERROR(Write(session, fs::path(png_) / (figure.name + ".png"), figure.png));
    return Status::Ok();
  }

  static Status Write(const Session& session, const fs::path& path, const std::string& bytes) {
    DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(path, bytes));
    session.Print(fmt::format("{}\n", path.string()));
    return Status::Ok();
  }

  std::string run_, png_, csv_;
};

}  // namespace

std::unique_ptr<Command> MakeReportCommand() { return std::make_unique<ReportCommand>(); }

}  // namespace dynajob
