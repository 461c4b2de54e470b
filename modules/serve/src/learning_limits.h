// How much one person and one key can teach in a day, so that nobody can steer the policy alone.
#ifndef DYNAJOB_SERVE_SRC_LEARNING_LIMITS_H_
#define DYNAJOB_SERVE_SRC_LEARNING_LIMITS_H_

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dynajob/serve/learning_options.h"

namespace dynajob {

// Counts by hashes, so that neither keys nor people are named. One thread at a time.
class LearningLimits {
 public:
  explicit LearningLimits(const LearningOptions& options) : options_(options) {}

  // Whether a response that came at `now_ms` may be learned, and counts it when it may. `key`
  // names the API key, 0 where there are none or it is not known any more. `positive`: above
  // "ignore".
  bool Admit(uint32_t key, std::string_view candidate_id, std::string_view job_id, bool positive,
             int64_t now_ms);

  // The counts of the day, and back.
  std::vector<uint64_t> Save() const;
  void Load(const std::vector<uint64_t>& words);

 private:
  LearningOptions options_;
  int64_t day_ = 0;
  std::unordered_map<uint64_t, int64_t> counts_;  // by person, key, or key and job
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_LEARNING_LIMITS_H_
