#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/open_store.h"

#include "mongo_test_support.h"
#include "store_backend.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

class MongoBackend : public StoreBackend {
 public:
  std::unique_ptr<Store> Connect() override { return database_.Open(); }

 private:
  MongoTestDatabase database_;
};

}  // namespace

std::unique_ptr<StoreBackend> MakeMongoBackend() { return std::make_unique<MongoBackend>(); }

}  // namespace dynajob
