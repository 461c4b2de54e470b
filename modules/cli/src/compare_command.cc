#include <fmt/format.h>

#include "command.h"
#include "comparison_run.h"
#include "store_access.h"
#include "store_report.h"

namespace dynajob {
namespace {

class CompareCommand final : public Command {
 public:
  std::string name() const override { return "compare"; }
  std::string description() const override {
    return "Train every arm and compare them on unseen candidates, with intervals";
  }
  std::vector<std::string> examples() const override {
    return {"compare --store market.db --out runs/first",
            "compare --store market.db --out runs/quick --seeds 2 --arms baseline,hybrid,oracle",
            "compare --store market.db --out runs/llm --llm endpoint --set llm.model=NAME",
            "compare --store market.db --out runs/llm --llm replay --set llm.model=NAME",
            "compare --store market.db --out runs/noisy --set surrogate.corruption=0.3 --json"};
  }
  std::vector<Flag> flags() const override {
    return {Flag::kStore, Flag::kOut,     Flag::kArms,   Flag::kSeed,
            Flag::kSeeds, Flag::kWorkers, Flag::kStrict, Flag::kLlm};
  }
  Result<int> Run(Session& session) override {
    if (session.flags.out.empty())
      return InvalidArgument("--out is required: a directory for the results, such as runs/first");
    const std::filesystem::path directory = session.flags.out;
    DYNAJOB_ASSIGN_OR_RETURN(StoreAndCatalog loaded, LoadSessionCatalog(session));
    const Catalog& catalog = loaded.catalog;
    session.Message(fmt::format("compare: {} candidates, {} jobs, {} + {} dimensions ({})",
                                catalog.candidate_count(), catalog.job_count(), catalog.state_dim(),
                                catalog.action_dim(), catalog.embedder()));
    if (const std::string left_out = ExclusionsText(catalog.exclusions()); !left_out.empty())
      session.Message(left_out.substr(0, left_out.size() - 1));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string store, StoreAddress(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto user, SimulatedUser::Open(session, catalog, store));
    // Closed before the user's connection: only the last one that writes leaves a whole file
    // behind.
    const std::unique_ptr<Store> reader = std::move(loaded.store);
    session.Message(user->Note());
    DYNAJOB_ASSIGN_OR_RETURN(const std::string results,
                             CompareInto(session, catalog, reader.get(), *user, directory));
    DYNAJOB_RETURN_IF_ERROR(PrintResults(session, results));
    if (const std::string spent = user->Spent(); !spent.empty()) session.Message(spent);
    session.Message(fmt::format("results: {}\nreport:  {}", (directory / "results.json").string(),
                                (directory / "report.html").string()));
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> MakeCompareCommand() { return std::make_unique<CompareCommand>(); }

}  // namespace dynajob
