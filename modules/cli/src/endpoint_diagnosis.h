// What 'dynajob doctor --llm' says about an endpoint.
#ifndef DYNAJOB_CLI_SRC_ENDPOINT_DIAGNOSIS_H_
#define DYNAJOB_CLI_SRC_ENDPOINT_DIAGNOSIS_H_

#include <string>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/llm/capabilities.h"
#include "dynajob/llm/chat_options.h"

#include "finding.h"

namespace dynajob {

struct EndpointDiagnosis {
  bool available = false;
  std::vector<Finding> findings;
};

// Asks the endpoint. An endpoint that does not answer is a finding; kInvalidArgument when none is
// configured.
Result<EndpointDiagnosis> ExamineEndpoint(const ChatOptions& options, const std::string& api_key);

// The findings for what was probed at `address`.
std::vector<Finding> DescribeCapabilities(const Capabilities& found, const std::string& address);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_ENDPOINT_DIAGNOSIS_H_
