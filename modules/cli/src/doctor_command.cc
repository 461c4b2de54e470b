#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>
#include <unistd.h>

#include "dynajob/agent/pair_network.h"

#include "command.h"
#include "endpoint_diagnosis.h"
#include "finding.h"
#include "open_embedder.h"
#include "spending_text.h"
#include "store_access.h"

extern "C" {
char* openblas_get_config(void);
char* openblas_get_corename(void);
}

namespace dynajob {
namespace {

const char* Name(Health health) {
  constexpr const char* kNames[] = {"ok", "warn", "fail"};
  return kNames[static_cast<size_t>(health)];
}

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

Finding CheckVersions() {
  return {.what = "versions",
          .value = fmt::format("dynajob {}, {} {}, LibTorch {}, SQLite {}", DYNAJOB_VERSION,
                               DYNAJOB_COMPILER, __VERSION__, DYNAJOB_TORCH_VERSION,
                               sqlite3_libversion()),
          .advice = ""};
}

// Whether the library is found. It is loaded on demand.
Finding CheckLibTorch() {
  if (const Status loaded = LoadTorchBackend(); !loaded.ok())
    return {.health = Health::kWarn,
            .what = "LibTorch",
            .value = loaded.error().message,
            .advice = "network.backend = fused, the default, does without it"};
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    const size_t path = line.find('/');
    if (path != std::string::npos && line.find("libtorch_cpu") != std::string::npos)
      return {.what = "LibTorch", .value = line.substr(path), .advice = ""};
  }
  return {.what = "LibTorch", .value = "linked statically", .advice = ""};
}

Finding CheckProcessor() {
  std::vector<std::string> features;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) features.emplace_back("avx2");
  if (__builtin_cpu_supports("fma")) features.emplace_back("fma");
  if (__builtin_cpu_supports("avx512f")) features.emplace_back("avx512f");
#endif
  Finding finding{
      .what = "processor",
      .value = fmt::format("{} threads, {}", std::thread::hardware_concurrency(),
                           features.empty() ? "no vector extensions known"
                                            : fmt::format("{}", fmt::join(features, " "))),
      .advice = ""};
  if (features.empty()) {
    finding.health = Health::kWarn;
    finding.advice = "training will be slow";
  }
  return finding;
}

Finding CheckKernels() {
  const std::string_view kernels = KernelsInUse();
  Finding finding{
      .what = "kernels", .value = fmt::format("{}, 1 thread per worker", kernels), .advice = ""};
  if (kernels == "portable") {
    finding.health = Health::kWarn;
    finding.advice =
        "training will be slow, and results differ in the last bits from processors with AVX2";
  }
  return finding;
}

Finding CheckMemory() {
  std::ifstream info("/proc/meminfo");
  std::string key;
  double kib = 0;
  std::string unit;
  while (info >> key >> kib >> unit) {
    if (key != "MemAvailable:") continue;
    const double gib = kib * 1024 / kGiB;
    Finding finding{
        .what = "memory", .value = fmt::format("{:.1f} GiB available", gib), .advice = ""};
    if (gib < 1) {
      finding.health = Health::kWarn;
      finding.advice = "a large catalog may not fit; fewer --workers need less";
    }
    return finding;
  }
  return {.health = Health::kWarn, .what = "memory", .value = "unknown", .advice = ""};
}

Finding CheckDisk(const std::string& out) {
  const std::filesystem::path wanted = out.empty() ? "." : out;
  std::filesystem::path existing = std::filesystem::absolute(wanted).lexically_normal();
  while (!std::filesystem::exists(existing) && existing.has_relative_path())
    existing = existing.parent_path();
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(existing, error);
  Finding finding{.what = "disk", .value = "", .advice = ""};
  if (error) {
    finding.health = Health::kFail;
    finding.value = fmt::format("{}: {}", existing.string(), error.message());
    finding.advice = "choose another --out";
    return finding;
  }
  const double gib = static_cast<double>(space.available) / kGiB;
  finding.value = fmt::format("{:.1f} GiB free in {}", gib, existing.string());
  if (gib < 1) {
    finding.health = Health::kWarn;
    finding.advice = "free some space: checkpoints and stores may not fit";
  }
  if (access(existing.c_str(), W_OK) != 0) {
    finding.health = Health::kFail;
    finding.advice = "the directory is not writable; choose another --out";
  }
  return finding;
}

Finding Describe(const IndexAdvice& index) {
  const bool vector = !index.name.empty();
  return {.health = vector ? Health::kOk : Health::kWarn,  // only Atlas has the former
          .what = "index",
          .value = fmt::format("{} has no {} for {}", index.collection, index.kind, index.purpose),
          .advice = vector
                        ? fmt::format("db.{}.createSearchIndex(\"{}\", \"vectorSearch\", {})",
                                      index.collection, index.name, index.definition)
                        : fmt::format("db.{}.createIndex({})", index.collection, index.definition),
          .definition = index.definition};
}

std::vector<Finding> CheckIndexes(const Session& session, Store& store) {
  const Result<CatalogSpec> spec = session.settings.catalog.ToSpec();
  const auto missing =
      spec.ok() ? store.MissingIndexes(*spec) : Result<std::vector<IndexAdvice>>(spec.error());
  if (!missing.ok())
    return {{.health = Health::kWarn,
             .what = "index",
             .value = missing.error().message,
             .advice = "the indexes could not be read; may this user list them?"}};
  std::vector<Finding> findings;
  for (const IndexAdvice& index : *missing) findings.push_back(Describe(index));
  return findings;
}

