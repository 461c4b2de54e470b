// Opens a store by path or address.
#ifndef DYNAJOB_STORES_OPEN_STORE_H_
#define DYNAJOB_STORES_OPEN_STORE_H_

#include <memory>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/stores/mongo_options.h"
#include "dynajob/stores/store.h"

namespace dynajob {

enum class OpenMode {
  kReadOnly,   // must exist; writes fail with kIo
  kReadWrite,  // must exist
  kCreate,     // made when it does not exist, else as kReadWrite
};

// What backends can be told beside the address.
struct StoreOptions {
  MongoOptions mongo;

  Status Validate() const { return mongo.Validate(); }
  void Bind(ConfigRegistry& registry) { mongo.Bind(registry); }  // "mongo.…"
};

// `uri_or_path` is a path, "sqlite:PATH", or "mongodb://…" or "mongodb+srv://…" with the database
// in its path. A whole check of a file runs first, which reads it once. An older schema is migrated
// (kReadOnly: kFailedPrecondition, as migrating writes). A database of MongoDB that others made
// needs no schema; indexes are made when it is opened for writing.
//
// kStoreUnreachable: does not exist or cannot be opened; of a server, the stage that failed (name
// resolution, TCP, TLS, authentication, server selection). kCorruptData: not a database, cut short,
// damaged, or a database of something else. kFailedPrecondition: written by a newer dynajob.
// kInvalidArgument: a bad address, an unknown scheme or bad options. Messages name the path or the
// address, never its credentials.
Result<std::unique_ptr<Store>> OpenStore(std::string_view uri_or_path, OpenMode mode,
                                         const StoreOptions& options = {});

// Whether it is meant as the address of a MongoDB database, well-formed or not.
bool IsMongoAddress(std::string_view uri_or_path);

// The address without credentials and options, for messages; a path as it is. Of an address that is
// not well-formed, parts that may be credentials become "…".
std::string RedactAddress(std::string_view address);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_OPEN_STORE_H_
