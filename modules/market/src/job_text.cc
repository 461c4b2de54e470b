// Postings: the description. experience_text.cc writes the requirements.
#include <algorithm>

#include "english.h"
#include "market_text.h"

namespace dynajob::market_text {
namespace {

using english::Capitalize;
using english::JoinList;
using english::WithArticle;

constexpr std::string_view kOpenings[] = {
    "{employer} is looking for {a_title} to join our team in {city}.",
    "Join {employer} in {city} as {a_title}.",
    "We are hiring {a_title} for our {city} location.",
    "{employer} has an opening for {a_title} in {city}, {state}.",
    "Are you {a_title} who takes pride in good work? {employer} would like to meet you.",
    "Our {city} team is growing, and we need {a_title}.",
    "{employer} seeks {a_title} to strengthen the team in {city}.",
    "This is a chance to work as {a_title} with {employer}, a well-known name in {city}.",
};
constexpr std::string_view kContexts[] = {
    "You will be part of a team of {team} and report to the department head.",
    "The position is new and comes with room to shape how we work.",
    "You will take over from a colleague who is retiring and will get a thorough handover.",
    "We are a mid-sized employer where people know each other by name.",
    "Many of our {team} colleagues here have been with us for more than five years.",
    "After {team} weeks of onboarding you will look after your own area.",
    "We have served {city} and the surrounding communities for more than {decades} years.",
    "Demand for our services has grown every year, and so has the team.",
};
constexpr std::string_view kInternContexts[] = {
    "The internship lasts {team} weeks and is paid.",
    "You will be paired with a mentor and present your project at the end of the program.",
    "Interns here work on real projects and are often offered a permanent position.",
    "The program is open to students who can commit at least {team} weeks.",
};
constexpr std::string_view kDutyPatterns[] = {
    "You will {duties}.",
    "In this role you will {duties}.",
    "Day to day, you will {duties}.",
    "Your main responsibilities will be to {duties}.",
    "We need someone to {duties}.",
};
constexpr std::string_view kSkillPatterns[] = {
    "You bring experience with {skills}.",
    "The right person is confident with {skills}.",
    "We expect a good command of {skills}.",
    "You should have hands-on experience with {skills}.",
    "A solid background in {skills} is required.",
    "You know your way around {skills}.",
};
constexpr std::string_view kBonusPatterns[] = {
    "Knowledge of {skills} is a plus.",
    "Exposure to {skills} will help you stand out.",
    "Ideally you have also worked with {skills}.",
    "Experience in {skills} is preferred but not required.",
};
constexpr std::string_view kSoftPatterns[] = {
    "We value {soft}.",
    "Just as important to us: {soft}.",
    "People who do well here are known for {soft}.",
    "The job calls for {soft}.",
    "You will need {soft} to succeed in this position.",
    "We look for {soft} in everyone we hire.",
};
constexpr std::string_view kBenefitPatterns[] = {
    "We offer {benefits}.",
    "Benefits include {benefits}.",
    "In return you get {benefits}.",
    "What you can expect: {benefits}.",
};
constexpr std::string_view kFullTimeBenefits[] = {
    "medical, dental and vision coverage from the first day",
    "a 401(k) plan with a company match",
    "three weeks of paid time off",
    "paid parental leave",
    "tuition reimbursement",
    "a yearly bonus",
    "life and disability insurance",
    "a wellness allowance",
    "paid holidays",
    "support for professional licenses and memberships",
};
constexpr std::string_view kPartTimeBenefits[] = {
    "flexible shifts",
    "an employee discount",
    "paid training",
    "weekly pay",
    "free parking",
    "paid sick leave",
    "a friendly crew",
    "a 401(k) plan",
    "shift meals",
    "weekend premiums",
    "a path to full-time work",
};
constexpr std::string_view kHybridNotes[] = {
    "The schedule is hybrid, with {days} days a week in our {city} office.",
    "You can work from home part of the week and will be in {city} on {days} days.",
};
constexpr std::string_view kRemoteNotes[] = {
    "The role is fully remote within the United States.",
    "You can work from anywhere in the country; the team meets in {city} twice a year.",
    "This is a remote position on an Eastern or Central time schedule.",
};
constexpr std::string_view kOnsiteNotes[] = {
    "The work is on site in {city}.",
    "You will work from our {city} location.",
    "The position is based in {city} and requires reliable transportation.",
};
constexpr std::string_view kPayNotes[] = {
    "Pay is {low} to {high} a year, depending on experience.",
    "The salary range is {low} to {high}.",
    "Compensation: {low} to {high} per year.",
};
constexpr std::string_view kClosings[] = {
    "{employer} is an equal opportunity employer.",
    "Please apply with a résumé; a cover letter is welcome but not needed.",
    "We review applications as they arrive and answer every one of them.",
    "Applicants will be asked to complete a background check.",
    "Interviews start this month.",
};

std::vector<Slot> BaseSlots(const JobDraft& draft, const Job& job, Rng& rng) {
  return {
      {"employer", job.company},
      {"a_title", WithArticle(job.title)},
      {"city", std::string(draft.city->name)},
      {"state", std::string(draft.city->state)},
      {"team", english::NumberWord(4 + static_cast<int>(rng.Below(9)))},
      {"days", english::NumberWord(2 + static_cast<int>(rng.Below(2)))},
      {"decades", std::to_string(10 * (1 + rng.Below(6)))},
      {"low", job.salary ? Dollars(job.salary->low) : ""},
      {"high", job.salary ? Dollars(job.salary->high) : ""},
  };
}

std::string WriteDuties(const Occupation& occupation, Rng& rng) {
  const auto duties = PickSome(occupation.duties, 3 + rng.Below(2), rng);
  if (rng.Bernoulli(0.3)) {
    std::string text = "Responsibilities:";
    for (const std::string& duty : duties) text += "\n- " + Capitalize(duty);
    return text + "\n";
  }
  const Slot slots[] = {{"duties", JoinList(duties)}};
  return Fill(Pick(kDutyPatterns, rng), slots);
}

// The first skills as required, the rest as welcome.
std::string WriteSkills(const Job& job, Rng& rng) {
  const std::span<const std::string> skills = job.technical_skills;
  const size_t required = std::min(skills.size(), size_t{3} + rng.Below(3));
  const Slot needed[] = {{"skills", JoinList(skills.first(required))}};
  std::string text = Fill(Pick(kSkillPatterns, rng), needed);
  if (required < skills.size()) {
    const Slot welcome[] = {{"skills", JoinList(skills.subspan(required))}};
    text += " " + Fill(Pick(kBonusPatterns, rng), welcome);
  }
  if (!job.soft_skills.empty()) {
    const Slot soft[] = {{"soft", JoinList(job.soft_skills)}};
    text += " " + Fill(Pick(kSoftPatterns, rng), soft);
  }
  return text;
}

template <size_t N>
std::vector<std::string> PickBenefits(const std::string_view (&pool)[N], Rng& rng) {
  std::vector<std::string> benefits;
  for (const uint32_t i : rng.SampleWithoutReplacement(N, 2 + rng.Below(3)))
    benefits.emplace_back(pool[i]);
  return benefits;
}

std::string WriteOffer(const Job& job, std::span<const Slot> base, Rng& rng) {
  std::string text;
  if (job.work_mode == WorkMode::kRemote)
    text = Fill(Pick(kRemoteNotes, rng), base);
  else if (job.work_mode == WorkMode::kHybrid)
    text = Fill(Pick(kHybridNotes, rng), base);
  else if (job.work_mode == WorkMode::kOnsite && rng.Bernoulli(0.6))
    text = Fill(Pick(kOnsiteNotes, rng), base);
  const auto append = [&text](const std::string& sentence) {
    text += (text.empty() ? "" : " ") + sentence;
  };
  if (job.salary && rng.Bernoulli(0.6)) append(Fill(Pick(kPayNotes, rng), base));
  if (job.contract != ContractType::kInternship && rng.Bernoulli(0.85)) {
    const bool full_time = job.contract == ContractType::kFullTime;
    const Slot slots[] = {{"benefits", JoinList(full_time ? PickBenefits(kFullTimeBenefits, rng)
                                                          : PickBenefits(kPartTimeBenefits, rng))}};
    append(Fill(Pick(kBenefitPatterns, rng), slots));
  }
  if (rng.Bernoulli(0.6)) append(Fill(Pick(kClosings, rng), base));
  return text;
}

}  // namespace

std::string WriteDescription(const JobDraft& draft, const Job& job, Rng& rng) {
  const std::vector<Slot> base = BaseSlots(draft, job, rng);
  std::string text = Fill(Pick(kOpenings, rng), base);
  if (job.seniority == Seniority::kIntern)
    text += " " + Fill(Pick(kInternContexts, rng), base);
  else if (rng.Bernoulli(0.7))
    text += " " + Fill(Pick(kContexts, rng), base);
  text += "\n\n" + WriteDuties(*draft.occupation, rng);
  text += "\n" + WriteSkills(job, rng);
  if (const std::string offer = WriteOffer(job, base, rng); !offer.empty()) text += "\n\n" + offer;
  return text;
}

}  // namespace dynajob::market_text
