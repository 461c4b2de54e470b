// The store that a command works on.
#ifndef DYNAJOB_CLI_SRC_STORE_ACCESS_H_
#define DYNAJOB_CLI_SRC_STORE_ACCESS_H_

#include <memory>
#include <string>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/stores/open_store.h"

#include "command.h"

namespace dynajob {

// --store, else MONGODB_URI; kInvalidArgument when there is neither.
Result<std::string> StoreAddress(const Session& session);

// --store as it may be shown and pasted: without credentials.
std::string ShownStore(const Session& session);

Result<std::unique_ptr<Store>> OpenSessionStore(const Session& session, OpenMode mode);

// A store opened for reading, and its catalog of the configured fields.
struct StoreAndCatalog {
  std::unique_ptr<Store> store;
  Catalog catalog;
};
Result<StoreAndCatalog> LoadSessionCatalog(const Session& session);

// Creates a directory and those above it; kIo naming it.
Status MakeDirectory(const std::filesystem::path& path);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_STORE_ACCESS_H_
