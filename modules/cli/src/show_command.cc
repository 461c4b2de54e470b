#include <algorithm>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/market/record_evidence.h"

#include "command.h"
#include "market_vocabulary.h"
#include "store_access.h"
#include "text_table.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

// A text of the record, by its name in TextPlace.
struct Field {
  std::string name;
  std::string text;
};

struct Shown {
  std::string kind;
  std::string id;
  std::vector<Field> fields;  // in the order of the page
  std::vector<FactEvidence> facts;
};

Shown ShowJob(const Job& job, const SkillVocabulary& vocabulary) {
  return {"job",
          job.id,
          {{"title", job.title},
           {"company", job.company},
           {"sector", job.sector},
           {"location", job.location},
           {"requirements", job.experience_requirements},
           {"description", job.description}},
          ExplainJob(job, vocabulary)};
}

Shown ShowCandidate(const Candidate& candidate, const SkillVocabulary& vocabulary) {
  return {"candidate",
          candidate.id,
          {{"category", candidate.category},
           {"location", candidate.location},
           {"bio", candidate.bio},
           {"resume", candidate.resume}},
          ExplainCandidate(candidate, vocabulary)};
}

const std::string* FindField(const Shown& shown, std::string_view name) {
  for (const Field& field : shown.fields)
    if (field.name == name) return &field.text;
  return nullptr;
}

// The words of a fact with some before and after them, on one line.
std::string Context(const std::string& text, TextSpan span, std::string_view on,
                    std::string_view off) {
  constexpr size_t kAround = 28;
  size_t begin = span.begin > kAround ? span.begin - kAround : 0;
  size_t end = std::min(text.size(), span.end + kAround);
  // Not within a character.
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  std::string line = (begin > 0 ? "..." : "") + text.substr(begin, span.begin - begin);
  line += on;
  line += text.substr(span.begin, span.end - span.begin);
  line += off;
  line += text.substr(span.end, end - span.end) + (end < text.size() ? "..." : "");
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string Highlighted(const Shown& shown, const Field& field, std::string_view on,
                        std::string_view off) {
  std::vector<TextSpan> spans;
  for (const FactEvidence& fact : shown.facts)
    if (fact.place && fact.place->field == field.name) spans.push_back(fact.place->span);
  std::sort(spans.begin(), spans.end(),
            [](const TextSpan& a, const TextSpan& b) { return a.begin < b.begin; });
  std::string text;
  size_t at = 0;
  for (const TextSpan& span : spans) {
    if (span.begin < at) continue;  // within the one before
    text += field.text.substr(at, span.begin - at);
    text += on;
    text += field.text.substr(span.begin, span.end - span.begin);
    text += off;
    at = span.end;
  }
  return text + field.text.substr(at);
}

std::string ToText(const Shown& shown, bool color) {
  const std::string_view on = color ? "\x1b[1;33m" : "[[";
  const std::string_view off = color ? "\x1b[0m" : "]]";
  std::string text = fmt::format("{} {}\n\n", shown.kind, shown.id);
  TextTable table({"<fact", "<value", "<field", "<words"});
  for (const FactEvidence& fact : shown.facts) {
    const std::string* field = fact.place ? FindField(shown, fact.place->field) : nullptr;
    table.AddRow({fact.fact, Shorten(fact.value, 40), field != nullptr ? fact.place->field : "-",
                  field != nullptr ? Context(*field, fact.place->span, "[[", "]]")
                                   : "given by the imported row, or by another vocabulary"});
  }
  text += shown.facts.empty() ? "  no facts\n" : table.ToString();
  for (const Field& field : shown.fields) {
    if (field.text.empty()) continue;
    const bool is_long = field.text.size() > 60 || field.text.find('\n') != std::string::npos;
    text += fmt::format("\n{}:{}{}\n", field.name, is_long ? "\n" : " ",
                        Highlighted(shown, field, on, off));
  }
  return text;
}

Json ToJson(const Shown& shown) {
  Json fields = Json::object();
  for (const Field& field : shown.fields) fields[field.name] = field.text;
  Json facts = Json::array();
  for (const FactEvidence& fact : shown.facts) {
    Json json = {{"fact", fact.fact}, {"value", fact.value}, {"place", nullptr}};
    if (fact.place)
      json["place"] = {{"field", fact.place->field},
                       {"begin", fact.place->span.begin},
                       {"end", fact.place->span.end},
                       {"words", FindField(shown, fact.place->field)
                                     ->substr(fact.place->span.begin,
                                              fact.place->span.end - fact.place->span.begin)}};
    facts.push_back(std::move(json));
  }
  return {{"kind", shown.kind}, {"id", shown.id}, {"fields", fields}, {"facts", facts}};
}

class ShowCommand final : public Command {
 public:
  std::string name() const override { return "show"; }
  std::string description() const override {
    return "Show a job or a candidate, its facts and the words that they were read from";
  }
  std::vector<std::string> examples() const override {
    return {"show job 4711 --store market.db", "show candidate resume-17 --store market.db --json",
            "show job 4711 --store market.db --skills skills_en.csv"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore}; }
  void Declare(CLI::App& app) override {
    app.add_option("kind", kind_, "job or candidate")->type_name("KIND");
    app.add_option("id", id_, "Its id")->type_name("ID");
    vocabulary_.Declare(app);
  }

  Result<int> Run(Session& session) override {
    if (kind_ != "job" && kind_ != "candidate")
      return InvalidArgument(
          fmt::format("KIND is '{}': it must be job or candidate, such as: show job ID", kind_));
    if (id_.empty()) return InvalidArgument(fmt::format("ID is required: show {} ID", kind_));
    DYNAJOB_ASSIGN_OR_RETURN(const SkillVocabulary* vocabulary, vocabulary_.Load(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadOnly));
    std::optional<Shown> shown;
    if (kind_ == "job") {
      DYNAJOB_ASSIGN_OR_RETURN(const std::optional<Job> job, store->GetJob(id_));
      if (job) shown = ShowJob(*job, *vocabulary);
    } else {
      DYNAJOB_ASSIGN_OR_RETURN(const std::optional<Candidate> candidate, store->GetCandidate(id_));
      if (candidate) shown = ShowCandidate(*candidate, *vocabulary);
    }
    if (!shown)
      return NotFound(fmt::format("there is no {} '{}' in {}", kind_, id_, store->name()));
    session.Print(session.flags.json ? ToJson(*shown).dump(1) + "\n"
                                     : ToText(*shown, session.terminal.color));
    return 0;
  }

 private:
  std::string kind_;
  std::string id_;
  MarketVocabulary vocabulary_;
};

}  // namespace

std::unique_ptr<Command> MakeShowCommand() { return std::make_unique<ShowCommand>(); }

}  // namespace dynajob
