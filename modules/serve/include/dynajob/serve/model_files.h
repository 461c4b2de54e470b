// Models that are kept in stores, as directories that Model::Load reads.
#ifndef DYNAJOB_SERVE_MODEL_FILES_H_
#define DYNAJOB_SERVE_MODEL_FILES_H_

#include <filesystem>
#include <memory>

#include "dynajob/core/result.h"
#include "dynajob/stores/records.h"

namespace dynajob {

// A temporary directory with the files of one model, removed with the object.
class ModelDirectory {
 public:
  static Result<std::unique_ptr<ModelDirectory>> Write(const ModelRecord& model);
  ModelDirectory(const ModelDirectory&) = delete;
  ModelDirectory& operator=(const ModelDirectory&) = delete;
  ~ModelDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ModelDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_MODEL_FILES_H_
