#include "dynajob/evaluation/judge.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"
#include "dynajob/market/vocabulary.h"

namespace dynajob {
namespace {

constexpr double kEarthRadiusKm = 6371;
constexpr double kMostTolerances = 3;  // farther away is not worse
constexpr double kSoftSkillShare = 0.15;

// Numbers phrases in order of first appearance, without regard to case.
class PhraseNumbers {
 public:
  std::vector<uint32_t> SetOf(std::span<const std::string> phrases) {
    std::vector<uint32_t> set;
    for (const std::string& phrase : phrases) {
      const auto number = static_cast<uint32_t>(numbers_.size());
      set.push_back(numbers_.emplace(ToLowerAscii(Trim(phrase)), number).first->second);
    }
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    return set;
  }

 private:
  std::unordered_map<std::string, uint32_t> numbers_;
};

// Share of `wanted` in `owned`, both ascending; 0 when nothing is wanted.
double ShareCovered(const std::vector<uint32_t>& wanted, const std::vector<uint32_t>& owned) {
  if (wanted.empty()) return 0;
  size_t covered = 0;
  for (const uint32_t phrase : wanted) {
    covered += std::binary_search(owned.begin(), owned.end(), phrase) ? 1 : 0;
  }
  return static_cast<double>(covered) / static_cast<double>(wanted.size());
}

double Dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// Where skills and a stated sector place someone among the sectors: their mean, scaled to length 1.
void PlaceAmongSectors(std::span<const std::string> skills, std::string_view stated,
                       std::span<float> out) {
  const SkillVocabulary& vocabulary = SkillVocabulary::Builtin();
  std::vector<double> profile = vocabulary.SectorProfile(skills);
  if (const auto sector = vocabulary.FindSector(stated)) profile[*sector] += 1;
  double squares = 0;
  for (const double share : profile) squares += share * share;
  if (squares == 0) return;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(profile[i] / std::sqrt(squares));
  }
}

}  // namespace

Result<Judge> Judge::Create(const Catalog& catalog, const JudgeOptions& options,
                            const ResponseRewards& rewards, uint64_t seed) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_RETURN_IF_ERROR(rewards.Validate());
  if (catalog.candidate_count() == 0 || catalog.job_count() == 0) {
    return FailedPrecondition(
        fmt::format("the judge needs candidates and jobs: the catalog has {} and {}",
                    catalog.candidate_count(), catalog.job_count()));
  }
  Judge judge(options, rewards, seed);
  judge.ReadCatalog(catalog);
  DYNAJOB_RETURN_IF_ERROR(judge.Calibrate());
  return judge;
}

Judge::Judge(const JudgeOptions& options, const ResponseRewards& rewards, uint64_t seed)
    : options_(options), rewards_(rewards), seed_(seed) {}

Judge::Place Judge::PlaceOf(const std::optional<GeoPoint>& position) {
  if (!position) return {};
  const double latitude = position->latitude * std::numbers::pi / 180;
  const double longitude = position->longitude * std::numbers::pi / 180;
  return {{std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude),
           std::sin(latitude)},
          true};
}

void Judge::ReadCatalog(const Catalog& catalog) {
  const size_t sectors = SkillVocabulary::Builtin().sector_count();
  candidate_sectors_ = Matrix(catalog.candidate_count(), sectors);
  job_sectors_ = Matrix(catalog.job_count(), sectors);
  PhraseNumbers phrases;
  for (size_t row = 0; row < catalog.candidate_count(); ++row) {
    const Candidate& candidate = catalog.candidate(static_cast<CandidateRow>(row));
    CandidateFacts facts;
    facts.preferences = DrawPreferences(seed_, candidate, sectors, options_.spread);
    std::vector<std::string> skills = candidate.hard_skills;
    skills.insert(skills.end(), candidate.soft_skills.begin(), candidate.soft_skills.end());
    facts.skills = phrases.SetOf(skills);
    facts.seniority = candidate.seniority;
    facts.log_reservation_wage = std::log(facts.preferences.reservation_wage);
    facts.place = PlaceOf(candidate.position);
    facts.id_hash = HashBytes(candidate.id);
    candidates_.push_back(std::move(facts));
    PlaceAmongSectors(candidate.hard_skills, candidate.category, candidate_sectors_.Row(row));
  }
  for (size_t row = 0; row < catalog.job_count(); ++row) {
    const Job& job = catalog.job(static_cast<JobRow>(row));
    const double salary = job.salary ? (job.salary->low + job.salary->high) / 2 : 0;
    JobFacts facts;
    facts.technical_skills = phrases.SetOf(job.technical_skills);
    facts.soft_skills = phrases.SetOf(job.soft_skills);
    facts.seniority = job.seniority;
    facts.work_mode = job.work_mode;
    facts.salary_known = salary > 0;
    facts.log_salary = salary > 0 ? std::log(salary) : 0;
    facts.place = PlaceOf(job.position);
    facts.taste = DrawJobTaste(seed_, job.id);
    facts.id_hash = HashBytes(job.id);
    jobs_.push_back(std::move(facts));
    PlaceAmongSectors(job.technical_skills, job.sector, job_sectors_.Row(row));
  }
}

