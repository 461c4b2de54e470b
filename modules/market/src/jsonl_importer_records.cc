// The files beside a store that say what was not imported, and why.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/text.h"
#include "dynajob/market/jsonl_importer.h"

namespace dynajob {
namespace {

// One JSON object a line. Created by the first, shared by the copies of a writer.
class RecordFile {
 public:
  RecordFile(std::string what, std::filesystem::path path)
      : what_(std::move(what)), path_(std::move(path)) {}
  ~RecordFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  Status Write(const nlohmann::ordered_json& json) {
    if (file_ == nullptr) file_ = std::fopen(path_.c_str(), "wb");
    if (file_ == nullptr) return Failure("be created");
    const std::string text = json.dump() + "\n";
    // Flushed row by row: the file must be complete even when the import fails later.
    const bool written =
        std::fwrite(text.data(), 1, text.size(), file_) == text.size() && std::fflush(file_) == 0;
    return written ? Status::Ok() : Failure("be written");
  }

 private:
  Status Failure(std::string_view failed) const {
    return IoError(fmt::format("{} file '{}' cannot {}: {}", what_, path_.string(), failed,
                               std::strerror(errno)));
  }

  std::string what_;
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
};

}  // namespace

QuarantineWriter JsonlQuarantineWriter(std::filesystem::path path) {
  auto file = std::make_shared<RecordFile>("quarantine", std::move(path));
  return [file](const QuarantinedRow& row) {
    return file->Write({{"file", SanitizeUtf8(row.file)},
                        {"line", row.line},
                        {"reason", SanitizeUtf8(row.reason)},
                        {"detail", SanitizeUtf8(row.detail)},
                        {"raw", SanitizeUtf8(row.raw)}});
  };
}

std::function<Status(const DuplicatePosting&)> JsonlDuplicateWriter(std::filesystem::path path) {
  auto file = std::make_shared<RecordFile>("duplicates", std::move(path));
  return [file](const DuplicatePosting& row) {
    return file->Write({{"file", SanitizeUtf8(row.file)},
                        {"line", row.line},
                        {"id", SanitizeUtf8(row.id)},
                        {"duplicate_of", SanitizeUtf8(row.duplicate_of)},
                        {"imported", row.imported}});
  };
}

}  // namespace dynajob
