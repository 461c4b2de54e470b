// One line of what 'dynajob doctor' found.
#ifndef DYNAJOB_CLI_SRC_FINDING_H_
#define DYNAJOB_CLI_SRC_FINDING_H_

#include <string>

namespace dynajob {

enum class Health { kOk, kWarn, kFail };

struct Finding {
  Health health = Health::kOk;
  std::string what;
  std::string value;
  std::string advice;           // empty when all is well
  std::string definition = {};  // JSON of an index to make
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_FINDING_H_