// The store, and the indexes that it lacks.
std::vector<Finding> CheckStore(const Session& session) {
  Finding finding{.what = "store", .value = "not given", .advice = ""};
  const Result<std::string> address = StoreAddress(session);
  if (!address.ok()) {
    finding.advice = "give --store to check one";
    return {finding};
  }
  const auto store = OpenStore(*address, OpenMode::kReadOnly, session.settings.store);
  const Result<StoreSummary> summary =
      store.ok() ? (*store)->Summarize() : Result<StoreSummary>(store.error());
  if (!summary.ok()) {
    finding.health = Health::kFail;
    finding.value = summary.error().message;
    finding.advice = "check --store, or make the store with 'dynajob import'";
    return {finding};
  }
  finding.value = fmt::format("{}: {} candidates, {} jobs", (*store)->name(),
                              summary->candidates.count, summary->jobs.count);
  if (summary->candidates.count == 0 || summary->jobs.count == 0) {
    finding.health = Health::kWarn;
    finding.advice = "import candidates and jobs before training";
  }
  std::vector<Finding> findings = {finding};
  for (Finding& index : CheckIndexes(session, **store)) findings.push_back(std::move(index));
  return findings;
}

// Opens the embedder that is configured and embeds a text.
Finding CheckEmbedder(const Session& session) {
  const auto start = std::chrono::steady_clock::now();
  const auto embedder = OpenEmbedder(session);
  Matrix vector;
  const std::vector<std::string> texts = {"Data engineer"};
  const Status embedded =
      !embedder.ok() ? Status(embedder.error()) : (*embedder)->Embed(texts, vector);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (!embedded.ok())
    return {.health = Health::kFail,
            .what = "embedder",
            .value = embedded.error().message,
            .advice = "check embeddings.model and the keys of that embedder"};
  Finding finding{.what = "embedder",
                  .value = fmt::format("{}, {} dimensions, opened and asked in {:.2f} s",
                                       (*embedder)->id(), (*embedder)->dimension(), taken.count()),
                  .advice = ""};
  if (const auto spending = SpendingOf(**embedder))
    finding.value += fmt::format("; tokens {}, cost {}", TokenText(*spending), CostText(*spending));
  return finding;
}

class DoctorCommand final : public Command {
 public:
  std::string name() const override { return "doctor"; }
  std::string description() const override {
    return "Check this machine, a store and its indexes, the embedder, and an LLM endpoint; list "
           "the "
           "config keys";
  }
  std::vector<std::string> examples() const override {
    return {"doctor",
            "doctor --store market.db --out runs",
            "doctor --store mongodb://localhost/rl_jobsdb",
            "doctor --llm --set llm.base_url=http://localhost:8000/v1 --set llm.model=NAME",
            "doctor --embedder --set embeddings.model=endpoint --set "
            "embeddings.endpoint_base_url=http://localhost:8000/v1 --set "
            "embeddings.endpoint_model=NAME",
            "doctor --config-keys"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore, Flag::kOut}; }
  void Declare(CLI::App& app) override {
    app.add_flag("--llm", llm_, "Ask the LLM endpoint what it can do (some eight small calls)");
    app.add_flag(
        "--embedder", embedder_,
        "Open the configured embedder and embed a text (an endpoint: some two small calls)");
    app.add_flag("--config-keys", config_keys_, "List every config key with value, help and limit");
  }

  Result<int> Run(Session& session) override {
    if (config_keys_) {
      session.Print(session.settings.registry().ToToml(/*annotate=*/true));
      return 0;
    }
    std::vector<Finding> findings = {CheckVersions(),  CheckLibTorch(),
                                     CheckProcessor(), CheckKernels(),
                                     CheckMemory(),    CheckDisk(session.flags.out)};
    for (Finding& finding : CheckStore(session)) findings.push_back(std::move(finding));
    bool llm_available = true;
    if (llm_) {
      DYNAJOB_ASSIGN_OR_RETURN(const EndpointDiagnosis diagnosis,
                               ExamineEndpoint(session.settings.chat, ApiKeyFromEnvironment()));
      llm_available = diagnosis.available;
      findings.insert(findings.end(), diagnosis.findings.begin(), diagnosis.findings.end());
    }
    if (embedder_) findings.push_back(CheckEmbedder(session));
    bool failed = false;
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    std::string text;
    for (const Finding& finding : findings) {
      failed = failed || finding.health == Health::kFail;
      json.push_back({{"check", finding.what},
                      {"health", Name(finding.health)},
                      {"value", finding.value},
                      {"advice", finding.advice}});
      if (!finding.definition.empty())
        json.back()["definition"] = nlohmann::ordered_json::parse(finding.definition);
      text += fmt::format("{:<4}  {:<10}  {}\n", Name(finding.health), finding.what, finding.value);
      if (!finding.advice.empty()) text += fmt::format("{:18}{}\n", "", finding.advice);
    }
    session.Print(session.flags.json ? json.dump(1) + "\n" : text);
    if (!llm_available) return ExitCode(ErrorCode::kLlmUnavailable);
    return failed ? 1 : 0;
  }

 private:
  bool llm_ = false;
  bool embedder_ = false;
  bool config_keys_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeDoctorCommand() { return std::make_unique<DoctorCommand>(); }

}  // namespace dynajob
