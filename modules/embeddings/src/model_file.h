// Errors of files of a model folder, with the file's name in front.
#ifndef DYNAJOB_EMBEDDINGS_SRC_MODEL_FILE_H_
#define DYNAJOB_EMBEDDINGS_SRC_MODEL_FILE_H_

#include <filesystem>

#include <fmt/format.h>

#include "dynajob/core/result.h"

namespace dynajob {

inline Error InFile(const std::filesystem::path& path, const Error& error) {
  return {error.code, fmt::format("{}: {}", path.string(), error.message)};
}

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_MODEL_FILE_H_
