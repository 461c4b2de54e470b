#include "dynajob/market/generator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/rng.h"
#include "dynajob/market/vocabulary.h"

#include "market_places.h"
#include "market_text.h"

namespace dynajob {
namespace {

using market_places::City;
using market_text::CandidateDraft;
using market_text::CareerStep;
using market_text::JobDraft;

// Résumés are dated up to this year, so that they do not change with the calendar.
constexpr int kPresentYear = 2024;
// Nobody is offered or asks for less than this, US dollars a year in full time.
constexpr double kLowestSalary = 22000;

uint64_t SeedOf(const MarketOptions& options) { return static_cast<uint64_t>(options.seed); }

template <typename Items, typename Weight>
size_t DrawIndex(const Items& items, Weight weight, Rng& rng) {
  std::vector<double> weights;
  weights.reserve(items.size());
  for (const auto& item : items) weights.push_back(weight(item));
  return rng.Categorical(weights);
}

const City& DrawCity(Rng& rng) {
  const auto cities = market_places::Cities();
  return cities[DrawIndex(
      cities, [](const City& city) { return city.weight; }, rng)];
}

const Occupation& DrawOccupation(Rng& rng) {
  const auto occupations = SkillVocabulary::Builtin().occupations();
  return occupations[DrawIndex(
      occupations, [](const Occupation& occupation) { return occupation.posting_share; }, rng)];
}

// An occupation of the given sector other than `except`; `except` itself when there is none.
const Occupation& DrawOccupationOf(size_t sector, const Occupation& except, Rng& rng) {
  const auto occupations = SkillVocabulary::Builtin().occupations();
  std::vector<double> weights;
  double sum = 0;
  for (const Occupation& occupation : occupations) {
    weights.push_back(
        occupation.sector == sector && &occupation != &except ? occupation.posting_share : 0);
    sum += weights.back();
  }
  return sum > 0 ? occupations[rng.Categorical(weights)] : except;
}

size_t DrawNeighbour(size_t sector, Rng& rng) {
  const auto near = SkillVocabulary::Builtin().NeighbouringSectors(sector);
  std::vector<double> weights;
  for (size_t i = 0; i < near.size(); ++i) weights.push_back(1.0 / static_cast<double>(i + 1));
  return near[rng.Categorical(weights)];
}

const LadderRung& DrawRung(const Occupation& occupation, Rng& rng) {
  // Unknown, intern, junior, mid, senior, lead, executive.
  constexpr std::array<double, 7> kShares = {0, .06, .25, .36, .22, .08, .03};
  return occupation.ladder[DrawIndex(
      occupation.ladder,
      [&](const LadderRung& rung) { return kShares[static_cast<size_t>(rung.level)]; }, rng)];
}

// Adds up to `count` skills that are not yet there, drawn by weight.
void AddSkills(std::span<const WeightedSkill> pool, size_t count, std::vector<std::string>& skills,
               Rng& rng) {
  std::vector<double> weights;
  double sum = 0;
  for (const WeightedSkill& item : pool) {
    const bool taken = std::find(skills.begin(), skills.end(), item.skill) != skills.end();
    weights.push_back(taken ? 0 : item.weight);
    sum += weights.back();
  }
  while (count > 0 && sum > 1e-9) {
    const size_t drawn = rng.Categorical(weights);
    skills.push_back(pool[drawn].skill);
    sum -= weights[drawn];
    weights[drawn] = 0;
    --count;
  }
}

size_t DrawBetween(size_t low, size_t high, Rng& rng) { return low + rng.Below(high - low + 1); }

// 0, 1 or 2.
size_t DrawFew(double at_least_one, double two, Rng& rng) {
  const double u = rng.Uniform();
  return u < two ? 2 : u < at_least_one ? 1 : 0;
}

// Where a sector has one occupation only, its neighbour's share comes from its own skills.
std::vector<std::string> DrawJobSkills(const Occupation& occupation, Rng& rng) {
  const size_t total = DrawBetween(5, 9, rng);
  const size_t general = total < 7 ? 2 : DrawBetween(2, 3, rng);
  const size_t borrowed = total < 7 ? DrawFew(0.6, 0, rng) : DrawFew(0.8, 0.3, rng);
  std::vector<std::string> skills;
  AddSkills(occupation.hard_skills, total - general - borrowed, skills, rng);
  AddSkills(DrawOccupationOf(occupation.sector, occupation, rng).hard_skills, borrowed, skills,
            rng);
  AddSkills(SkillVocabulary::Builtin().GeneralSkills(occupation.sector), general, skills, rng);
  AddSkills(occupation.hard_skills, total - skills.size(), skills, rng);
  return skills;
}

std::vector<std::string> DrawCandidateSkills(const Occupation& occupation, const Occupation* second,
                                             Rng& rng) {
  // The larger of two draws: people list more skills than postings ask for.
  const size_t total = std::max(DrawBetween(6, 12, rng), DrawBetween(6, 12, rng));
  const size_t general = total < 8 ? 2 : DrawBetween(3, 4, rng);
  const size_t borrowed = DrawFew(0.75, 0.25, rng);
  const size_t from_second =
      second == nullptr ? 0 : std::max(size_t{1}, (total - general - borrowed) / 3);
  std::vector<std::string> skills;
  AddSkills(occupation.hard_skills, total - general - borrowed - from_second, skills, rng);
  AddSkills(SkillVocabulary::Builtin().GeneralSkills(occupation.sector), general, skills, rng);
  AddSkills(DrawOccupationOf(occupation.sector, occupation, rng).hard_skills, borrowed, skills,
            rng);
  if (second != nullptr) AddSkills(second->hard_skills, from_second, skills, rng);
  AddSkills(occupation.hard_skills, total - skills.size(), skills, rng);
  return skills;
}

// Mostly the occupation's own soft skills, and now and then any other.
std::vector<std::string> DrawSoftSkills(const Occupation& occupation, size_t count, Rng& rng) {
  std::vector<std::string> skills;
  const bool stray = rng.Bernoulli(0.35);
  AddSkills(occupation.soft_skills, count - (stray ? 1 : 0), skills, rng);
  const auto all = SkillVocabulary::Builtin().soft_skills();
  while (skills.size() < count) {
    const std::string& skill = all[rng.Below(all.size())];
    if (std::find(skills.begin(), skills.end(), skill) == skills.end()) skills.push_back(skill);
  }
  return skills;
}

WorkMode DrawWorkMode(const Occupation& occupation, Rng& rng) {
  const WorkModeShares& shares = occupation.work_modes;
  const std::array<double, 3> weights = {shares.onsite, shares.hybrid, shares.remote};
  constexpr std::array<WorkMode, 3> kModes = {WorkMode::kOnsite, WorkMode::kHybrid,
                                              WorkMode::kRemote};
  return kModes[rng.Categorical(weights)];
}

ContractType DrawContract(const Occupation& occupation, Seniority level, Rng& rng) {
  if (level == Seniority::kIntern) return ContractType::kInternship;
  // Leading positions are rarely part-time.
  const double part_time = occupation.part_time_share * (level >= Seniority::kLead ? 0.2 : 1.0);
  const double u = rng.Uniform();
  if (u < part_time) return ContractType::kPartTime;
  if (u < part_time + 0.05) return ContractType::kContract;
  if (u < part_time + 0.07) return ContractType::kTemporary;
  return ContractType::kFullTime;
}

// Pay of a level relative to kMid.
double LevelFactor(Seniority level) {
  constexpr std::array<double, 7> kFactors = {1, .55, .78, 1, 1.28, 1.55, 2.1};
  return kFactors[static_cast<size_t>(level)];
}

// What the market pays on average: base x level x city, US dollars a year. Pay differs less between
// cities than prices do, hence the exponent.
double UsualSalary(const Occupation& occupation, Seniority level, const City& city) {
  const double usual = occupation.base_salary *
                       std::pow(LevelFactor(level), occupation.salary_spread) *
                       std::pow(city.cost_of_living, 0.8);
  return std::max(usual, kLowestSalary);
}

double RoundSalary(double amount) {
  const double step = amount < 60000 ? 500 : 1000;
  return std::max(kLowestSalary, std::round(amount / step) * step);
}

SalaryRange DrawSalary(const Occupation& occupation, Seniority level, const City& city, Rng& rng) {
  const double middle = UsualSalary(occupation, level, city) * std::exp(0.13 * rng.Normal());
  const double half_width = rng.Uniform(0.05, 0.16);
  const double low = RoundSalary(middle * (1 - half_width));
  return {low, std::max(low, RoundSalary(middle * (1 + half_width)))};
}

// Somewhere in the metropolitan area; one degree of latitude is about 111 km. Rounded to about 10
// m, so that libraries whose last digits differ agree.
GeoPoint DrawPosition(const City& city, double spread_km, Rng& rng) {
  const double north = std::clamp(rng.Normal(), -2.5, 2.5) * spread_km / 111.0;
  const double east = std::clamp(rng.Normal(), -2.5, 2.5) * spread_km / 111.0;
  const double shrink = std::cos(city.position.latitude * 3.14159265358979323846 / 180.0);
  const auto round = [](double degrees) { return std::round(degrees * 1e4) / 1e4; };
  return {round(city.position.latitude + north), round(city.position.longitude + east / shrink)};
}

std::string LocationOf(const City& city) { return fmt::format("{}, {}", city.name, city.state); }

// The rung below, where there is one that is not an internship.
const LadderRung* RungBelow(const Occupation& occupation, Seniority level) {
  const LadderRung* below = nullptr;
  for (const LadderRung& rung : occupation.ladder)
    if (rung.level < level && rung.level != Seniority::kIntern) below = &rung;
  return below;
}

// The highest rung of a second occupation that lies below the current level.
const LadderRung& EarlierRung(const Occupation& occupation, Seniority level) {
  const LadderRung* below = RungBelow(occupation, level);
  return below != nullptr ? *below : occupation.ladder.front();
}

CandidateDraft DrawCareer(const Occupation& occupation, const Occupation* second, const City& city,
                          Rng& rng) {
  CandidateDraft draft;
  const auto first_names = market_places::FirstNames();
  const auto last_names = market_places::LastNames();
  draft.first_name = first_names[rng.Below(first_names.size())];
  draft.last_name = last_names[rng.Below(last_names.size())];
  draft.city = &city;
  const LadderRung& rung = DrawRung(occupation, rng);
  const auto usual = market_text::UsualYears(rung.level);
  draft.years_of_experience =
      usual.low + static_cast<int>(rng.Below(static_cast<uint64_t>(usual.high - usual.low) + 1));

  int years_left = draft.years_of_experience;
  int year = kPresentYear;
  const auto add = [&](const Occupation& work, const LadderRung& step, int years) {
    draft.career.push_back({&work, &step, market_text::EmployerName(work, city, rng), year - years,
                            draft.career.empty() ? 0 : year});
    year -= years;
    years_left -= years;
  };
  // The current job, an earlier one of the same occupation, one of the second occupation.
  const LadderRung* below = RungBelow(occupation, rung.level);
  const int parts = 1 + (below != nullptr ? 1 : 0) + (second != nullptr ? 1 : 0);
  add(occupation, rung, std::max(years_left > 0 ? 1 : 0, years_left / parts));
  if (below != nullptr && years_left >= 2)
    add(occupation, *below, second != nullptr ? years_left / 2 : years_left);
  if (second != nullptr && years_left >= 1)
    add(*second, EarlierRung(*second, rung.level), years_left);
  return draft;
}

const Occupation* DrawSecondOccupation(const Occupation& occupation, Rng& rng) {
  if (!rng.Bernoulli(0.4)) return nullptr;
  const size_t sector =
      rng.Bernoulli(0.65) ? occupation.sector : DrawNeighbour(occupation.sector, rng);
  const Occupation& second = DrawOccupationOf(sector, occupation, rng);
  return &second == &occupation ? nullptr : &second;
}

}  // namespace

Status MarketOptions::Validate() const {
  const auto check = [](std::string_view name, int64_t value) -> Status {
    if (value >= 1 && value <= kMaxEntities) return Status::Ok();
    return InvalidArgument(
        fmt::format("{} is {}; it must be between 1 and {}", name, value, kMaxEntities));
  };
  DYNAJOB_RETURN_IF_ERROR(check("market.jobs", jobs));
  return check("market.candidates", candidates);
}

void MarketOptions::Bind(ConfigRegistry& registry) {
  registry.Add("market.jobs", &jobs, "jobs of the synthetic market", 1, kMaxEntities);
  registry.Add("market.candidates", &candidates, "candidates of the synthetic market", 1,
               kMaxEntities);
  registry.Add("market.seed", &seed, "seed of the synthetic market; equal seeds, equal markets");
}

Job GenerateJob(const MarketOptions& options, uint64_t index) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  Rng rng = Rng::Derive(SeedOf(options), "market/job", index);
  const Occupation& occupation = DrawOccupation(rng);
  const LadderRung& rung = DrawRung(occupation, rng);
  const City& city = DrawCity(rng);

