// The backends that the conformance suite runs against. Each is defined in the test of its backend.
#ifndef DYNAJOB_STORES_TESTS_STORE_BACKEND_H_
#define DYNAJOB_STORES_TESTS_STORE_BACKEND_H_

#include <memory>

#include "dynajob/stores/store.h"

namespace dynajob {

// One empty place to store things in; removed with the object.
class StoreBackend {
 public:
  virtual ~StoreBackend() = default;
  virtual std::unique_ptr<Store> Connect() = 0;  // never null
};
using StoreBackendFactory = std::unique_ptr<StoreBackend> (*)();

std::unique_ptr<StoreBackend> MakeSqliteBackend();
std::unique_ptr<StoreBackend> MakeMongoBackend();

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_STORE_BACKEND_H_
