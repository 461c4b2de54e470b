// libFuzzer entry over logs of other programs; also called by decision_log_test.cc.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dynajob/core/check.h"
#include "dynajob/evaluation/decision_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace dynajob;
  const auto log =
      ParseDecisionLog(std::string_view(reinterpret_cast<const char*>(data), size), {});
  if (!log.ok()) {
    DYNAJOB_CHECK(log.error().code == ErrorCode::kCorruptData, "bytes are data");
    return 0;
  }
  for (const LoggedDecision& decision : log->decisions) {
    DYNAJOB_CHECK(!decision.candidate_id.empty() && !decision.job_id.empty(), "ids are texts");
    DYNAJOB_CHECK(std::isfinite(decision.reward), "a reward is a number");
    DYNAJOB_CHECK(decision.propensity > 0 && decision.propensity <= 1, "a propensity is one");
    DYNAJOB_CHECK(decision.target_probability.has_value() ==
                      log->decisions.front().target_probability.has_value(),
                  "all decisions state the target or none");
  }
  return 0;
}
