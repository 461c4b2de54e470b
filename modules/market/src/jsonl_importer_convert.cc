#include "jsonl_importer_convert.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"
#include "dynajob/core/time.h"
#include "dynajob/market/record_evidence.h"
#include "dynajob/market/text_facts.h"
#include "dynajob/market/vocabulary.h"

#include "field_reader.h"

namespace dynajob {
namespace {

using Kind = FieldValue::Kind;

// Where both skill lists of a row come from.
struct SkillLists {
  std::vector<std::string> hard;
  std::vector<std::string> soft;
};

// The vocabulary's spelling of listed skills; phrases it does not know stay as they are.
SkillLists CanonicalSkills(const SkillLists& listed, const SkillVocabulary& vocabulary) {
  UniqueList hard;
  for (const std::string& phrase : listed.hard) {
    const auto matches = vocabulary.FindSkills(phrase);
    for (const std::string& skill : matches.hard) hard.Add(skill);
    if (matches.hard.empty()) hard.Add(phrase);
  }
  UniqueList soft;
  for (const std::string& phrase : listed.soft) {
    const auto matches = vocabulary.FindSkills(phrase);
    for (const std::string& skill : matches.soft) soft.Add(skill);
    if (matches.soft.empty()) soft.Add(phrase);
  }
  return {std::move(hard).Take(), std::move(soft).Take()};
}

SkillLists CompleteSkills(const SkillLists& listed, std::string_view text,
                          const ImportOptions& options, ImportFacts& facts) {
  const SkillVocabulary& vocabulary =
      options.vocabulary != nullptr ? *options.vocabulary : SkillVocabulary::Builtin();
  SkillLists skills = CanonicalSkills(listed, vocabulary);
  if (options.extract_skills && (skills.hard.empty() || skills.soft.empty())) {
    auto found = vocabulary.FindSkills(text);
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

// A pay that is no number of US dollars becomes a line of the posting, so that it is not lost.
void KeepWrittenPay(std::string_view pay, Job& job, ImportFacts& facts) {
  ++facts.salary_other_currency;
  if (job.description.find(pay) != std::string::npos) return;
  job.description += fmt::format("{}Pay: {}", job.description.empty() ? "" : "\n", pay);
}

// What the row's fields do not say and its text does.
void CompleteFromText(std::string_view text, Job& job, ImportFacts& facts) {
  if (!job.salary && facts.salary_stated == 0) {
    if (const auto pay = FindPay(text)) {
      ++facts.salary_stated;
      job.salary = pay->value.yearly_usd;
      facts.salary_known += job.salary ? 1 : 0;
      facts.salary_other_currency += pay->value.currency == "USD" ? 0 : 1;
    }
  }
  if (job.work_mode == WorkMode::kUnknown)
    if (const auto mode = FindWorkMode(text)) job.work_mode = mode->value;
  if (job.contract == ContractType::kUnknown) {
    if (const auto contract = FindContract(text)) {
      job.contract = contract->value;
      ++facts.contract_known;
    }
  }
  if (job.location.empty()) {
    if (const auto place = FindLocation(text)) {
      job.location = place->value;
      if (!job.position) job.position = LocateUsPlace(job.location);
    }
  }
}

// The same for the same row, whatever reads it.
std::string GeneratedId(const Row& row, std::string_view prefix) {
  uint64_t hash = 0;
  for (const auto& [name, value] : row) {
    hash = HashBytes(name, hash);
    hash = HashBytes(value.text, hash);
    for (const std::string& item : value.list) hash = HashBytes(item, hash);
  }
  return fmt::format("{}-{:016x}", prefix, hash);
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
    const std::optional<Pay> pay = ParsePay(terms.salary);
    if (pay) job.salary = pay->yearly_usd;
    if (pay && pay->currency != "USD") KeepWrittenPay(terms.salary, job, facts);
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

void AddFacts(ImportFacts& total, const ImportFacts& row) {
  total.salary_stated += row.salary_stated;
  total.salary_known += row.salary_known;
  total.salary_other_currency += row.salary_other_currency;
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
  if (job.id.empty() && options.missing_id == MissingIdPolicy::kGenerate)
    job.id = GeneratedId(row, "job");
  if (job.id.empty()) return Rejection{"no id", "none of the fields " + names.id};
  if (job.title.empty() && job.description.empty())
    return Rejection{"no text", "neither title nor description"};

  const std::string text = FactText(job);
  CompleteFromText(Analysed(text, options), job, stated);
  const std::string work = MaskBoilerplate(Analysed(text, options));
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
  if (candidate.id.empty() && options.missing_id == MissingIdPolicy::kGenerate)
    candidate.id = GeneratedId(row, "candidate");
  if (candidate.id.empty()) return Rejection{"no id", "none of the fields " + names.id};
  if (candidate.bio.empty() && candidate.resume.empty() && listed.hard.empty() &&
      listed.soft.empty())
    return Rejection{"no text", "neither bio, resume nor skills"};

  const std::string text = FactText(candidate);
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
