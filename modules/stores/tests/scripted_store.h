// Stores on the scripted server.
#ifndef DYNAJOB_STORES_TESTS_SCRIPTED_STORE_H_
#define DYNAJOB_STORES_TESTS_SCRIPTED_STORE_H_

#include <memory>
#include <stdexcept>
#include <string>

#include "dynajob/stores/open_store.h"

#include "scripted_mongodb.h"

namespace dynajob {

// A script with what opening a store for reading asks, and `commands` beside it.
inline std::string Script(const std::string& commands) {
  return R"({"replica_set": true, "commands": {
      "listCollections": {"documents": [{"name": "all_jobs", "type": "collection"}]},
      "find:meta": {"documents": []},)" +
         commands + "}}";
}

inline std::unique_ptr<Store> OpenScripted(const ScriptedMongodb& server) {
  auto store = OpenStore(server.uri() + "/market", OpenMode::kReadOnly);
  if (!store.ok()) throw std::runtime_error(store.error().message);
  return std::move(store).value();
}

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_SCRIPTED_STORE_H_
