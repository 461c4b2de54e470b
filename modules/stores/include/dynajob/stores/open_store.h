// Opens a store by path or URI.
#ifndef DYNAJOB_STORES_OPEN_STORE_H_
#define DYNAJOB_STORES_OPEN_STORE_H_

#include <memory>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/stores/store.h"

namespace dynajob {

enum class OpenMode {
  kReadOnly,   // must exist; writes fail with kIo
  kReadWrite,  // must exist
  kCreate,     // made when it does not exist, else as kReadWrite
};

// `uri_or_path` is a path or "sqlite:PATH". A whole check of the file runs first, which reads it
// once. An older schema is migrated (kReadOnly: kFailedPrecondition, as migrating writes).
//
// kStoreUnreachable: does not exist or cannot be opened. kCorruptData: not a database, cut short,
// damaged, or a database of something else. kFailedPrecondition: written by a newer dynajob.
// kInvalidArgument: an address of a backend that this build does not have ("mongodb://…"), or an
// unknown scheme. Messages name the path, never the credentials of an address.
Result<std::unique_ptr<Store>> OpenStore(std::string_view uri_or_path, OpenMode mode);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_OPEN_STORE_H_
