// The trainings and comparisons that a server can show: those of its store, and the one in whose
// directory its model lies (what `demo` leaves).
//
// Functions without shared state; results are those of the files at the moment of the call.
#ifndef DYNAJOB_SERVE_SRC_RUN_ARCHIVE_H_
#define DYNAJOB_SERVE_SRC_RUN_ARCHIVE_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/evaluation/run_files.h"
#include "dynajob/stores/records.h"

namespace dynajob {

struct ArchivedRun {
  std::string id;
  std::string kind;  // "compare", "sweep", …
  int64_t created_ms = 0;
  bool on_disk = false;  // else in the store
  RunFiles files;
};

// All of them, by age. The run of the directory goes by its name; where the store has one of that
// name, it is that one, published. A directory that does not exist or holds no run adds nothing.
Result<std::vector<ArchivedRun>> ArchivedRuns(std::span<const RunRecord> stored,
                                              const std::filesystem::path& directory);

// What may be said of a run, from the intervals only.
struct RunVerdicts {
  struct OfProtocol {
    std::string protocol;
    std::string winner;  // one sentence
  };
  std::vector<OfProtocol> protocols;  // empty for runs without results of a comparison
  std::string llm_kind;               // who labelled, such as "surrogate"; empty when unknown
};
RunVerdicts VerdictsOf(const ArchivedRun& run);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_RUN_ARCHIVE_H_
