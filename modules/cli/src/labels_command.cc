#include <filesystem>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"
#include "dynajob/llm/label_transfer.h"

#include "command.h"
#include "store_access.h"

namespace dynajob {
namespace {

constexpr uint64_t kShownReasons = 5;

class LabelsCommand final : public Command {
 public:
  std::string name() const override { return "labels"; }
  std::string description() const override {
    return "Move the labels that an LLM was paid for between stores, as JSON Lines";
  }
  std::vector<std::string> examples() const override {
    return {"labels export labels.jsonl --store market.db",
            "labels import labels.jsonl --store other.db"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore}; }
  void Declare(CLI::App& app) override {
    app.add_option("action", action_, "export or import")->type_name("ACTION");
    app.add_option("file", file_, "JSON Lines file")->type_name("FILE");
  }

  Result<int> Run(Session& session) override {
    if (action_ != "export" && action_ != "import") {
      return InvalidArgument(
          fmt::format("ACTION '{}' is not valid: must be export or import", action_));
    }
    if (file_.empty()) return InvalidArgument("FILE is required: a JSON Lines file");
    return action_ == "export" ? Export(session) : Import(session);
  }

 private:
  Result<int> Export(Session& session) const {
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadOnly));
    std::string lines;
    DYNAJOB_ASSIGN_OR_RETURN(const uint64_t count,
                             ExportLabels(*store, [&](std::string_view line) -> Status {
                               if (session.cancellation.cancelled())
                                 return Error{ErrorCode::kCancelled, "the export was cancelled"};
                               lines += line;
                               return Status::Ok();
                             }));
    DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(file_, lines));
    if (session.flags.json) {
      const nlohmann::ordered_json json = {{"file", file_}, {"exported", count}};
      session.Print(json.dump(1) + "\n");
    } else {
      session.Print(fmt::format("exported {} labels of {} to {}\n", count, store->name(), file_));
    }
    return 0;
  }

  // As `import`: what cannot be used is named, and the rest is taken.
  Result<int> Import(Session& session) const {
    std::ifstream lines(file_, std::ios::binary);
    if (!std::filesystem::is_regular_file(file_) || !lines)
      return NotFound(fmt::format("{}: no such file, or it cannot be read", file_));
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadWrite));
    uint64_t shown = 0;
    const auto quarantine = [&](const QuarantinedLabel& label) -> Status {
      if (session.cancellation.cancelled())
        return Error{ErrorCode::kCancelled, "the import was cancelled"};
      if (++shown <= kShownReasons)
        session.Message(fmt::format("{}:{}: {}", file_, label.line, label.reason));
      return Status::Ok();
    };
    DYNAJOB_ASSIGN_OR_RETURN(const LabelImportReport report,
                             ImportLabels(*store, lines, quarantine));
    if (report.quarantined > kShownReasons)
      session.Message(fmt::format("… and {} more lines", report.quarantined - kShownReasons));
    if (session.flags.json) {
      const nlohmann::ordered_json json = {{"file", file_},
                                           {"lines", report.lines},
                                           {"imported", report.imported},
                                           {"known", report.known},
                                           {"quarantined", report.quarantined}};
      session.Print(json.dump(1) + "\n");
    } else {
      session.Print(fmt::format("{} lines: {} imported, {} known already, {} not usable\n",
                                report.lines, report.imported, report.known, report.quarantined));
    }
    return report.quarantined > 0 ? ExitCode(ErrorCode::kPartialImport) : 0;
  }

  std::string action_;
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> MakeLabelsCommand() { return std::make_unique<LabelsCommand>(); }

}  // namespace dynajob
