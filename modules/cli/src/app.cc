#include "dynajob/cli/app.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "command.h"

namespace dynajob {
namespace {

constexpr const char* kVersion = DYNAJOB_VERSION;

std::vector<std::unique_ptr<Command>> AllCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(MakeDemoCommand());
  commands.push_back(MakeImportCommand());
  commands.push_back(MakeValidateCommand());
  commands.push_back(MakeShowCommand());
  commands.push_back(MakeEmbedCommand());
  commands.push_back(MakeTrainCommand());
  commands.push_back(MakeCompareCommand());
  commands.push_back(MakeReportCommand());
  commands.push_back(MakeRecommendCommand());
  commands.push_back(MakeServeCommand());
  commands.push_back(MakeLabelsCommand());
  commands.push_back(MakeAuditLabelsCommand());
  commands.push_back(MakeEvaluateLogsCommand());
  commands.push_back(MakeDoctorCommand());
  return commands;
}

void AddFlag(CLI::App& app, Flag flag, CommonFlags& flags) {
  switch (flag) {
    case Flag::kStore:
      app.add_option("--store", flags.store,
                     "Store: path of an SQLite file, or mongodb://… (default: $MONGODB_URI)")
          ->type_name("URI|PATH");
      break;
    case Flag::kOut:
      app.add_option("--out", flags.out, "Directory for the results")->type_name("DIR");
      break;
    case Flag::kArms:
      app.add_option("--arms", flags.arms, "Arms to compare (compare.arms)")->type_name("A,B");
      break;
    case Flag::kSeed:
      app.add_option("--seed", flags.seed, "The seed, or the first one (compare.seed)")
          ->type_name("N");
      break;
    case Flag::kSeeds:
      app.add_option("--seeds", flags.seeds, "How many seeds (compare.seeds)")->type_name("N");
      break;
    case Flag::kWorkers:
      app.add_option("--workers", flags.workers,
                     "Threads; results do not depend on it (compare.workers)")
          ->type_name("N");
      break;
    case Flag::kLlm:
      app.add_option("--llm", flags.llm,
                     "Who labels: surrogate, endpoint, or replay of bought labels (llm.source)")
          ->type_name("SOURCE");
      break;
    case Flag::kStrict:
      app.add_flag("--strict", flags.strict,
                   "Refuse a database with documents that must be left out (mongo.strict)");
      break;
    case Flag::kK:
      app.add_option("-k", flags.k, "How many jobs")->type_name("N")->capture_default_str();
      break;
    case Flag::kEmbeddingModel:
      app.add_option("--model", flags.embedding_model,
                     "lexical, minilm, or the folder of a BERT-family model (embeddings.model)")
          ->type_name("NAME|DIR");
      break;
  }
}

void AddSubcommand(CLI::App& app, Command& command, CommonFlags& flags) {
  CLI::App* sub = app.add_subcommand(command.name(), command.description());
  command.Declare(*sub);
  for (const Flag flag : command.flags()) AddFlag(*sub, flag, flags);
  sub->add_option("--config", flags.config, "TOML file with configuration")->type_name("FILE");
  // One value per --set, so that it does not swallow positional arguments.
  sub->add_option("--set", flags.set, "Any config key, repeatable (see doctor --config-keys)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  sub->add_flag("--json", flags.json, "Print the result as JSON");
  sub->add_flag("--quiet", flags.quiet, "No progress and no messages but errors");
  sub->add_flag("--print-config", flags.print_config,
                "Print the configuration in force with its sources, and exit");
  std::string footer = "Examples:";
  for (const std::string& example : command.examples()) footer += "\n  dynajob " + example;
  sub->footer(footer);
}

ConfigSources SourcesFor(const Command& command, const CommonFlags& flags) {
  ConfigSources sources = command.BaseConfig();
  sources.file = flags.config;
  sources.settings = flags.set;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) sources.settings.push_back(fmt::format("{}={}", key, value));
  };
  add("compare.arms", flags.arms);
  add("compare.seed", flags.seed);
  add("compare.seeds", flags.seeds);
  add("compare.workers", flags.workers);
  add("embeddings.model", flags.embedding_model);
  add("llm.source", flags.llm);
  add("mongo.strict", flags.strict ? "true" : "");
  return sources;
}

std::optional<std::string> Hint(ErrorCode code, const std::string& command) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return fmt::format(
          "'dynajob {} --help' lists the flags, 'dynajob doctor --config-keys' the "
          "config keys",
          command);
    case ErrorCode::kStoreUnreachable:
      return "check --store; 'dynajob import FILE --store URI|PATH' creates a store";
    case ErrorCode::kCorruptData:
      return "what is stored is damaged: restore it from a copy, or make it again";
    case ErrorCode::kLlmUnavailable:
      return "'dynajob doctor --llm' checks the endpoint";
    case ErrorCode::kIo:
      return "'dynajob doctor --store URI|PATH --out DIR' checks the store, free space and "
             "permissions";
    default:
      return std::nullopt;
  }
}

