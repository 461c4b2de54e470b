#include "torch_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/embeddings/minilm.h"

#include "model_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TEST(TorchCheckpoint, ReadsWhatTorchSaveWrote) {
  const auto tensors = ParseTorchCheckpoint(ReadTestData("tiny_checkpoint.bin"));
  ASSERT_TRUE(tensors.ok()) << tensors.error().message;
  const TensorBundle expected = TinyWeights();
  for (const std::string name : {"embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"})
    EXPECT_EQ(tensors->Floats(name).value(), expected.Floats(name).value());
  EXPECT_EQ(tensors->Floats("half").value(), (std::vector<float>{1, -2, 65504}));
  EXPECT_EQ(tensors->Floats("brain").value(), (std::vector<float>{1, -0.5f}));
  EXPECT_EQ(tensors->Shape("brain").value(), (std::vector<size_t>{2, 1}));
  EXPECT_EQ(tensors->Floats("part").value(), (std::vector<float>{3, 4, 5, 6, 7, 8}))
      << "a view into the middle of a storage";
  EXPECT_FALSE(tensors->Has("numbers")) << "integers are no weights";
}

TEST(TorchCheckpoint, RefusesPicklesThatNameAnythingElse) {
  std::string bytes = ReadTestData("tiny_checkpoint.bin");
  const std::string name = "torch._utils\n_rebuild_tensor_v2";
  const size_t at = bytes.find(name);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, name.size(), "os.path.abcd\nsystem_system_syst");
  const auto refused = ParseTorchCheckpoint(bytes);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.error().message, HasSubstr("names 'os.path.abcd.system_system_syst'"));
}

TEST(TorchCheckpoint, RefusesEveryTruncationAndTheOldFormat) {
  const std::string bytes = ReadTestData("tiny_checkpoint.bin");
  for (size_t size = 0; size < bytes.size(); size += 7)
    EXPECT_FALSE(ParseTorchCheckpoint(std::string_view(bytes).substr(0, size)).ok()) << size;
  EXPECT_THAT(ParseTorchCheckpoint(std::string("\x80\x02\x8a\x0a", 4)).error().message,
              HasSubstr("before 1.6"));
}

}  // namespace
}  // namespace dynajob
