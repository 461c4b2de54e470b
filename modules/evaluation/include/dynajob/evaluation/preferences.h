// What a simulated person wants and no record says. Only the judge reads it: nothing of it is in a
// text, an embedding or the surrogate, so that no warm start can know it and every learner can find
// some of it out online.
#ifndef DYNAJOB_EVALUATION_PREFERENCES_H_
#define DYNAJOB_EVALUATION_PREFERENCES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "dynajob/core/types.h"

namespace dynajob {

// What the utility of a job is made of, and what people weigh differently.
enum class PreferenceFeature { kSkills, kSector, kSeniority, kSalary, kWorkMode, kDistance };
inline constexpr size_t kPreferenceFeatureCount = 6;

inline constexpr size_t kTasteDimension = 4;
using TasteVector = std::array<double, kTasteDimension>;

// How far people differ; part of JudgeOptions.
struct PreferenceSpread {
  double weight = 0.3;             // sd of the log of a person's weight per feature
  double reservation_wage = 0.15;  // sd of log(reservation wage / expectation)
  double distance = 0.4;           // sd of log(distance tolerance / median)
  double distance_median = 40;     // median distance tolerance, km
  double work_mode = 0.5;          // sd of the utility of each work mode around the stated one
  double ambition = 0.5;           // sd of the wanted step up, in seniority levels
};

struct HiddenPreferences {
  std::array<double, kPreferenceFeatureCount>
      weights{};                                // by PreferenceFeature; median 1, positive
  double reservation_wage = 0;                  // yearly, US dollars
  std::array<double, 4> work_mode_utilities{};  // by WorkMode; 0 for kUnknown
  double distance_tolerance_km = 0;             // positive
  double ambition = 0;                          // wanted job level minus own level
  TasteVector taste{};                          // independent standard normal
  std::vector<double> sector_affinities;        // one per sector, standard normal
};

// The preferences of one person, a pure function of the seed, the candidate's id and what the
// candidate states: the reservation wage is log-normal around the stated expectation (around the
// usual wage of the seniority when none is stated), and the mode stated as preferred is worth about
// 1 more than the others.
HiddenPreferences DrawPreferences(uint64_t seed, const Candidate& candidate, size_t sector_count,
                                  const PreferenceSpread& spread);

// The latent side of a job that `taste` is matched with: standard normal, from seed and job id
// only.
TasteVector DrawJobTaste(uint64_t seed, std::string_view job_id);

// Yearly US dollars a person of this level usually expects; that of kMid when unknown.
double UsualWage(Seniority seniority);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_PREFERENCES_H_
