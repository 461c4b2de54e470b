#include "dynajob/rewards/response_rewards.h"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace dynajob {

double ResponseRewards::Of(Response response) const {
  switch (response) {
    case Response::kIgnore:
      return ignore;
    case Response::kClick:
      return click;
    case Response::kSave:
      return save;
    case Response::kApply:
      return apply;
  }
  DYNAJOB_CHECK(false, "response out of range");
}

double ResponseRewards::Expected(const ResponseProbabilities& probabilities) const {
  return probabilities[0] * ignore + probabilities[1] * click + probabilities[2] * save +
         probabilities[3] * apply;
}

Status ResponseRewards::Validate() const {
  const std::array<std::pair<const char*, double>, kResponseCount> named = {
      {{"rewards.ignore", ignore},
       {"rewards.click", click},
       {"rewards.save", save},
       {"rewards.apply", apply}}};
  for (size_t i = 0; i < named.size(); ++i) {
    const auto& [key, value] = named[i];
    if (!std::isfinite(value)) {
      return InvalidArgument(fmt::format("{} is {}: it must be finite", key, value));
    }
    if (i > 0 && value < named[i - 1].second) {
      return InvalidArgument(fmt::format("{} is {}: it must be at least {} = {}", key, value,
                                         named[i - 1].first, named[i - 1].second));
    }
  }
  return Status::Ok();
}

void ResponseRewards::Bind(ConfigRegistry& registry) {
  registry.Add("rewards.ignore", &ignore, "reward of IGNORE");
  registry.Add("rewards.click", &click, "reward of CLICK");
  registry.Add("rewards.save", &save, "reward of SAVE");
  registry.Add("rewards.apply", &apply, "reward of APPLY");
}

}  // namespace dynajob
