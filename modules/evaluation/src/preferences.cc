#include "dynajob/evaluation/preferences.h"

#include <cmath>

#include "dynajob/core/check.h"
#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

// How much more a stated work mode is worth than the others, before personal variation.
constexpr double kStatedModeBonus = 1.0;

std::array<double, 4> DrawModeUtilities(Rng& rng, WorkMode stated, double spread) {
  std::array<double, 4> utilities{};
  for (const WorkMode mode : {WorkMode::kOnsite, WorkMode::kHybrid, WorkMode::kRemote}) {
    // Hybrid work is half of what someone wants who prefers either of the others.
    const bool half = stated != WorkMode::kUnknown && mode == WorkMode::kHybrid;
    const double lean = mode == stated ? kStatedModeBonus : half ? kStatedModeBonus / 2 : 0.0;
    utilities[static_cast<size_t>(mode)] = lean + spread * rng.Normal();
  }
  return utilities;
}

TasteVector DrawNormals(Rng& rng) {
  TasteVector values;
  for (double& value : values) value = rng.Normal();
  return values;
}

}  // namespace

HiddenPreferences DrawPreferences(uint64_t seed, const Candidate& candidate, size_t sector_count,
                                  const PreferenceSpread& spread) {
  const uint64_t id = HashBytes(candidate.id);
  // One stream per kind of preference: a new kind changes none of the others.
  const auto stream = [&](std::string_view purpose) { return Rng::Derive(seed, purpose, id); };

  HiddenPreferences preferences;
  Rng weights = stream("preference-weights");
  for (double& weight : preferences.weights) weight = std::exp(spread.weight * weights.Normal());

  const double expectation = candidate.expected_salary.value_or(0) > 0
                                 ? *candidate.expected_salary
                                 : UsualWage(candidate.seniority);
  Rng wage = stream("preference-wage");
  preferences.reservation_wage = expectation * std::exp(spread.reservation_wage * wage.Normal());

  Rng modes = stream("preference-work-mode");
  preferences.work_mode_utilities =
      DrawModeUtilities(modes, candidate.preferred_work_mode, spread.work_mode);

  Rng distance = stream("preference-distance");
  preferences.distance_tolerance_km =
      spread.distance_median * std::exp(spread.distance * distance.Normal());

  Rng ambition = stream("preference-ambition");
  preferences.ambition = spread.ambition * ambition.Normal();

  Rng taste = stream("preference-taste");
  preferences.taste = DrawNormals(taste);

  Rng sectors = stream("preference-sectors");
  preferences.sector_affinities.resize(sector_count);
  for (double& affinity : preferences.sector_affinities) affinity = sectors.Normal();
  return preferences;
}

TasteVector DrawJobTaste(uint64_t seed, std::string_view job_id) {
  Rng rng = Rng::Derive(seed, "job-taste", HashBytes(job_id));
  return DrawNormals(rng);
}

double UsualWage(Seniority seniority) {
  switch (seniority) {
    case Seniority::kIntern:
      return 38000;
    case Seniority::kJunior:
      return 55000;
    case Seniority::kUnknown:
    case Seniority::kMid:
      return 75000;
    case Seniority::kSenior:
      return 100000;
    case Seniority::kLead:
      return 125000;
    case Seniority::kExecutive:
      return 180000;
  }
  DYNAJOB_CHECK(false, "seniority out of range");
}

}  // namespace dynajob
