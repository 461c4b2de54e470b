// The judge: the held-out simulated user that all arms are evaluated with (DESIGN section 5).
//
// An ordered-logit choice model (McCullagh 1980; Train, Discrete Choice Methods with Simulation,
// chapter 7) over interpretable features with the hidden preferences of preferences.h:
//   u = w_k skills (coverage - 1/2) + w_s sector similarity - w_l seniority gap^2
//       + w_p salary(log(offer / reservation wage)) + w_m mode utility - w_d min(km / tolerance, 3)
//       + affinity (hidden sector affinities . job's sectors) + taste (taste . job's latent vector)
// where w_* is the option's weight times the person's own, and coverage weighs technical skills 85
// % and soft skills 15 %. A feature that is unknown on either side is left out; of a posting that
// lists one kind of skills only, that kind is the whole coverage. Cut-points are calibrated at
// construction so that the mean response shares over a seeded sample of pairs are `target_shares`.
// Expected rewards are in closed form, so oracle and regret are exact.
#ifndef DYNAJOB_EVALUATION_JUDGE_H_
#define DYNAJOB_EVALUATION_JUDGE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/config.h"
#include "dynajob/core/matrix.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/evaluation/preferences.h"
#include "dynajob/rewards/ordered_logit.h"
#include "dynajob/rewards/response_rewards.h"

namespace dynajob {

struct JudgeOptions {
  double skill_weight = 5.5;       // from no skill covered to all
  double sector_weight = 1.5;      // sector similarity from 0 to 1
  double seniority_weight = 0.25;  // per squared level away from the wanted one
  double salary_weight = 0.8;      // per unit of log(offer / reservation wage); twice below it
  double work_mode_weight = 0.5;   // per unit of mode utility
  double distance_weight = 0.3;    // per tolerance of distance
  double affinity_weight = 0.5;    // sd of the utility from hidden sector affinity
  double taste_weight = 0.5;       // sd of the utility from latent taste
  PreferenceSpread spread;
  ResponseProbabilities target_shares = {0.60, 0.15, 0.13, 0.12};  // by Response, sum 1
  int64_t calibration_pairs = 20000;                               // sampled at construction

  // Fails with the key, the value and the limit.
  Status Validate() const;
  // Declares "judge.skill_weight", …, "judge.ignore_share", …
  void Bind(ConfigRegistry& registry);
};

// Immutable after construction; safe for concurrent use. Copies the facts it needs and refers to
// rows of the catalog it was made for, which need not outlive it.
class Judge {
 public:
  // Fails with kInvalidArgument for options out of range and with kFailedPrecondition for a catalog
  // without candidates or jobs.
  static Result<Judge> Create(const Catalog& catalog, const JudgeOptions& options,
                              const ResponseRewards& rewards, uint64_t seed);

  ResponseProbabilities Probabilities(Pair pair) const;
  // Closed form: sum over responses of P(response) * reward.
  double ExpectedReward(Pair pair) const;

  // Common random numbers: the uniform behind the response comes from (noise_seed, candidate id,
  // job id) only, so all arms meet the same response for the same pair.
  Response Respond(Pair pair, uint64_t noise_seed) const;

  double Utility(Pair pair) const;

  // Mean probabilities over the calibration sample: what calibration achieved.
  const ResponseProbabilities& shares() const { return shares_; }
  const CutPoints& cut_points() const { return cut_points_; }
  const ResponseRewards& rewards() const { return rewards_; }
  const HiddenPreferences& preferences(CandidateRow row) const {
    return candidates_.at(row).preferences;
  }

 private:
  struct Place {  // unit vector of a position; `known` false when there is none
    std::array<double, 3> direction{};
    bool known = false;
  };
  struct CandidateFacts {
    HiddenPreferences preferences;
    std::vector<uint32_t> skills;  // ascending numbers of hard and soft phrases
    Seniority seniority = Seniority::kUnknown;
    double log_reservation_wage = 0;
    Place place;
    uint64_t id_hash = 0;
  };
  struct JobFacts {
    std::vector<uint32_t> technical_skills;  // ascending
    std::vector<uint32_t> soft_skills;       // ascending
    Seniority seniority = Seniority::kUnknown;
    WorkMode work_mode = WorkMode::kUnknown;
    double log_salary = 0;  // of the middle of the range; meaningful when `salary_known`
    bool salary_known = false;
    Place place;
    TasteVector taste{};
    uint64_t id_hash = 0;
  };

  Judge(const JudgeOptions& options, const ResponseRewards& rewards, uint64_t seed);

  static Place PlaceOf(const std::optional<GeoPoint>& position);
  void ReadCatalog(const Catalog& catalog);
  Status Calibrate();

  double SkillTerm(const CandidateFacts& person, const JobFacts& job) const;
  double FactTerms(const CandidateFacts& person, const JobFacts& job) const;

  JudgeOptions options_;
  ResponseRewards rewards_;
  uint64_t seed_;
  std::vector<CandidateFacts> candidates_;
  std::vector<JobFacts> jobs_;
  Matrix candidate_sectors_;  // unit-length sector profiles, zero when unknown
  Matrix job_sectors_;
  CutPoints cut_points_{};
  ResponseProbabilities shares_{};
};

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_JUDGE_H_
