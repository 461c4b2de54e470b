// The seeds of cells that are done, on disk: a sweep that was stopped finds them again. A file is
// named by a digest of all that it depends on, so that a cell of other settings, another catalog or
// another version is never taken over.
#ifndef DYNAJOB_CLI_SRC_CELL_STORE_H_
#define DYNAJOB_CLI_SRC_CELL_STORE_H_

#include <filesystem>
#include <optional>
#include <string>

#include "dynajob/core/result.h"
#include "dynajob/evaluation/arm_scores.h"

namespace dynajob {

// Safe for concurrent use with different identities.
class CellStore {
 public:
  explicit CellStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Creates the directory.
  Status Open() const;

  // nullopt: not done yet. kCorruptData when the file is damaged.
  Result<std::optional<ExperimentScores>> Find(const std::string& identity) const;
  // Whole or not at all.
  Status Put(const std::string& identity, const ExperimentScores& scores) const;

 private:
  std::filesystem::path PathOf(const std::string& identity) const;

  std::filesystem::path directory_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_CELL_STORE_H_
