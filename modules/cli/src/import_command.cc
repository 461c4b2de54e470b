#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/market/jsonl_importer.h"

#include "command.h"
#include "market_vocabulary.h"
#include "store_access.h"
#include "text_table.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

struct ImportOutcome {
  std::vector<ImportReport> files;
  std::map<std::string, QuarantinedRow> examples;  // the first row of each reason
  std::filesystem::path quarantine;
  std::vector<DuplicatePosting> duplicates;  // the first few
  std::filesystem::path duplicates_file;

  uint64_t Sum(uint64_t ImportReport::*count) const {
    uint64_t sum = 0;
    for (const ImportReport& file : files) sum += file.*count;
    return sum;
  }
  std::map<std::string, uint64_t> Reasons() const {
    std::map<std::string, uint64_t> reasons;
    for (const ImportReport& file : files)
      for (const auto& [reason, count] : file.quarantined_by_reason) reasons[reason] += count;
    return reasons;
  }
};

Json ToJson(const ImportOutcome& outcome, const std::string& store) {
  Json files = Json::array();
  for (const ImportReport& file : outcome.files) {
    const ImportFacts& facts = file.facts;
    files.push_back({{"file", file.file},
                     {"kind", ToString(file.kind)},
                     {"rows", file.rows},
                     {"imported", file.imported},
                     {"duplicates", file.duplicates},
                     {"same_postings", file.same_postings},
                     {"linked", file.linked},
                     {"quarantined", file.quarantined},
                     {"quarantined_by_reason", file.quarantined_by_reason},
                     {"corrupt", file.corrupt.empty() ? Json(nullptr) : Json(file.corrupt)},
                     {"facts",
                      {{"salary_stated", facts.salary_stated},
                       {"salary_known", facts.salary_known},
                       {"salary_other_currency", facts.salary_other_currency},
                       {"seniority_known", facts.seniority_known},
                       {"work_mode_known", facts.work_mode_known},
                       {"contract_known", facts.contract_known},
                       {"position_known", facts.position_known},
                       {"posted_known", facts.posted_known},
                       {"expires_known", facts.expires_known},
                       {"bad_dates", facts.bad_dates},
                       {"skills_extracted", facts.skills_extracted},
                       {"without_hard_skills", facts.without_hard_skills},
                       {"hard_skills", facts.hard_skills},
                       {"soft_skills", facts.soft_skills}}}});
  }
  Json examples = Json::object();
  for (const auto& [reason, row] : outcome.examples)
    examples[reason] = {
        {"file", row.file}, {"line", row.line}, {"detail", row.detail}, {"raw", row.raw}};
  Json duplicates = Json::array();
  for (const DuplicatePosting& duplicate : outcome.duplicates)
    duplicates.push_back({{"file", duplicate.file},
                          {"line", duplicate.line},
                          {"id", duplicate.id},
                          {"duplicate_of", duplicate.duplicate_of},
                          {"imported", duplicate.imported}});
  const uint64_t quarantined = outcome.Sum(&ImportReport::quarantined);
  const uint64_t same_postings = outcome.Sum(&ImportReport::same_postings);
  return {{"store", store},
          {"imported", outcome.Sum(&ImportReport::imported)},
          {"duplicates", outcome.Sum(&ImportReport::duplicates)},
          {"quarantined", quarantined},
          {"quarantine", quarantined > 0 ? Json(outcome.quarantine.string()) : Json(nullptr)},
          {"same_postings", same_postings},
          {"same_postings_file",
           same_postings > 0 ? Json(outcome.duplicates_file.string()) : Json(nullptr)},
          {"files", files},
          {"examples", examples},
          {"same_posting_examples", duplicates}};
}

std::string FactsText(const ImportReport& file) {
  if (file.imported == 0) return "";
  const auto share = [&](uint64_t count) {
    return fmt::format("{:.0f} %",
                       100.0 * static_cast<double>(count) / static_cast<double>(file.imported));
  };
  const ImportFacts& facts = file.facts;
  std::string dates;
  if (facts.posted_known + facts.expires_known + facts.bad_dates > 0)
    dates = fmt::format("  {}: posting date {}, expiry date {}; {} dates could not be read\n",
                        ToString(file.kind), share(facts.posted_known), share(facts.expires_known),
                        facts.bad_dates);
  return fmt::format(
             "  {}: salary known {}, seniority {}, work mode {}, coordinates {}; {:.1f} hard and "
             "{:.1f} "
             "soft skills each\n",
             ToString(file.kind), share(facts.salary_known), share(facts.seniority_known),
             share(facts.work_mode_known), share(facts.position_known),
             static_cast<double>(facts.hard_skills) / static_cast<double>(file.imported),
             static_cast<double>(facts.soft_skills) / static_cast<double>(file.imported)) +
         dates;
}

