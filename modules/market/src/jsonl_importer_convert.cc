#include "jsonl_importer_convert.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "dynajob/core/text.h"
#include "dynajob/core/time.h"
#include "dynajob/market/text_facts.h"
#include "dynajob/market/vocabulary.h"

namespace dynajob {
namespace {

using Kind = FieldValue::Kind;

bool IsEmpty(const FieldValue& value) {
  switch (value.kind) {
    case Kind::kNull:
      return true;
    case Kind::kText: {
      const std::string_view text = Trim(value.text);
      return text.empty() || text == "NaN" || text == "nan" || text == "null";
    }
    case Kind::kTextList:
      return value.list.empty();
    default:
      return false;
  }
}

// A list that keeps the first of equal items; constant time per item, however long it gets.
class UniqueList {
 public:
  void Add(std::string_view item) {
    if (seen_.emplace(item).second) items_.emplace_back(item);
  }
  std::vector<std::string> Take() && { return std::move(items_); }

 private:
  std::vector<std::string> items_;
  std::unordered_set<std::string> seen_;
};

// Takes typed values out of a row. The first value of a wrong type is remembered and read as empty.
class FieldReader {
 public:
  explicit FieldReader(const Row& row) : row_(row) {}

  // Text on one line, such as a title.
  std::string Line(std::string_view names) {
    std::string line = Text(names);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
  }

  // Text of any length; a list of texts is joined by lines.
  std::string Text(std::string_view names) {
    const auto [name, value] = Find(names);
    if (value == nullptr) return {};
    if (value->kind == Kind::kText) return PlainText(value->text);
    if (value->kind == Kind::kNumber) return value->text;
    if (value->kind != Kind::kTextList) {
      WrongType(name, "text");
      return {};
    }
    std::string joined;
    for (const std::string& item : value->list) joined += item + "\n";
    return PlainText(joined);
  }

  // As written, without repair of its content: ids must stay what they are.
  std::string Id(std::string_view names) {
    const auto [name, value] = Find(names);
    if (value == nullptr) return {};
    if (value->kind == Kind::kText || value->kind == Kind::kNumber)
      return std::string(Trim(value->text));
    WrongType(name, "text or a number");
    return {};
  }

  // A list of phrases, or one text that separates them by commas, semicolons, bars or lines.
  std::vector<std::string> Phrases(std::string_view names) {
    const auto [name, value] = Find(names);
    if (value == nullptr) return {};
    if (value->kind == Kind::kTextList) {
      UniqueList phrases;
      for (const std::string& item : value->list) AddPhrase(phrases, item);
      return std::move(phrases).Take();
    }
    if (value->kind == Kind::kText) return SplitPhrases(value->text);
    WrongType(name, "a list of texts");
    return {};
  }

  std::optional<double> Number(std::string_view names) {
    const auto [name, value] = Find(names);
    if (value == nullptr) return std::nullopt;
    if (value->kind == Kind::kNumber) return value->number;
    WrongType(name, "a number");
    return std::nullopt;
  }

  // The value itself, null when there is none or it is empty.
  const FieldValue* Value(std::string_view names) { return Find(names).second; }

  std::optional<Rejection> rejection() const { return rejection_; }

