// Candidates: the bio and the résumé.
#include <algorithm>

#include "english.h"
#include "market_text.h"

namespace dynajob::market_text {
namespace {

using english::Capitalize;
using english::JoinList;
using english::WithArticle;

constexpr std::string_view kFirstPersonOpenings[] = {
    "I am {a_title} in {city} with {years} of experience.",
    "I have worked in the field for {years}, most recently as {a_title} at {employer} in {city}.",
    "For {years} I have made my living as {a_role}, and I still enjoy it.",
    "Based in {city}, I work as {a_title} at {employer}.",
};
constexpr std::string_view kThirdPersonOpenings[] = {
    "{name} is {a_title} in {city} with {years} of experience.",
    "{name} has worked in the field for {years}, most recently as {a_title} at {employer}.",
    "Based in {city}, {name} works as {a_title} at {employer}.",
    "{name} brings {years} of experience as {a_role}.",
};
constexpr std::string_view kStudentOpenings[] = {
    "{name} is a student from {city} looking for a first position as {a_role}.",
    "Currently finishing a degree, {name} has completed an internship at {employer} in {city}.",
    "{name} is {a_title} at {employer} and will graduate next year.",
};
constexpr std::string_view kFirstPersonSkills[] = {
    "My strengths are {skills}.",
    "I am most at home with {skills}.",
    "My work centers on {skills}.",
    "I use {skills} almost every day.",
};
constexpr std::string_view kThirdPersonSkills[] = {
    "{first} is most at home with {skills}.",
    "The work centers on {skills}.",
    "{first} has a strong command of {skills}.",
    "Core skills are {skills}.",
};
constexpr std::string_view kFirstPersonDuties[] = {
    "Most of my time goes into {duties}.",
    "My current job is about {duties}.",
    "I have been responsible for {duties}.",
};
constexpr std::string_view kThirdPersonDuties[] = {
    "Most days are spent {duties}.",
    "{first} has been responsible for {duties}.",
    "Recent work has included {duties}.",
};
constexpr std::string_view kFirstPersonSoft[] = {
    "Colleagues know me for {soft}.",
    "I am proud of my {soft}.",
    "What sets me apart is {soft}.",
};
constexpr std::string_view kThirdPersonSoft[] = {
    "Colleagues praise {first} for {soft}.",
    "{first} is known for {soft}.",
    "Managers single out {soft}.",
};
constexpr std::string_view kGoals[] = {
    "The next step should bring more responsibility and new things to learn.",
    "A stable employer and a good team matter more than a famous name.",
    "Open to new challenges in the {city} area.",
    "Now looking for a position with room to grow.",
    "Available after a notice period of two weeks.",
};
constexpr std::string_view kAchievements[] = {
    "Trained {n} new colleagues",
    "Received an award for outstanding work in {year}",
    "Cut the time for a recurring task by {percent} percent",
    "Introduced a checklist that the whole team now uses",
    "Kept all projects within budget for {n} quarters in a row",
    "Stood in for the supervisor during absences",
    "Raised satisfaction scores by {percent} percent",
};
constexpr std::string_view kSummaries[] = {
    "{title} with {years} of experience and a record of {soft}.",
    "{title} skilled in {skills}.",
    "{years_capital} of experience as {a_role}; strong in {skills}.",
};

std::vector<std::string> Gerunds(const Occupation& occupation, size_t count, Rng& rng) {
  std::vector<std::string> duties = PickSome(occupation.duties, count, rng);
  for (std::string& duty : duties) duty = english::Gerund(duty);
  return duties;
}

std::string YearsOrLess(int years) {
  return years == 0 ? std::string("less than a year") : english::Years(years);
}

std::vector<Slot> BaseSlots(const CandidateDraft& draft, const Candidate& candidate, Rng& rng) {
  const CareerStep& current = draft.career.front();
  const std::string years = YearsOrLess(draft.years_of_experience);
  const size_t named = 3 + rng.Below(2);
  const std::span<const std::string> hard = candidate.hard_skills;
  return {
      {"name", draft.first_name + " " + draft.last_name},
      {"first", draft.first_name},
      {"title", current.rung->title},
      {"a_title", WithArticle(current.rung->title)},
      {"a_role", WithArticle(current.occupation->name)},
      {"employer", current.employer},
      {"city", std::string(draft.city->name)},
      {"years", years},
      {"years_capital", Capitalize(years)},
      {"skills", JoinList(hard.first(std::min(named, hard.size())))},
      {"soft", JoinList(PickSome(candidate.soft_skills, 2, rng))},
      {"duties", JoinList(Gerunds(*current.occupation, 2, rng))},
  };
}

std::string EarlierWork(const CandidateDraft& draft, const Candidate& candidate,
                        bool first_person) {
  const auto other = std::find_if(draft.career.begin(), draft.career.end(), [&](const auto& step) {
    return step.occupation != draft.career.front().occupation;
  });
  if (other == draft.career.end()) return "";
  const std::string role = WithArticle(other->rung->title);
  const std::string& skill = candidate.hard_skills.back();
  return first_person ? " Earlier I worked as " + role + " at " + other->employer +
                            ", where I learned " + skill + "."
                      : " An earlier position as " + role + " at " + other->employer + " added " +
                            skill + " to the profile.";
}

std::string WorkModeWish(WorkMode mode, bool first_person) {
  switch (mode) {
    case WorkMode::kRemote:
      return first_person ? " I would like to work remotely." : " Remote work is preferred.";
    case WorkMode::kHybrid:
      return first_person ? " A mix of office and home suits me best."
                          : " A hybrid schedule is preferred.";
    case WorkMode::kOnsite:
      return first_person ? " I prefer to work on site with my team."
                          : " Work on site is preferred.";
    case WorkMode::kUnknown:
      break;
  }
  return "";
}

// Months do not matter here: "2019 - 2022" or "2021 - present".
std::string Period(const CareerStep& step) {
  return std::to_string(step.first_year) + " - " +
         (step.last_year == 0 ? "present" : std::to_string(step.last_year));
}

std::string WriteStep(const CareerStep& step, Rng& rng) {
  std::string text = step.rung->title + ", " + step.employer + " (" + Period(step) + ")\n";
  for (const std::string& duty : PickSome(step.occupation->duties, 2 + rng.Below(2), rng))
    text += "- " + Capitalize(english::PastTense(duty)) + "\n";
  if (step.rung->level != Seniority::kIntern && rng.Bernoulli(0.45)) {
    const int last = step.last_year == 0 ? step.first_year + 1 : step.last_year;
    const Slot slots[] = {{"n", english::NumberWord(2 + static_cast<int>(rng.Below(7)))},
                          {"year", std::to_string(std::max(step.first_year, last - 1))},
                          {"percent", std::to_string(5 * (2 + rng.Below(6)))}};
    text += "- " + Fill(Pick(kAchievements, rng), slots) + "\n";
  }
  return text;
}

// "a Professional Engineer (PE) license" as "Professional Engineer (PE) license"; credentials that
// name alternatives are for postings only.
std::string CredentialForResume(const std::string& credential) {
  if (credential.find(" or ") != std::string::npos || credential.starts_with("at least") ||
      credential.starts_with("progress") || credential.find("at least one") != std::string::npos)
    return "";
  for (const std::string_view article : {"a ", "an "})
    if (credential.starts_with(article)) return Capitalize(credential.substr(article.size()));
  return Capitalize(credential);
}

std::string WriteEducation(const CandidateDraft& draft, Rng& rng) {
  const CareerStep& current = draft.career.front();
  const int graduation = current.rung->level == Seniority::kIntern
                             ? current.first_year + 1
                             : draft.career.back().first_year - static_cast<int>(rng.Below(2));
  const std::string& field = current.occupation->field_of_study;
  if (field.empty())
    return "High school diploma, " + std::string(draft.city->name) + ", " +
           std::to_string(graduation);
  const auto universities = market_places::Universities();
  return DegreeForResume(field) + ", " + std::string(universities[rng.Below(universities.size())]) +
         ", " + (current.rung->level == Seniority::kIntern ? "expected " : "") +
         std::to_string(graduation);
}

}  // namespace

std::string WriteBio(const CandidateDraft& draft, const Candidate& candidate, Rng& rng) {
  const std::vector<Slot> slots = BaseSlots(draft, candidate, rng);
  const bool student = draft.career.front().rung->level == Seniority::kIntern;
  const bool first_person = !student && rng.Bernoulli(0.5);
  std::string text = Fill(student        ? Pick(kStudentOpenings, rng)
                          : first_person ? Pick(kFirstPersonOpenings, rng)
                                         : Pick(kThirdPersonOpenings, rng),
                          slots);
  std::vector<std::string> middle = {
      Fill(first_person ? Pick(kFirstPersonSkills, rng) : Pick(kThirdPersonSkills, rng), slots),
      Fill(first_person ? Pick(kFirstPersonDuties, rng) : Pick(kThirdPersonDuties, rng), slots)};
  rng.Shuffle(std::span<std::string>(middle));
  for (const std::string& sentence : middle) text += " " + sentence;
  text += EarlierWork(draft, candidate, first_person);
  text +=
      " " + Fill(first_person ? Pick(kFirstPersonSoft, rng) : Pick(kThirdPersonSoft, rng), slots);
  if (rng.Bernoulli(0.5)) text += " " + Fill(Pick(kGoals, rng), slots);
  text += WorkModeWish(candidate.preferred_work_mode, first_person);
  return text;
}

std::string WriteResume(const CandidateDraft& draft, const Candidate& candidate, Rng& rng) {
  const std::vector<Slot> slots = BaseSlots(draft, candidate, rng);
  std::string text = draft.first_name + " " + draft.last_name + "\n" + candidate.location + "\n";
  if (rng.Bernoulli(0.75)) text += "\nSUMMARY\n" + Fill(Pick(kSummaries, rng), slots) + "\n";
  text += "\nEXPERIENCE\n";
  for (size_t i = 0; i < draft.career.size(); ++i)
    text += (i > 0 ? "\n" : "") + WriteStep(draft.career[i], rng);
  text += "\nEDUCATION\n" + WriteEducation(draft, rng) + "\n";
  const std::string credential = CredentialForResume(draft.career.front().occupation->credential);
  if (!credential.empty() && candidate.seniority >= Seniority::kMid && rng.Bernoulli(0.7))
    text += "\nLICENSES AND CERTIFICATIONS\n" + credential + "\n";
  text += "\nSKILLS\n";
  for (size_t i = 0; i < candidate.hard_skills.size(); ++i)
    text += (i > 0 ? ", " : "") + candidate.hard_skills[i];
  for (const std::string& skill : candidate.soft_skills) text += ", " + skill;
  return text + "\n";
}

}  // namespace dynajob::market_text
