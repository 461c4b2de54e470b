// What every subcommand is made of.
#ifndef DYNAJOB_CLI_SRC_COMMAND_H_
#define DYNAJOB_CLI_SRC_COMMAND_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/cli/terminal.h"
#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/budget.h"

#include "progress_line.h"
#include "settings.h"

namespace CLI {
class App;
}

namespace dynajob {

// Flags that mean the same in every command that has them. --config, --set, --quiet, --json and
// --print-config belong to all.
enum class Flag {
  kStore,
  kOut,
  kArms,
  kSeed,
  kSeeds,
  kWorkers,
  kK,
  kEmbeddingModel,
  kStrict,
  kLlm
};

struct CommonFlags {
  std::string store;
  std::string config;
  std::vector<std::string> set;
  std::string out;
  std::string k = "10";
  // As written; the configuration checks them.
  std::string arms, seed, seeds, workers, embedding_model, llm;
  bool strict = false;
  bool json = false;
  bool quiet = false;
  bool print_config = false;
};

// What a command runs with. Borrows all but the ledger.
struct Session {
  const std::string& program;  // as the user called it, for hints that can be pasted
  const CommonFlags& flags;
  Settings& settings;  // as loaded, and what a command found out and a run has to record
  const Terminal& terminal;
  const CancellationToken& cancellation;
  ProgressLine& progress;
  // What endpoints, of whatever kind, have used of this run's limits.
  std::shared_ptr<BudgetLedger> ledger = std::make_shared<BudgetLedger>();

  // A line on standard error, unless --quiet.
  void Message(std::string_view text) const;
  // Result text on standard output.
  void Print(std::string_view text) const { *terminal.out << text; }
};

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string name() const = 0;
  virtual std::string description() const = 0;
  // Complete lines, each an example that works.
  virtual std::vector<std::string> examples() const = 0;
  virtual std::vector<Flag> flags() const = 0;
  // Further flags and positional arguments.
  virtual void Declare(CLI::App&) {}
  // Configuration below --config in precedence.
  virtual ConfigSources BaseConfig() const { return {}; }
  // The exit code.
  virtual Result<int> Run(Session& session) = 0;
};

std::unique_ptr<Command> MakeDemoCommand();
std::unique_ptr<Command> MakeImportCommand();
std::unique_ptr<Command> MakeValidateCommand();
std::unique_ptr<Command> MakeEmbedCommand();
std::unique_ptr<Command> MakeTrainCommand();
std::unique_ptr<Command> MakeCompareCommand();
std::unique_ptr<Command> MakeReportCommand();
std::unique_ptr<Command> MakeRecommendCommand();
std::unique_ptr<Command> MakeServeCommand();
std::unique_ptr<Command> MakeLabelsCommand();
std::unique_ptr<Command> MakeAuditLabelsCommand();
std::unique_ptr<Command> MakeEvaluateLogsCommand();
std::unique_ptr<Command> MakeDoctorCommand();
std::unique_ptr<Command> MakeShowCommand();

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_COMMAND_H_