 private:
  std::pair<std::string_view, const FieldValue*> Find(std::string_view names) const {
    for (std::string_view name : FieldNames(names)) {
      const auto found = row_.find(name);
      if (found != row_.end() && !IsEmpty(found->second)) return {name, &found->second};
    }
    return {{}, nullptr};
  }
  void WrongType(std::string_view name, std::string_view expected) {
    if (rejection_) return;
    rejection_ = Rejection{"wrong type",
                           "field '" + std::string(name) + "' must be " + std::string(expected)};
  }
  static void AddPhrase(UniqueList& phrases, std::string_view item) {
    std::string phrase = PlainText(item);
    std::string_view trimmed = Trim(phrase);
    // A Python list that was written as text: ['SQL', 'Excel'].
    while (!trimmed.empty() &&
           (trimmed.front() == '[' || trimmed.front() == '\'' || trimmed.front() == '"' ||
            trimmed.front() == '-' || trimmed.front() == ' '))
      trimmed.remove_prefix(1);
    while (!trimmed.empty() && (trimmed.back() == ']' || trimmed.back() == '\'' ||
                                trimmed.back() == '"' || trimmed.back() == ' '))
      trimmed.remove_suffix(1);
    if (!trimmed.empty()) phrases.Add(trimmed);
  }
  // Separators inside parentheses, "Python (Pandas, NumPy)", separate nothing.
  static std::vector<std::string> SplitPhrases(std::string_view text) {
    UniqueList phrases;
    int depth = 0;
    size_t begin = 0;
    for (size_t i = 0; i <= text.size(); ++i) {
      const char c = i < text.size() ? text[i] : '\n';
      if (c == '(') ++depth;
      if (c == ')' && depth > 0) --depth;
      const bool separates = c == '\n' || (depth == 0 && (c == ',' || c == ';' || c == '|'));
      if (!separates) continue;
      AddPhrase(phrases, text.substr(begin, i - begin));
      begin = i + 1;
      if (c == '\n') depth = 0;
    }
    return std::move(phrases).Take();
  }

