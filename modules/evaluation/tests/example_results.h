// Small results.json texts for tests of what is made from them.
#ifndef DYNAJOB_EVALUATION_TESTS_EXAMPLE_RESULTS_H_
#define DYNAJOB_EVALUATION_TESTS_EXAMPLE_RESULTS_H_

#include <string>

namespace dynajob {

inline std::string ArmJson(const std::string& name, const std::string& kind, double reward) {
  const std::string r = std::to_string(reward);
  const std::string estimate = R"({"iqm":)" + r + R"(,"low":)" + std::to_string(reward - 0.1) +
                               R"(,"high":)" + std::to_string(reward + 0.1) + "}";
  return R"({"name":")" + name + R"(","kind":")" + kind + R"(","metrics":{"jumpstart":)" +
         estimate + R"(,"cumulative_reward":)" + estimate + R"(,"asymptote":)" + estimate +
         R"(,"steps_to_threshold":{"median":null,"reached":0.25},"asymptote_share_of_oracle":0.5},)"
         R"("curve":{"step":[1,2],"iqm":[0.1,)" +
         r + R"(],"low":[0,0.1],"high":[0.2,0.9]},)" +
         R"("cost":{"llm_calls":7,"env_steps":11,"updates":13}})";
}

inline std::string ComparisonJson(const std::string& a, const std::string& b, double low,
                                  double high) {
  return R"({"a":")" + a + R"(","b":")" + b +
         R"(","metric":"cumulative_reward","difference":{"iqm":)" +
         std::to_string((low + high) / 2) + R"(,"low":)" + std::to_string(low) + R"(,"high":)" +
         std::to_string(high) +
         R"(},"probability_of_improvement":{"value":0.7,"low":0.6,"high":0.8}})";
}

inline std::string ResultsWith(const std::string& arms, const std::string& comparisons) {
  return R"({"schema":"dynajob.results/1","seeds":[1,2],"llm":{"kind":"surrogate"},
    "judge":{"kind":"simulated","response_shares":{"IGNORE":0.6,"APPLY":0.12},
    "rank_correlation":{"surrogate":0.71,"cosine":0.42}},
    "protocols":[{"name":"new-user","steps":2,"candidates":3,"arms":[)" +
         arms + R"(],"comparisons":[)" + comparisons + "]}]}";
}

inline std::string TwoArms(double low, double high) {
  return ResultsWith(ArmJson("baseline", "learner", 0.3) + "," + ArmJson("hybrid", "learner", 0.8),
                     ComparisonJson("hybrid", "baseline", low, high));
}

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_TESTS_EXAMPLE_RESULTS_H_
