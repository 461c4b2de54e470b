// Cosine similarity of paired embedding fields (specification, strategy 1; DESIGN section 4).
//
// For the pairs (p_1:q_1), …, (p_m:q_m) the candidate side is [p_1 | … | p_m] and the job side
// [q_1 | … | q_m]; the reward is their cosine, computed in double, in [-1, 1]. Because only paired
// fields are compared, both sides always have the same length.
#ifndef DYNAJOB_REWARDS_COSINE_REWARD_H_
#define DYNAJOB_REWARDS_COSINE_REWARD_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/rewards/reward_source.h"

namespace dynajob {

struct CosineOptions {
  // "candidate field:job field", in order of concatenation.
  std::vector<std::string> pairs = {"hard:tech", "soft:soft"};

  // Fails unless there is at least one pair and each is two non-empty names around one colon.
  Status Validate() const;
  // Declares "cosine.pairs".
  void Bind(ConfigRegistry& registry);
};

// Immutable after construction; all functions are safe for concurrent use.
class CosineReward final : public RewardSource {
 public:
  // Borrows `catalog`, which must outlive the result. Fails with kInvalidArgument for an unknown
  // field (the message lists the known ones) and for a pair of fields of unequal length (the
  // message gives both names and both lengths).
  static Result<std::unique_ptr<CosineReward>> Create(const Catalog& catalog,
                                                      const CosineOptions& options);

  std::string_view name() const override { return "cosine"; }
  Status Rewards(std::span<const Pair> pairs, std::span<double> rewards) override;

  // The reward of one pair; 0 when either side is the zero vector.
  double Cosine(Pair pair) const;

  // The cosine of each configured pair of fields alone, in order, for explanations.
  std::vector<double> FieldCosines(Pair pair) const;
  // "hard:tech", …, in the same order.
  const std::vector<std::string>& field_pairs() const { return names_; }

  // Where the fields of a pair lie within the catalog's vectors.
  struct FieldPair {
    size_t state_offset;
    size_t action_offset;
    size_t dimension;
  };
  std::span<const FieldPair> fields() const { return fields_; }
  // Euclidean length of the concatenated job side.
  double JobNorm(JobRow job) const { return action_norms_.at(job); }
  const Catalog& catalog() const { return catalog_; }

 private:
  CosineReward(const Catalog& catalog, std::vector<std::string> names,
               std::vector<FieldPair> fields);

  double Norm(std::span<const float> row, bool is_state) const;

  const Catalog& catalog_;
  std::vector<std::string> names_;
  std::vector<FieldPair> fields_;
  std::vector<double> state_norms_;   // of the concatenated candidate side, by row
  std::vector<double> action_norms_;  // of the concatenated job side, by row
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_COSINE_REWARD_H_