  const Row& row_;
  std::optional<Rejection> rejection_;
};

// Where both skill lists of a row come from.
struct SkillLists {
  std::vector<std::string> hard;
  std::vector<std::string> soft;
};

// The vocabulary's spelling of listed skills; phrases it does not know stay as they are.
SkillLists CanonicalSkills(const SkillLists& listed) {
  UniqueList hard;
  for (const std::string& phrase : listed.hard) {
    const auto matches = SkillVocabulary::Builtin().FindSkills(phrase);
    for (const std::string& skill : matches.hard) hard.Add(skill);
    if (matches.hard.empty()) hard.Add(phrase);
  }
  UniqueList soft;
  for (const std::string& phrase : listed.soft) {
    const auto matches = SkillVocabulary::Builtin().FindSkills(phrase);
    for (const std::string& skill : matches.soft) soft.Add(skill);
    if (matches.soft.empty()) soft.Add(phrase);
  }
  return {std::move(hard).Take(), std::move(soft).Take()};
}

SkillLists CompleteSkills(const SkillLists& listed, std::string_view text,
                          const ImportOptions& options, ImportFacts& facts) {
  SkillLists skills = CanonicalSkills(listed);
  if (options.extract_skills && (skills.hard.empty() || skills.soft.empty())) {
    auto found = SkillVocabulary::Builtin().FindSkills(text);
    facts.skills_extracted += found.hard.empty() && found.soft.empty() ? 0 : 1;
    if (skills.hard.empty()) skills.hard = std::move(found.hard);
    if (skills.soft.empty()) skills.soft = std::move(found.soft);
  }
  facts.hard_skills += skills.hard.size();
  facts.soft_skills += skills.soft.size();
  facts.without_hard_skills += skills.hard.empty() ? 1 : 0;
  return skills;
}

Seniority StatedSeniority(std::string_view text) {
  return ParseSeniority(text).value_or(SeniorityFromTitle(text));
}

std::optional<GeoPoint> Position(FieldReader& fields, std::string_view latitude_names,
                                 std::string_view longitude_names, std::string_view location) {
  const std::optional<double> latitude = fields.Number(latitude_names);
  const std::optional<double> longitude = fields.Number(longitude_names);
  const bool valid =
      latitude && longitude && std::abs(*latitude) <= 90 && std::abs(*longitude) <= 180;
  return valid ? GeoPoint{*latitude, *longitude} : LocateUsPlace(location);
}

WorkMode ReadWorkMode(std::string_view stated, std::string_view location) {
  const WorkMode mode = ParseWorkMode(stated).value_or(ParseWorkModeText(stated));
  if (mode != WorkMode::kUnknown) return mode;
  // A place says nothing about the mode unless it is none ("Remote", "Hybrid remote").
  const WorkMode by_location = ParseWorkModeText(location);
  return by_location == WorkMode::kOnsite ? WorkMode::kUnknown : by_location;
}

std::string_view Analysed(std::string_view text, const ImportOptions& options) {
  return text.substr(0, static_cast<size_t>(options.max_analysed_bytes));
}

void CountFacts(WorkMode mode, Seniority seniority, bool has_position, ImportFacts& facts) {
  facts.work_mode_known += mode != WorkMode::kUnknown ? 1 : 0;
  facts.seniority_known += seniority != Seniority::kUnknown ? 1 : 0;
  facts.position_known += has_position ? 1 : 0;
}

bool HasDigit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void ReadTerms(FieldReader& fields, const JobFields& names, Job& job, ImportFacts& facts) {
  const FieldValue* salary = fields.Value(names.salary);
  const std::string contract = fields.Text(names.contract);
  std::string contract_text = contract;
  if (salary != nullptr && salary->kind == Kind::kNumber) {
    ++facts.salary_stated;
    if (const auto yearly = YearlySalaryFromNumber(salary->number))
      job.salary = SalaryRange{*yearly, *yearly};
  } else {
    const JobTerms terms = RejoinCutPhrase(fields.Text(names.salary), contract);
    facts.salary_stated += HasDigit(terms.salary) ? 1 : 0;
    job.salary = ParseSalary(terms.salary);
    contract_text = terms.contract;
  }
  job.contract = ParseContractType(contract_text).value_or(ParseContractText(contract_text));
  facts.salary_known += job.salary ? 1 : 0;
  facts.contract_known += job.contract != ContractType::kUnknown ? 1 : 0;
}

// A moment that is stated as text; what is no date is counted and not known.
std::optional<ParsedTime> ReadDate(FieldReader& fields, std::string_view names,
                                   ImportFacts& facts) {
  const FieldValue* value = fields.Value(names);
  if (value == nullptr) return std::nullopt;
  const auto date = value->kind == Kind::kText ? ParseIso8601(value->text) : std::nullopt;
  facts.bad_dates += date ? 0 : 1;
  return date;
}

void ReadDates(FieldReader& fields, const JobFields& names, Job& job, ImportFacts& facts) {
  if (const auto posted = ReadDate(fields, names.posted, facts)) {
    job.posted_ms = posted->ms;
    ++facts.posted_known;
  }
  if (const auto expires = ReadDate(fields, names.expires, facts)) {
    job.expires_ms = expires->ms + (expires->date_only ? kMillisecondsPerDay : 0);
    ++facts.expires_known;
  }
}

std::optional<double> ReadExpectedSalary(FieldReader& fields, std::string_view names,
                                         ImportFacts& facts) {
  const FieldValue* value = fields.Value(names);
  if (value == nullptr) return std::nullopt;
  std::optional<double> expected;
  if (value->kind == Kind::kNumber) {
    ++facts.salary_stated;
    expected = YearlySalaryFromNumber(value->number);
  } else {
    const std::string text = fields.Text(names);
    facts.salary_stated += HasDigit(text) ? 1 : 0;
    // Of a range the lower end is what the candidate would accept.
    if (const auto range = ParseSalary(text)) expected = range->low;
  }
  facts.salary_known += expected ? 1 : 0;
  return expected;
}

}  // namespace

std::vector<std::string_view> FieldNames(std::string_view names) {
  std::vector<std::string_view> list;
  while (!names.empty()) {
    const size_t end = std::min(names.find('|'), names.size());
    const std::string_view name = Trim(names.substr(0, end));
    if (!name.empty()) list.push_back(name);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return list;
}

void AddFacts(ImportFacts& total, const ImportFacts& row) {
  total.salary_stated += row.salary_stated;
  total.salary_known += row.salary_known;
  total.seniority_known += row.seniority_known;
  total.work_mode_known += row.work_mode_known;
  total.contract_known += row.contract_known;
  total.position_known += row.position_known;
  total.posted_known += row.posted_known;
  total.expires_known += row.expires_known;
  total.bad_dates += row.bad_dates;
  total.skills_extracted += row.skills_extracted;
  total.without_hard_skills += row.without_hard_skills;
  total.hard_skills += row.hard_skills;
  total.soft_skills += row.soft_skills;
}

std::optional<Rejection> ReadJob(const Row& row, const ImportOptions& options, Job& job,
                                 ImportFacts& facts) {
  const JobFields& names = options.job;
  FieldReader fields(row);
  ImportFacts stated;
  job.id = fields.Id(names.id);
  job.title = fields.Line(names.title);
  job.company = fields.Line(names.company);
  job.sector = fields.Line(names.sector);
  job.description = fields.Text(names.description);
  job.experience_requirements = fields.Text(names.experience_requirements);
  job.location = fields.Line(names.location);
  job.position = Position(fields, names.latitude, names.longitude, job.location);
  job.work_mode = ReadWorkMode(fields.Text(names.work_mode), job.location);
  const std::string level = fields.Text(names.seniority);
  ReadTerms(fields, names, job, stated);
  ReadDates(fields, names, job, stated);
  const SkillLists listed{fields.Phrases(names.technical_skills),
                          fields.Phrases(names.soft_skills)};

  if (fields.rejection()) return fields.rejection();
  if (job.id.empty()) return Rejection{"no id", "none of the fields " + names.id};
  if (job.title.empty() && job.description.empty())
    return Rejection{"no text", "neither title nor description"};

  const std::string text = job.title + ".\n" + job.experience_requirements + "\n" + job.description;
  const std::string work = WithoutBoilerplate(Analysed(text, options));
  SkillLists skills = CompleteSkills(listed, work, options, stated);
  job.technical_skills = std::move(skills.hard);
  job.soft_skills = std::move(skills.soft);
  job.seniority = StatedSeniority(level);
  if (job.seniority == Seniority::kUnknown) job.seniority = SeniorityFromTitle(job.title);
  if (job.seniority == Seniority::kUnknown)
    job.seniority = SeniorityFromPosting(Analysed(text, options));
  CountFacts(job.work_mode, job.seniority, job.position.has_value(), stated);
  facts = stated;
  return std::nullopt;
}

std::optional<Rejection> ReadCandidate(const Row& row, const ImportOptions& options,
                                       Candidate& candidate, ImportFacts& facts) {
  const CandidateFields& names = options.candidate;
  FieldReader fields(row);
  ImportFacts stated;
  candidate.id = fields.Id(names.id);
  candidate.bio = fields.Text(names.bio);
  candidate.resume = fields.Text(names.resume);
  candidate.category = fields.Line(names.category);
  candidate.location = fields.Line(names.location);
  candidate.position = Position(fields, names.latitude, names.longitude, candidate.location);
  candidate.preferred_work_mode =
      ReadWorkMode(fields.Text(names.preferred_work_mode), candidate.location);
  const std::string level = fields.Text(names.seniority);
  candidate.expected_salary = ReadExpectedSalary(fields, names.expected_salary, stated);
  const SkillLists listed{fields.Phrases(names.hard_skills), fields.Phrases(names.soft_skills)};

  if (fields.rejection()) return fields.rejection();
  if (candidate.id.empty()) return Rejection{"no id", "none of the fields " + names.id};
  if (candidate.bio.empty() && candidate.resume.empty() && listed.hard.empty() &&
      listed.soft.empty())
    return Rejection{"no text", "neither bio, resume nor skills"};

  const std::string text = candidate.bio + "\n" + candidate.resume;
  SkillLists skills = CompleteSkills(listed, Analysed(text, options), options, stated);
  candidate.hard_skills = std::move(skills.hard);
  candidate.soft_skills = std::move(skills.soft);
  candidate.seniority = StatedSeniority(level);
  if (candidate.seniority == Seniority::kUnknown)
    candidate.seniority = SeniorityFromResume(Analysed(text, options));
  CountFacts(candidate.preferred_work_mode, candidate.seniority, candidate.position.has_value(),
             stated);
  facts = stated;
  return std::nullopt;
}

}  // namespace dynajob
