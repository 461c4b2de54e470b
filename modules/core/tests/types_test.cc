#include "dynajob/core/types.h"

#include <gtest/gtest.h>

namespace dynajob {
namespace {

TEST(Types, NamesReadBackAsTheirValues) {
  for (const Response r : {Response::kIgnore, Response::kClick, Response::kSave, Response::kApply})
    EXPECT_EQ(ParseResponse(ToString(r)), r);
  for (const WorkMode m :
       {WorkMode::kUnknown, WorkMode::kOnsite, WorkMode::kHybrid, WorkMode::kRemote})
    EXPECT_EQ(ParseWorkMode(ToString(m)), m);
  EXPECT_EQ(ParseSeniority("Senior"), Seniority::kSenior);
  EXPECT_EQ(ParseContractType(" full-time "), ContractType::kFullTime);
  EXPECT_EQ(ParseResponse("would not apply"), std::nullopt);
}

TEST(DistanceKm, NewYorkToLosAngeles) {
  const double km = DistanceKm({40.7128, -74.0060}, {34.0522, -118.2437});
  EXPECT_NEAR(km, 3936, 5);
  EXPECT_EQ(DistanceKm({10, 20}, {10, 20}), 0);
}

}  // namespace
}  // namespace dynajob
