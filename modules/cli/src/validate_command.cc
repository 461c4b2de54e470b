#include <fmt/format.h>

#include "command.h"
#include "store_access.h"
#include "store_report.h"

namespace dynajob {
namespace {

class ValidateCommand final : public Command {
 public:
  std::string name() const override { return "validate"; }
  std::string description() const override {
    return "Say what a store holds, what is missing and what that means";
  }
  std::vector<std::string> examples() const override {
    return {"validate --store market.db", "validate --store market.db --json",
            "validate --store market.db --set catalog.action_fields=title,tech"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore, Flag::kStrict}; }

  // The exit code is 0 when the store is ready for compare, else that of what is missing.
  Result<int> Run(Session& session) override {
    DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadOnly));
    StoreReport report;
    report.store = store->name();
    DYNAJOB_ASSIGN_OR_RETURN(report.summary, store->Summarize());
    const Result<Catalog> catalog = store->LoadCatalog(spec);
    if (catalog.ok()) {
      report.catalog_candidates = catalog->candidate_count();
      report.catalog_jobs = catalog->job_count();
      report.exclusions = catalog->exclusions();
      const Status ready = CheckReadyForCompare(*catalog, session.settings.experiment.comparison);
      if (!ready.ok()) report.obstacle = ready.error();
    } else {
      report.obstacle = catalog.error();
    }
    session.Print(session.flags.json ? StoreReportJson(report) : StoreReportText(report));
    if (report.obstacle) return ExitCode(report.obstacle->code);
    session.Message(fmt::format("next: {} compare --store {} --out runs/first", session.program,
                                ShownStore(session)));
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> MakeValidateCommand() { return std::make_unique<ValidateCommand>(); }

}  // namespace dynajob