std::string DuplicatesText(const ImportOutcome& outcome) {
  const uint64_t count = outcome.Sum(&ImportReport::same_postings);
  if (count == 0) return "";
  std::string text = fmt::format(
      "{} postings are there already under another id{}: {}\n", count,
      outcome.Sum(&ImportReport::linked) > 0 ? " (imported all the same)" : " (not imported)",
      outcome.duplicates_file.string());
  for (const DuplicatePosting& duplicate : outcome.duplicates)
    text += fmt::format("          {}:{}: {} is {}\n", duplicate.file, duplicate.line,
                        Shorten(duplicate.id, 40), Shorten(duplicate.duplicate_of, 40));
  return text;
}

std::string ToText(const ImportOutcome& outcome) {
  TextTable table({"<file", "<kind", "rows", "imported", "duplicates", "quarantined"});
  for (const ImportReport& file : outcome.files)
    table.AddRow({Shorten(file.file, 44), std::string(ToString(file.kind)),
                  fmt::format("{}", file.rows), fmt::format("{}", file.imported),
                  fmt::format("{}", file.duplicates + file.same_postings - file.linked),
                  fmt::format("{}", file.quarantined)});
  std::string text = table.ToString();
  for (const ImportReport& file : outcome.files) text += FactsText(file);
  for (const ImportReport& file : outcome.files)
    if (!file.corrupt.empty()) text += fmt::format("  {}: {}\n", file.file, file.corrupt);
  text += DuplicatesText(outcome);
  const auto reasons = outcome.Reasons();
  if (reasons.empty()) return text;
  text += "quarantined rows by reason, with the first of each\n";
  for (const auto& [reason, count] : reasons) {
    text += fmt::format("  {:>6}  {}\n", count, reason);
    const auto example = outcome.examples.find(reason);
    if (example == outcome.examples.end()) continue;
    const QuarantinedRow& row = example->second;
    text += fmt::format("          {}:{}: {}\n", row.file, row.line, Shorten(row.detail, 70));
    std::string raw = Shorten(row.raw, 80);
    std::replace_if(
        raw.begin(), raw.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    if (!raw.empty()) text += fmt::format("          {}\n", raw);
  }
  return text + fmt::format("quarantine: {}\n", outcome.quarantine.string());
}

// Beside a file; in the working directory for a database.
std::string BesideStore(std::string_view store, std::string_view suffix) {
  if (store.find("://") != std::string_view::npos) store.remove_prefix(store.rfind('/') + 1);
  return std::string(store).append(suffix);
}

class ImportCommand final : public Command {
 public:
  std::string name() const override { return "import"; }
  std::string description() const override {
    return "Import jobs and candidates from JSON, CSV or HTML with schema.org postings";
  }
  std::vector<std::string> examples() const override {
    return {"import jobs.jsonl.gz candidates.jsonl.gz --store market.db",
            "import people.jsonl --store market.db --kind candidates --quarantine bad.jsonl",
            "import jobs.csv.zst --store market.db --set import.job.title=headline",
            "import pages/*.html --store market.db --skills skills_en.csv",
            "import - --store market.db --set import.duplicates=link < jobs.json"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore}; }
  void Declare(CLI::App& app) override {
    app.add_option("files", files_,
                   "JSON Lines, JSON arrays, CSV or HTML, plain, gzip or zstd; - is standard input")
        ->type_name("FILE");
    app.add_option("--format", format_, "auto, jsonl, json, csv or html (import.format)")
        ->type_name("FORMAT");
    app.add_option("--kind", kind_, "auto, jobs or candidates (import.kind)")->type_name("KIND");
    app.add_option("--quarantine", quarantine_,
                   "Where rows go that cannot be used (default: STORE.quarantine.jsonl)")
        ->type_name("FILE");
    vocabulary_.Declare(app);
  }

  Result<int> Run(Session& session) override {
    if (files_.empty()) return InvalidArgument("FILE is required: at least one file to import");
    ImportOptions options = session.settings.import;
    DYNAJOB_RETURN_IF_ERROR(SetKind(options));
    DYNAJOB_RETURN_IF_ERROR(SetFormat(options));
    // All files are looked for before the first is read.
    for (const std::string& file : files_)
      if (file != "-" && !std::filesystem::exists(file))
        return NotFound(fmt::format("{}: no such file", file));
    DYNAJOB_ASSIGN_OR_RETURN(options.vocabulary, vocabulary_.Load(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kCreate));
    ImportOutcome outcome;
    outcome.duplicates_file = BesideStore(store->name(), ".duplicates.jsonl");
    outcome.quarantine =
        quarantine_.empty() ? BesideStore(store->name(), ".quarantine.jsonl") : quarantine_;
    DYNAJOB_RETURN_IF_ERROR(ImportAll(session, options, *store, outcome));
    session.progress.Clear();
    session.Print(session.flags.json ? ToJson(outcome, store->name()).dump(1) + "\n"
                                     : ToText(outcome));
    session.Message(fmt::format("next: {0} embed --store {1}    (then: {0} validate --store {1})",
                                session.program, ShownStore(session)));
    const bool partial = outcome.Sum(&ImportReport::quarantined) > 0;
    return partial ? ExitCode(ErrorCode::kPartialImport) : 0;
  }

 private:
  Status SetKind(ImportOptions& options) const {
    if (kind_.empty()) return Status::Ok();
    for (const ImportKind kind : {ImportKind::kAuto, ImportKind::kJobs, ImportKind::kCandidates}) {
      if (kind_ != ToString(kind)) continue;
      options.kind = kind;
      return Status::Ok();
    }
    return InvalidArgument(
        fmt::format("--kind '{}' is not valid: must be one of auto, jobs, candidates", kind_));
  }

  Status SetFormat(ImportOptions& options) const {
    if (format_.empty()) return Status::Ok();
    for (const ImportFormat format :
         {ImportFormat::kAuto, ImportFormat::kJsonl, ImportFormat::kJson, ImportFormat::kHtml,
          ImportFormat::kCsv}) {
      if (format_ != ToString(format)) continue;
      options.format = format;
      return Status::Ok();
    }
    return InvalidArgument(fmt::format(
        "--format '{}' is not valid: must be one of auto, jsonl, json, html, csv", format_));
  }

  Status ImportAll(Session& session, const ImportOptions& options, Store& store,
                   ImportOutcome& outcome) const {
    const QuarantineWriter write = JsonlQuarantineWriter(outcome.quarantine);
    const QuarantineWriter quarantine = [&](const QuarantinedRow& row) {
      outcome.examples.try_emplace(row.reason, row);
      return write(row);
    };
    constexpr size_t kShownDuplicates = 3;
    const auto write_duplicate = JsonlDuplicateWriter(outcome.duplicates_file);
    PostingIndex postings;
    if (options.duplicates != DuplicatePolicy::kKeep) {
      // Postings of earlier imports count too.
      DYNAJOB_RETURN_IF_ERROR(store.ForEachJob([&](const Job& job) {
        postings.Add(job);
        return Status::Ok();
      }));
    }
    const ImportSink sink{
        .put_jobs = [&](const std::vector<Job>& jobs) { return store.PutJobs(jobs); },
        .put_candidates =
            [&](const std::vector<Candidate>& candidates) {
              return store.PutCandidates(candidates);
            },
        .postings = &postings,
        .put_duplicate =
            [&](const DuplicatePosting& duplicate) {
              if (outcome.duplicates.size() < kShownDuplicates)
                outcome.duplicates.push_back(duplicate);
              return write_duplicate(duplicate);
            },
        .announce = [&](const ImportPlan& plan) { session.Message(plan.ToText()); }};
    for (const std::string& file : files_) {
      DYNAJOB_ASSIGN_OR_RETURN(
          ImportReport report,
          ImportFile(file, options, sink, quarantine, &session.progress, &session.cancellation));
      outcome.files.push_back(std::move(report));
    }
    return Status::Ok();
  }

  std::vector<std::string> files_;
  std::string kind_;
  std::string format_;
  std::string quarantine_;
  MarketVocabulary vocabulary_;
};

}  // namespace

std::unique_ptr<Command> MakeImportCommand() { return std::make_unique<ImportCommand>(); }

}  // namespace dynajob
