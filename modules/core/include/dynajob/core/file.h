// Files that are either the old version or the new one, never half of each.
#ifndef DYNAJOB_CORE_FILE_H_
#define DYNAJOB_CORE_FILE_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"

namespace dynajob {

// Writes a temporary file beside `path`, flushes it to the disk, renames it over `path` and flushes
// the directory. On failure (such as a full disk) the temporary file is removed, `path` is
// untouched and the error is kIo.
Status WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes);

// The whole file; kNotFound when it does not exist, kIo when it cannot be read.
Result<std::string> ReadFile(const std::filesystem::path& path);

// CRC-32 (zlib's polynomial) of `bytes`.
uint32_t Crc32(std::string_view bytes);

}  // namespace dynajob

#endif  // DYNAJOB_CORE_FILE_H_
