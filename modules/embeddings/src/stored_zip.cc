#include "stored_zip.h"

#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace dynajob {
namespace {

Error Malformed(std::string_view what) {
  return CorruptData(fmt::format("not a valid archive: {}", what));
}

template <typename T>
T At(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

constexpr uint32_t kEntrySignature = 0x02014b50, kLocalSignature = 0x04034b50;
constexpr size_t kEndSize = 22, kEntrySize = 46, kLocalSize = 30;

Result<std::string_view> EntryBytes(std::string_view bytes, size_t local, size_t size) {
  if (local > bytes.size() || bytes.size() - local < kLocalSize ||
      At<uint32_t>(bytes, local) != kLocalSignature)
    return Malformed("an entry of the archive is not where it should be");
  const size_t begin =
      local + kLocalSize + At<uint16_t>(bytes, local + 26) + At<uint16_t>(bytes, local + 28);
  if (begin > bytes.size() || bytes.size() - begin < size)
    return Malformed("an entry of the archive is cut short");
  return bytes.substr(begin, size);
}

}  // namespace

Result<StoredZip> ReadStoredZip(std::string_view bytes) {
  const std::string_view signature("PK\x05\x06", 4);
  const size_t end = bytes.rfind(signature);
  if (end == std::string_view::npos || bytes.size() - end < kEndSize)
    return Malformed("the archive has no end");
  const size_t count = At<uint16_t>(bytes, end + 10);
  size_t at = At<uint32_t>(bytes, end + 16);
  if (count == 0xffff || at == 0xffffffff)
    return InvalidArgument("archives of 4 GiB and more are not supported");
  StoredZip archive;
  for (size_t i = 0; i < count; ++i) {
    if (at > bytes.size() || bytes.size() - at < kEntrySize ||
        At<uint32_t>(bytes, at) != kEntrySignature)
      return Malformed("the archive's directory is damaged");
    const size_t name_size = At<uint16_t>(bytes, at + 28);
    const size_t next =
        at + kEntrySize + name_size + At<uint16_t>(bytes, at + 30) + At<uint16_t>(bytes, at + 32);
    if (next > bytes.size()) return Malformed("the archive's directory is cut short");
    if (At<uint16_t>(bytes, at + 10) != 0) return Malformed("an entry is compressed");
    DYNAJOB_ASSIGN_OR_RETURN(
        const std::string_view content,
        EntryBytes(bytes, At<uint32_t>(bytes, at + 42), At<uint32_t>(bytes, at + 20)));
    const std::string name(bytes.substr(at + kEntrySize, name_size));
    // "<name>/data.pkl": the name is the saver's choice.
    archive[name.substr(name.find('/') + 1)] = content;
    at = next;
  }
  return archive;
}

}  // namespace dynajob
