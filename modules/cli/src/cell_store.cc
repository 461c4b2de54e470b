#include "cell_store.h"

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/llm/digest.h"

#include "store_access.h"

namespace dynajob {

Status CellStore::Open() const { return MakeDirectory(directory_); }

std::filesystem::path CellStore::PathOf(const std::string& identity) const {
  constexpr size_t kDigits = 32;
  return directory_ / (Sha256Hex(identity).substr(0, kDigits) + ".json");
}

Result<std::optional<ExperimentScores>> CellStore::Find(const std::string& identity) const {
  const std::filesystem::path path = PathOf(identity);
  const Result<std::string> text = ReadFile(path);
  if (!text.ok()) {
    if (text.error().code == ErrorCode::kNotFound) return std::optional<ExperimentScores>();
    return text.error();
  }
  Result<ExperimentScores> scores = ParseScores(*text);
  if (!scores.ok())
    return CorruptData(fmt::format("{}: {}; remove the file to run this part again", path.string(),
                                   scores.error().message));
  return std::optional(*std::move(scores));
}

Status CellStore::Put(const std::string& identity, const ExperimentScores& scores) const {
  return WriteFileAtomically(PathOf(identity), ScoresText(scores));
}

}  // namespace dynajob
