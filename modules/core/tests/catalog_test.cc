#include "dynajob/core/catalog.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;

Catalog::Data TwoByTwo() {
  Catalog::Data data;
  data.candidates.resize(2);
  data.candidates[0].id = "anna";
  data.candidates[1].id = "bo";
  data.jobs.resize(2);
  data.jobs[0].id = "cook";
  data.jobs[1].id = "clerk";
  data.state_fields = {{"hard", 0, 2}, {"soft", 2, 1}};
  data.action_fields = {{"title", 0, 2}};
  data.states = Matrix(2, 3);
  data.actions = Matrix(2, 2);
  return data;
}

TEST(Catalog, FindsRowsById) {
  const auto catalog = Catalog::Create(TwoByTwo());
  ASSERT_TRUE(catalog.ok()) << catalog.error().message;
  EXPECT_EQ(catalog->FindCandidate("bo"), 1u);
  EXPECT_EQ(catalog->FindJob("cook"), 0u);
  EXPECT_EQ(catalog->FindJob("pilot"), std::nullopt);
  EXPECT_EQ(catalog->state_dim(), 3u);
}

TEST(Catalog, RefusesWhatIsNotFiniteAndNamesIt) {
  Catalog::Data data = TwoByTwo();
  data.states.Row(1)[2] = std::numeric_limits<float>::quiet_NaN();
  const auto catalog = Catalog::Create(std::move(data));
  ASSERT_FALSE(catalog.ok());
  EXPECT_THAT(catalog.error().message, HasSubstr("'bo'"));
  EXPECT_THAT(catalog.error().message, HasSubstr("'soft'"));
  EXPECT_THAT(catalog.error().message, HasSubstr("position 0"));
}

TEST(Catalog, RefusesRepeatedIdsAndWrongSizes) {
  Catalog::Data repeated = TwoByTwo();
  repeated.jobs[1].id = "cook";
  EXPECT_FALSE(Catalog::Create(std::move(repeated)).ok());
  Catalog::Data short_matrix = TwoByTwo();
  short_matrix.actions = Matrix(1, 2);
  EXPECT_FALSE(Catalog::Create(std::move(short_matrix)).ok());
  Catalog::Data gap = TwoByTwo();
  gap.state_fields[1].offset = 1;
  EXPECT_FALSE(Catalog::Create(std::move(gap)).ok());
}

}  // namespace
}  // namespace dynajob
