#include "dynajob/core/half.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/tensor_bundle.h"

namespace dynajob {
namespace {

TEST(WidenHalvesTest, GivesTheNumberOfEveryHalfAtEveryPlaceOfAVector) {
  std::vector<uint16_t> all(65536);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  // As the reader of safetensors has them.
  const std::vector<float> wanted = WidenFloats(
      {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(uint16_t)}, "F16");
  for (const size_t skipped : {0, 1, 5, 65530}) {
    const auto part = std::span<const uint16_t>(all).subspan(skipped);
    std::vector<float> widened(part.size());
    WidenHalves(part, widened);
    for (size_t i = 0; i < part.size(); ++i) {
      if (std::isnan(wanted[skipped + i])) {
        EXPECT_TRUE(std::isnan(widened[i]));
      } else {
        ASSERT_EQ(std::bit_cast<uint32_t>(widened[i]), std::bit_cast<uint32_t>(wanted[skipped + i]))
            << skipped + i;
      }
    }
  }
}

}  // namespace
}  // namespace dynajob
