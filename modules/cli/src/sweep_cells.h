// The cells of a study with their settings, checked before anything runs.
#ifndef DYNAJOB_CLI_SRC_SWEEP_CELLS_H_
#define DYNAJOB_CLI_SRC_SWEEP_CELLS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dynajob/core/result.h"

#include "settings.h"
#include "study.h"

namespace dynajob {

struct ResolvedCell {
  std::string label;
  std::vector<std::pair<std::string, std::string>> overrides;  // key, value in force as TOML
  std::unique_ptr<Settings> settings;
  size_t group = 0;  // cells of one group meet the same catalog and the same candidate sets
};

// kInvalidArgument, naming the cell and what is wrong: a key that is unknown, that has no influence
// on a comparison or that all cells must share; a value that is not valid; two cells with the same
// settings.
Result<std::vector<ResolvedCell>> ResolveCells(const Settings& base, const Study& study);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_SWEEP_CELLS_H_
