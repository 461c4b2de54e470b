#include "dynajob/market/record_evidence.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace dynajob {
namespace {

// Parts of a text, each from a field of the record.
struct Part {
  std::string_view field;
  size_t begin = 0;
  size_t size = 0;
};

std::string Amount(double value) {
  const bool whole = value == std::floor(value);
  std::string text = fmt::format("{:.{}f}", value, whole ? 0 : 2);
  const size_t point = std::min(text.find('.'), text.size());
  for (size_t i = point; i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string_view PeriodName(double per_year) {
  if (per_year == 2080) return " an hour";
  if (per_year == 260) return " a day";
  if (per_year == 52) return " a week";
  if (per_year == 26) return " in two weeks";
  if (per_year == 24) return " in half a month";
  if (per_year == 12) return " a month";
  return per_year == 1 ? " a year" : "";
}

class Explainer {
 public:
  explicit Explainer(std::vector<Part> parts) : parts_(std::move(parts)) {}

  // The place of a span of the whole text; nullopt when it is in no field.
  std::optional<TextPlace> PlaceOf(TextSpan span) const {
    for (const Part& part : parts_)
      if (span.begin >= part.begin && span.end <= part.begin + part.size)
        return TextPlace{std::string(part.field), {span.begin - part.begin, span.end - part.begin}};
    return std::nullopt;
  }

  void Add(std::string fact, std::string value, std::optional<TextPlace> place) {
    facts_.push_back({std::move(fact), std::move(value), std::move(place)});
  }

  // A fact that the record has, and what the text says about it.
  template <typename Value>
  void AddStated(const std::string& fact, Value value, const std::optional<Found<Value>>& found) {
    if (value == Value::kUnknown) return;
    const bool agrees = found && found->value == value;
    Add(fact, std::string(ToString(value)), agrees ? PlaceOf(found->span) : std::nullopt);
  }

  void AddSkills(const std::string& fact, std::span<const std::string> skills, bool soft,
                 const std::vector<SkillMention>& mentions) {
    for (const std::string& skill : skills) {
      const auto mention = std::find_if(mentions.begin(), mentions.end(), [&](const auto& m) {
        return m.soft == soft && m.skill == skill;
      });
      Add(fact, skill,
          mention == mentions.end() ? std::nullopt : PlaceOf({mention->begin, mention->end}));
    }
  }

  std::vector<FactEvidence> Take() && { return std::move(facts_); }

 private:
  std::vector<Part> parts_;
  std::vector<FactEvidence> facts_;
};

std::optional<TextPlace> Whole(std::string_view field, std::string_view text) {
  return TextPlace{std::string(field), {0, text.size()}};
}

void ExplainSalary(const Job& job, std::string_view text, Explainer& explainer) {
  const auto pay = FindPay(text);
  if (job.salary) {
    const bool agrees = pay && pay->value.yearly_usd == job.salary;
    explainer.Add("salary",
                  PayText({.low = job.salary->low,
                           .high = job.salary->high,
                           .currency = "USD",
                           .per_year = 1,
                           .period_stated = true,
                           .yearly_usd = {}}),
                  agrees ? explainer.PlaceOf(pay->span) : std::nullopt);
  } else if (pay && pay->value.currency != "USD") {
    explainer.Add("pay as written", PayText(pay->value), explainer.PlaceOf(pay->span));
  }
}

}  // namespace

std::string PayText(const Pay& pay) {
  std::string text = pay.currency + " " + Amount(pay.low);
  if (pay.high != pay.low) text += " - " + Amount(pay.high);
  return text + std::string(PeriodName(pay.per_year));
}

std::string FactText(const Job& job) {
  return job.title + ".\n" + job.experience_requirements + "\n" + job.description;
}

std::string FactText(const Candidate& candidate) { return candidate.bio + "\n" + candidate.resume; }

std::vector<FactEvidence> ExplainJob(const Job& job, const SkillVocabulary& vocabulary) {
  const std::string text = FactText(job);
  const size_t requirements = job.title.size() + 2;
  const size_t description = requirements + job.experience_requirements.size() + 1;
  Explainer explainer({{"title", 0, job.title.size()},
                       {"requirements", requirements, job.experience_requirements.size()},
                       {"description", description, job.description.size()}});
  const auto mentions = vocabulary.FindMentions(MaskBoilerplate(text));
  explainer.AddSkills("technical skill", job.technical_skills, false, mentions);
  explainer.AddSkills("soft skill", job.soft_skills, true, mentions);
  if (job.seniority != Seniority::kUnknown && SeniorityFromTitle(job.title) == job.seniority)
    explainer.Add("seniority", std::string(ToString(job.seniority)), Whole("title", job.title));
  else
    explainer.AddStated("seniority", job.seniority, FindPostingSeniority(text));
  explainer.AddStated("work mode", job.work_mode, FindWorkMode(text));
  explainer.AddStated("contract", job.contract, FindContract(text));
  ExplainSalary(job, text, explainer);
  if (job.position)
    explainer.Add("position",
                  fmt::format("{:.2f}, {:.2f}", job.position->latitude, job.position->longitude),
                  LocateUsPlace(job.location) == job.position ? Whole("location", job.location)
                                                              : std::nullopt);
  return std::move(explainer).Take();
}

std::vector<FactEvidence> ExplainCandidate(const Candidate& candidate,
                                           const SkillVocabulary& vocabulary) {
  const std::string text = FactText(candidate);
  Explainer explainer({{"bio", 0, candidate.bio.size()},
                       {"resume", candidate.bio.size() + 1, candidate.resume.size()}});
  const auto mentions = vocabulary.FindMentions(text);
  explainer.AddSkills("hard skill", candidate.hard_skills, false, mentions);
  explainer.AddSkills("soft skill", candidate.soft_skills, true, mentions);
  explainer.AddStated("seniority", candidate.seniority, FindResumeSeniority(text));
  if (candidate.preferred_work_mode != WorkMode::kUnknown)
    explainer.Add("preferred work mode", std::string(ToString(candidate.preferred_work_mode)),
                  std::nullopt);
  if (candidate.expected_salary)
    explainer.Add("expected salary",
                  fmt::format("USD {} a year", Amount(*candidate.expected_salary)), std::nullopt);
  if (candidate.position)
    explainer.Add(
        "position",
        fmt::format("{:.2f}, {:.2f}", candidate.position->latitude, candidate.position->longitude),
        LocateUsPlace(candidate.location) == candidate.position
            ? Whole("location", candidate.location)
            : std::nullopt);
  return std::move(explainer).Take();
}

}  // namespace dynajob
