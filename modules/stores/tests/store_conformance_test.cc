#include "store_conformance.h"

namespace dynajob {
namespace {

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, ::testing::Values(&MakeSqliteBackend));
INSTANTIATE_TEST_SUITE_P(Mongo, StoreConformance, ::testing::Values(&MakeMongoBackend));

}  // namespace
}  // namespace dynajob