Status Judge::Calibrate() {
  Rng rng = Rng::Derive(seed_, "judge-calibration");
  std::vector<double> utilities(static_cast<size_t>(options_.calibration_pairs));
  for (double& utility : utilities) {
    utility = Utility({static_cast<CandidateRow>(rng.Below(candidates_.size())),
                       static_cast<JobRow>(rng.Below(jobs_.size()))});
  }
  DYNAJOB_ASSIGN_OR_RETURN(cut_points_, CalibrateCutPoints(utilities, options_.target_shares));
  for (const double utility : utilities) {
    const ResponseProbabilities probabilities = OrderedLogit(utility, cut_points_);
    for (size_t k = 0; k < kResponseCount; ++k) {
      shares_[k] += probabilities[k] / static_cast<double>(utilities.size());
    }
  }
  return Status::Ok();
}

double Judge::SkillTerm(const CandidateFacts& person, const JobFacts& job) const {
  // What the posting does not list is left out, so its share goes to what it does list.
  const double technical = job.technical_skills.empty() ? 0 : 1 - kSoftSkillShare;
  const double soft = job.soft_skills.empty() ? 0 : kSoftSkillShare;
  if (technical + soft == 0) return 0;
  const double coverage = (technical * ShareCovered(job.technical_skills, person.skills) +
                           soft * ShareCovered(job.soft_skills, person.skills)) /
                          (technical + soft);
  return coverage - 0.5;
}

double Judge::FactTerms(const CandidateFacts& person, const JobFacts& job) const {
  const auto own = [&](PreferenceFeature feature) {
    return person.preferences.weights[static_cast<size_t>(feature)];
  };
  double utility = options_.work_mode_weight * own(PreferenceFeature::kWorkMode) *
                   person.preferences.work_mode_utilities[static_cast<size_t>(job.work_mode)];
  if (person.seniority != Seniority::kUnknown && job.seniority != Seniority::kUnknown) {
    const double gap =
        static_cast<double>(static_cast<int>(job.seniority) - static_cast<int>(person.seniority)) -
        person.preferences.ambition;
    utility -= options_.seniority_weight * own(PreferenceFeature::kSeniority) * gap * gap;
  }
  if (job.salary_known) {
    const double gap = std::clamp(job.log_salary - person.log_reservation_wage, -1.0, 1.0);
    // An offer below the reservation wage weighs double (loss aversion, Tversky and Kahneman 1992).
    utility += options_.salary_weight * own(PreferenceFeature::kSalary) * (gap < 0 ? 2 * gap : gap);
  }
  if (job.work_mode != WorkMode::kRemote && job.place.known && person.place.known) {
    double squared_chord = 0;
    for (size_t i = 0; i < 3; ++i) {
      const double difference = job.place.direction[i] - person.place.direction[i];
      squared_chord += difference * difference;
    }
    const double km = 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(squared_chord) / 2));
    utility -= options_.distance_weight * own(PreferenceFeature::kDistance) *
               std::min(kMostTolerances, km / person.preferences.distance_tolerance_km);
  }
  return utility;
}

double Judge::Utility(Pair pair) const {
  const CandidateFacts& person = candidates_.at(pair.candidate);
  const JobFacts& job = jobs_.at(pair.job);
  const HiddenPreferences& wants = person.preferences;
  const std::span<const float> own_sectors = candidate_sectors_.Row(pair.candidate);
  const std::span<const float> job_sectors = job_sectors_.Row(pair.job);
  double affinity = 0;
  for (size_t i = 0; i < job_sectors.size(); ++i) {
    affinity += wants.sector_affinities[i] * static_cast<double>(job_sectors[i]);
  }
  double taste = 0;
  for (size_t i = 0; i < kTasteDimension; ++i) taste += wants.taste[i] * job.taste[i];
  const double skill_weight =
      options_.skill_weight * wants.weights[static_cast<size_t>(PreferenceFeature::kSkills)];
  const double sector_weight =
      options_.sector_weight * wants.weights[static_cast<size_t>(PreferenceFeature::kSector)];
  return skill_weight * SkillTerm(person, job) + sector_weight * Dot(own_sectors, job_sectors) +
         FactTerms(person, job) + options_.affinity_weight * affinity +
         // The product of two standard normal vectors has variance kTasteDimension.
         options_.taste_weight * taste / std::sqrt(static_cast<double>(kTasteDimension));
}

ResponseProbabilities Judge::Probabilities(Pair pair) const {
  return OrderedLogit(Utility(pair), cut_points_);
}

double Judge::ExpectedReward(Pair pair) const { return rewards_.Expected(Probabilities(pair)); }

Response Judge::Respond(Pair pair, uint64_t noise_seed) const {
  Rng rng = Rng::Derive(noise_seed, "judge-response", candidates_.at(pair.candidate).id_hash,
                        jobs_.at(pair.job).id_hash);
  return ResponseAt(Probabilities(pair), rng.Uniform());
}

}  // namespace dynajob
