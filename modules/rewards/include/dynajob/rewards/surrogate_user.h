// The surrogate: a rule-based stand-in for an LLM that plays the user, always labelled as such.
//
// An ordered logit (ordered_logit.h) over what a reader of both records could know:
//   u = technical * coverage(technical skills) + soft * coverage(soft skills) + title * overlap
//       - overqualified * max(0, -gap) - underqualified * max(0, gap)
//       + salary * salary_gap - distance * distance + work_mode * work_mode_match + positivity_bias
// with gap, salary_gap, distance and work_mode_match as in core/pair_facts.h. Coverage is the mean
// over the job's phrases of 1 for a phrase the candidate states, else `partial_credit` times the
// share of the phrase's words among the candidate's words ("python" in "python scripting"),
// weighted by rarity. Overlap is the rarity-weighted share of the title's words in bio, résumé and
// category. It knows nothing of the judge's hidden preferences.
#ifndef DYNAJOB_REWARDS_SURROGATE_USER_H_
#define DYNAJOB_REWARDS_SURROGATE_USER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/rewards/ordered_logit.h"
#include "dynajob/rewards/user_simulator.h"

namespace dynajob {

// How the label of a corrupted pair is replaced. In every mode the replacement is as confident as a
// clean label, so that corruption changes what is said and not how firmly.
enum class CorruptionMode {
  kUniform,   // the four probabilities in a random order: the label is uniform
  kFlipped,   // reversed: IGNORE <-> APPLY, CLICK <-> SAVE
  kPermuted,  // those of another pair, drawn at random from the catalog
};

struct SurrogateOptions {
  double technical_weight = 8.0;      // share of the technical skills covered, 0 to 1
  double soft_weight = 1.0;           // share of the soft skills covered, 0 to 1
  double title_weight = 2.0;          // share of the title known from the candidate's texts, 0 to 1
  double partial_credit = 0.5;        // of a phrase of which only words are shared
  double overqualified_weight = 1.0;  // per two levels the job is below the candidate
  double underqualified_weight = 1.4;  // per two levels the job is above the candidate
  double salary_weight = 1.2;          // per unit of log(offered / expected)
  double distance_weight = 0.4;        // per unit of log1p(km / 50)
  double work_mode_weight = 0.5;       // stated preference met (+1) or not (-1)
  double cut_click = -0.1;             // cut-points between the responses, ascending, utility units
  double cut_save = 0.7;
  double cut_apply = 1.9;
  double temperature = 1.0;      // of the logistic noise; > 0
  double positivity_bias = 0.0;  // added to every utility: LLMs that play users like too much
  double corruption = 0.0;       // share of pairs whose label is replaced, 0 to 1
  CorruptionMode corruption_mode = CorruptionMode::kUniform;
  int64_t seed = 1;  // of the corruption only

  // Fails with the key, the value and the limit.
  Status Validate() const;
  // Declares "surrogate.technical_weight", …, under the names of the fields.
  void Bind(ConfigRegistry& registry);
};

// Immutable after construction; all functions are safe for concurrent use. About a microsecond a
// label: texts are turned into sorted word and phrase numbers once.
class SurrogateUser final : public UserSimulator {
 public:
  // Borrows `catalog`, which must outlive the result.
  static Result<std::unique_ptr<SurrogateUser>> Create(const Catalog& catalog,
                                                       const SurrogateOptions& options);
  ~SurrogateUser() override;

  std::string_view kind() const override { return "surrogate"; }
  Status Probabilities(std::span<const Pair> pairs,
                       std::span<ResponseProbabilities> probabilities) override;

  // With corruption, as every arm and seed sees it: corruption is decided per pair by a hash of the
  // two ids and the seed.
  ResponseProbabilities ProbabilitiesOf(Pair pair) const;
  // Before temperature and corruption.
  double Utility(Pair pair) const;
  bool IsCorrupted(Pair pair) const;

 private:
  struct Index;  // the texts as numbers

  SurrogateUser(const Catalog& catalog, const SurrogateOptions& options);

  uint64_t PairHash(Pair pair) const;
  ResponseProbabilities Clean(Pair pair) const;

  const Catalog& catalog_;
  SurrogateOptions options_;
  std::unique_ptr<const Index> index_;
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_SURROGATE_USER_H_
