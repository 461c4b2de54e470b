// A sweep as text, made from sweep.json alone.
#ifndef DYNAJOB_CLI_SRC_SWEEP_TABLE_H_
#define DYNAJOB_CLI_SRC_SWEEP_TABLE_H_

#include <string>
#include <string_view>

#include "dynajob/core/result.h"

namespace dynajob {

// Per protocol: every arm by cell, the arms of a cell against each other, cells against each other.
// At most kTableWidth columns. kCorruptData when it is not of the schema, or a part is missing.
Result<std::string> SweepText(std::string_view sweep_json);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_SWEEP_TABLE_H_
