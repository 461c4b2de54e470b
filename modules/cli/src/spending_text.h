// What was spent on an endpoint, for people.
#ifndef DYNAJOB_CLI_SRC_SPENDING_TEXT_H_
#define DYNAJOB_CLI_SRC_SPENDING_TEXT_H_

#include <string>

#include "dynajob/llm/budget.h"

namespace dynajob {

// "0.1234 USD", or that it is unknown and why.
std::string CostText(const Spending& spending);
// "1200 + 34 (prompt + answer)".
std::string TokenText(const Spending& spending);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_SPENDING_TEXT_H_