int Fail(const Terminal& terminal, const Error& error, const std::optional<std::string>& hint) {
  const char* red = terminal.color ? "\x1b[1;31m" : "";
  const char* plain = terminal.color ? "\x1b[0m" : "";
  *terminal.err << fmt::format("dynajob: {}error:{} {}\n", red, plain, error.message);
  if (hint) *terminal.err << fmt::format("  hint: {}\n", *hint);
  terminal.err->flush();
  return ExitCode(error.code);
}

int RunCommand(Command& command, const std::string& program, const CommonFlags& flags,
               const Terminal& terminal, const CancellationToken& cancellation) {
  Settings settings;
  const Status loaded = settings.Load(SourcesFor(command, flags));
  if (!loaded.ok())
    return Fail(terminal, loaded.error(), Hint(loaded.error().code, command.name()));
  Result<int> result = 0;
  if (flags.print_config) {
    *terminal.out << settings.registry().ToToml(/*annotate=*/true);
  } else {
    ProgressLine progress(terminal, flags.quiet);
    Session session{program, flags, settings, terminal, cancellation, progress};
    result = command.Run(session);
    progress.Clear();
  }
  if (!result.ok())
    return Fail(terminal, result.error(), Hint(result.error().code, command.name()));
  if (!terminal.out->flush())
    return Fail(terminal, IoError("cannot write to standard output"), std::nullopt);
  return *result;
}

int UsageError(const Terminal& terminal, const CLI::App& app, const CLI::ParseError& error) {
  std::string command;
  for (const CLI::App* sub : app.get_subcommands()) command = " " + sub->get_name();
  return Fail(terminal, InvalidArgument(error.what()),
              fmt::format("run 'dynajob{} --help'", command));
}

// CLI11 would only say that a subcommand is missing.
Status CheckCommandName(const std::vector<std::string>& arguments,
                        const std::vector<std::unique_ptr<Command>>& commands) {
  if (arguments.size() < 2 || arguments[1].starts_with('-')) return Status::Ok();
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command->name());
  if (std::find(names.begin(), names.end(), arguments[1]) != names.end()) return Status::Ok();
  return InvalidArgument(
      fmt::format("unknown command '{}': must be one of {}", arguments[1], fmt::join(names, ", ")));
}

int ParseAndRun(const std::vector<std::string>& arguments, const Terminal& terminal,
                const CancellationToken& cancellation) {
  const std::vector<std::unique_ptr<Command>> commands = AllCommands();
  const Status known = CheckCommandName(arguments, commands);
  if (!known.ok()) return Fail(terminal, known.error(), "run 'dynajob --help'");
  CommonFlags flags;
  CLI::App app("Job recommendation with warm-started Dyna-Q: train, compare, recommend.",
               "dynajob");
  app.set_version_flag("--version", fmt::format("dynajob {}", kVersion));
  app.require_subcommand(1);
  app.footer(
      "Examples:\n  dynajob demo\n  dynajob compare --store market.db --out runs/first --seeds 5\n"
      "  dynajob recommend --model runs/model --store market.db --candidate ID -k 10\n"
      "  dynajob audit-labels --store market.db --llm endpoint --set llm.model=NAME\n"
      "\nExit codes: 0 ok, 1 run-time failure, 2 usage or configuration, 3 partial import,\n"
      "4 store unreachable, 5 LLM unavailable, 6 budget reached, 7 corrupt data, 130 interrupted.");
  for (const auto& command : commands) AddSubcommand(app, *command, flags);
  try {
    // CLI11 takes the arguments in reverse, without the program.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend() - 1));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, *terminal.out, *terminal.err);
    return UsageError(terminal, app, error);
  }
  for (const auto& command : commands) {
    if (app.got_subcommand(command->name()))
      return RunCommand(*command, arguments.front(), flags, terminal, cancellation);
  }
  return ExitCode(ErrorCode::kInvalidArgument);
}

}  // namespace

void Session::Message(std::string_view text) const {
  if (flags.quiet) return;
  progress.Clear();
  *terminal.err << text << "\n" << std::flush;
}

int RunApp(const std::vector<std::string>& arguments, const Terminal& terminal,
           const CancellationToken& cancellation) {
  // The last resort: an exception that reaches this is a bug or an exhausted machine.
  try {
    return ParseAndRun(arguments, terminal, cancellation);
  } catch (const std::bad_alloc&) {
    return Fail(terminal, IoError("out of memory"),
                "make the store, the networks or the seeds fewer");
  } catch (const std::exception& error) {
    return Fail(terminal, IoError(fmt::format("internal error: {}", error.what())),
                "this is a bug in dynajob; please report the command and this line");
  }
}

}  // namespace dynajob
