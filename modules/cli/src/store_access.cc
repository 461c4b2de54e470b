#include "store_access.h"

#include <cstdlib>

#include <fmt/format.h>

namespace dynajob {

Result<std::string> StoreAddress(const Session& session) {
  if (!session.flags.store.empty()) return session.flags.store;
  const char* uri = std::getenv("MONGODB_URI");
  if (uri != nullptr && *uri != '\0') return std::string(uri);
  return InvalidArgument("--store is required: a path such as market.db, or mongodb://…");
}

std::string ShownStore(const Session& session) {
  return session.flags.store.empty() ? "$MONGODB_URI" : RedactAddress(session.flags.store);
}

Result<std::unique_ptr<Store>> OpenSessionStore(const Session& session, OpenMode mode) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string address, StoreAddress(session));
  return OpenStore(address, mode, session.settings.store);
}

Result<StoreAndCatalog> LoadSessionCatalog(const Session& session) {
  DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
  DYNAJOB_ASSIGN_OR_RETURN(auto store, OpenSessionStore(session, OpenMode::kReadOnly));
  DYNAJOB_ASSIGN_OR_RETURN(Catalog catalog, store->LoadCatalog(spec));
  return StoreAndCatalog{std::move(store), std::move(catalog)};
}

Status MakeDirectory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return Status::Ok();
  return IoError(
      fmt::format("--out {}: cannot create the directory: {}", path.string(), error.message()));
}

}  // namespace dynajob
