// Entries of a zip archive that is stored, not compressed, as torch.save writes it (PKWARE's .ZIP
// File Format Specification 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
#ifndef DYNAJOB_EMBEDDINGS_SRC_STORED_ZIP_H_
#define DYNAJOB_EMBEDDINGS_SRC_STORED_ZIP_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"

namespace dynajob {

// Contents by name, without the name's first folder; they borrow the archive's bytes.
using StoredZip = std::map<std::string, std::string_view, std::less<>>;

// kCorruptData for what is no such archive, or has a compressed entry; kInvalidArgument for
// archives of 4 GiB and more, whose directory is another one.
Result<StoredZip> ReadStoredZip(std::string_view bytes);

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_STORED_ZIP_H_
