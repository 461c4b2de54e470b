#include "dynajob/serve/model_files.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "dynajob/core/file.h"

namespace dynajob {

Result<std::unique_ptr<ModelDirectory>> ModelDirectory::Write(const ModelRecord& model) {
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  if (error)
    return IoError(fmt::format("TMPDIR: no directory for temporary files: {}", error.message()));
  std::string pattern = (temporary / "dynajob-model-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    return IoError(fmt::format("{}: cannot make a temporary directory", pattern));
  std::unique_ptr<ModelDirectory> directory(new ModelDirectory(pattern));
  for (const ModelFile& file : model.files)
    DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory->path() / file.name, file.bytes));
  return directory;
}

ModelDirectory::~ModelDirectory() {
  std::error_code ignored;  // left-over files of a temporary directory are no failure
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace dynajob