  Job job;
  job.id = fmt::format("job-{:06}", index);
  job.title = rung.title;
  job.company = market_text::EmployerName(occupation, city, rng);
  job.sector = vocabulary.sector_name(occupation.sector);
  job.technical_skills = DrawJobSkills(occupation, rng);
  job.soft_skills = DrawSoftSkills(occupation, DrawBetween(2, 5, rng), rng);
  job.location = LocationOf(city);
  job.position = DrawPosition(city, 8, rng);
  job.work_mode = DrawWorkMode(occupation, rng);
  job.seniority = rung.level;
  job.contract = DrawContract(occupation, rung.level, rng);
  const SalaryRange salary = DrawSalary(occupation, rung.level, city, rng);
  if (rng.Bernoulli(0.75)) job.salary = salary;

  Rng text_rng = Rng::Derive(SeedOf(options), "market/job-text", index);
  const JobDraft draft{&occupation, &city};
  job.experience_requirements = market_text::WriteExperienceRequirements(draft, job, text_rng);
  job.description = market_text::WriteDescription(draft, job, text_rng);
  return job;
}

Candidate GenerateCandidate(const MarketOptions& options, uint64_t index) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  Rng rng = Rng::Derive(SeedOf(options), "market/candidate", index);
  const Occupation& occupation = DrawOccupation(rng);
  const Occupation* second = DrawSecondOccupation(occupation, rng);
  const City& city = DrawCity(rng);
  const CandidateDraft draft = DrawCareer(occupation, second, city, rng);

  Candidate candidate;
  candidate.id = fmt::format("candidate-{:06}", index);
  candidate.category = vocabulary.sector_name(occupation.sector);
  candidate.seniority = draft.career.front().rung->level;
  candidate.hard_skills = DrawCandidateSkills(occupation, second, rng);
  candidate.soft_skills = DrawSoftSkills(occupation, DrawBetween(3, 6, rng), rng);
  candidate.location = LocationOf(city);
  candidate.position = DrawPosition(city, 15, rng);
  if (rng.Bernoulli(0.6)) candidate.preferred_work_mode = DrawWorkMode(occupation, rng);
  const double expected =
      UsualSalary(occupation, candidate.seniority, city) * std::exp(0.15 * rng.Normal());
  if (rng.Bernoulli(0.7)) candidate.expected_salary = RoundSalary(expected);

  Rng text_rng = Rng::Derive(SeedOf(options), "market/candidate-text", index);
  candidate.bio = market_text::WriteBio(draft, candidate, text_rng);
  candidate.resume = market_text::WriteResume(draft, candidate, text_rng);
  return candidate;
}

Result<Market> GenerateMarket(const MarketOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  Market market;
  market.jobs.reserve(static_cast<size_t>(options.jobs));
  market.candidates.reserve(static_cast<size_t>(options.candidates));
  for (uint64_t i = 0; i < static_cast<uint64_t>(options.jobs); ++i)
    market.jobs.push_back(GenerateJob(options, i));
  for (uint64_t i = 0; i < static_cast<uint64_t>(options.candidates); ++i)
    market.candidates.push_back(GenerateCandidate(options, i));
  return market;
}

}  // namespace dynajob
