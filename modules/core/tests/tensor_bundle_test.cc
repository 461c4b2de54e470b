#include "dynajob/core/tensor_bundle.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"
#include "dynajob/testing/mutations.h"
#include "dynajob/testing/temporary_directory.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TensorBundle Sample() {
  TensorBundle bundle;
  bundle.Put("layer.weight", std::vector<float>{1, -2, 3.5f, 0, -0.0f, 1e-30f}, {2, 3});
  bundle.Put("empty", std::vector<float>{}, {0});
  bundle.Put("scalar", std::vector<float>{42}, {});
  bundle.Put("words", std::vector<uint32_t>{0, 1, 0xffffffffu});
  bundle.Put("long", std::vector<uint64_t>{~uint64_t{0}, 5});
  bundle.metadata() = {{"format", "pt"}, {"k\"ey", "v\nalue \xc3\xa9"}};
  return bundle;
}

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::string WithHeader(const std::string& header, const std::string& data = "") {
  std::string bytes(8, '\0');
  const uint64_t length = header.size();
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((length >> (8 * i)) & 0xff);
  return bytes + header + data;
}

TEST(TensorBundle, RoundTripKeepsEveryBit) {
  TensorBundle bundle = Sample();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  bundle.Put("odd", std::vector<float>{nan, std::numeric_limits<float>::infinity()}, {2});
  const std::string bytes = bundle.Serialize();
  EXPECT_EQ(bytes.size() % 4, 0u);
  const auto parsed = TensorBundle::Parse(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->size(), 6u);
  EXPECT_EQ(parsed->metadata(), bundle.metadata());
  EXPECT_TRUE(SameBits(*parsed->Floats("layer.weight"), *bundle.Floats("layer.weight")));
  EXPECT_TRUE(std::signbit((*parsed->Floats("layer.weight"))[4]));
  EXPECT_TRUE(SameBits(*parsed->Floats("odd"), *bundle.Floats("odd")));
  EXPECT_EQ(*parsed->Words("words"), (std::vector<uint32_t>{0, 1, 0xffffffffu}));
  EXPECT_EQ(*parsed->LongWords("long"), (std::vector<uint64_t>{~uint64_t{0}, 5}));
  EXPECT_TRUE(parsed->Floats("empty")->empty());
  EXPECT_EQ(parsed->Floats("scalar")->size(), 1u);
  EXPECT_EQ(parsed->Serialize(), bytes);
}

TEST(TensorBundle, NothingAtAllRoundTrips) {
  const auto parsed = TensorBundle::Parse(TensorBundle().Serialize());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->size(), 0u);
}

TEST(TensorBundle, MissingOrMistypedTensorsAreNamed) {
  const TensorBundle bundle = Sample();
  EXPECT_EQ(bundle.Floats("nothing").error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(bundle.Floats("nothing").error().message, HasSubstr("'nothing'"));
  EXPECT_THAT(bundle.Floats("words").error().message, HasSubstr("U32, expected F32"));
  EXPECT_FALSE(bundle.Words("long").ok());
  EXPECT_TRUE(bundle.Has("long"));
  EXPECT_FALSE(bundle.Has("nothing"));
}

TEST(TensorBundle, HalfPrecisionIsRoundedToTheNearestTiesToEven) {
  const std::vector<float> values = {1.0f,
                                     -2.0f,
                                     1.0f + 0x1p-11f,      // halfway: down to even
                                     1.0f + 3 * 0x1p-11f,  // halfway: up to even
                                     0x1p-24f,
                                     0x1p-25f,  // halfway between zero and the smallest
                                     0x1.8p-24f,
                                     65519.0f,
                                     65520.0f,
                                     -std::numeric_limits<float>::infinity()};
  EXPECT_EQ(WidenFloats(NarrowFloats(values), "F16"),
            (std::vector<float>{1.0f, -2.0f, 1.0f, 1.0f + 0x1p-9f, 0x1p-24f, 0.0f, 0x1p-23f,
                                65504.0f, std::numeric_limits<float>::infinity(),
                                -std::numeric_limits<float>::infinity()}));
  const std::vector<float> nan = {std::numeric_limits<float>::quiet_NaN()};
  EXPECT_TRUE(std::isnan(WidenFloats(NarrowFloats(nan), "F16")[0]));
}

TEST(TensorBundle, EveryHalfPrecisionNumberSurvivesNarrowing) {
  std::string all;
  for (uint32_t half = 0; half < 0x10000u; ++half) {
    if ((half & 0x7fffu) > 0x7c00u) continue;  // not a number
    all.push_back(static_cast<char>(half & 0xff));
    all.push_back(static_cast<char>(half >> 8));
  }
  EXPECT_EQ(NarrowFloats(WidenFloats(all, "F16")), all);
  TensorBundle bundle;
  bundle.PutHalf("half", WidenFloats(all, "F16"), {all.size() / 2});
  EXPECT_EQ(TensorBundle::Parse(bundle.Serialize())->Floats("half").value(),
            WidenFloats(all, "F16"));
}

TEST(TensorBundle, HalfPrecisionIsWidenedExactly) {
  // 1, -2, 0.333251953125, the smallest subnormal, the largest value, infinity; bfloat16 1 and
  // -0.5.
  const std::string data("\x00\x3c\x00\xc0\x55\x35\x01\x00\xff\x7b\x00\x7c\x80\x3f\x00\xbf", 16);
  const auto parsed = TensorBundle::Parse(
      WithHeader(R"({"half":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},)"
                 R"("brain":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]}})",
                 data));
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->Floats("half").value(),
            (std::vector<float>{1.0f, -2.0f, 0.333251953125f, 0x1p-24f, 65504.0f,
                                std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(parsed->Floats("brain").value(), (std::vector<float>{1.0f, -0.5f}));
  EXPECT_EQ(parsed->Shape("half").value(), (std::vector<size_t>{2, 3}));
  EXPECT_EQ(parsed->Shape("none").error().code, ErrorCode::kCorruptData);
  EXPECT_FALSE(parsed->Words("half").ok());
  EXPECT_EQ(TensorBundle::Parse(parsed->Serialize())->Floats("brain").value(),
            parsed->Floats("brain").value());
}

TEST(TensorBundle, APutReplacesAndAWrongShapeIsABug) {
  TensorBundle bundle = Sample();
  bundle.Put("words", std::vector<float>{1}, {1});
  EXPECT_EQ(bundle.size(), 5u);
  EXPECT_TRUE(bundle.Floats("words").ok());
  EXPECT_THROW(bundle.Put("x", std::vector<float>{1, 2, 3}, {2, 2}), InvariantViolation);
}

TEST(TensorBundle, EveryTruncationIsRefused) {
  const std::string bytes = Sample().Serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto parsed = TensorBundle::Parse(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(parsed.ok()) << size;
    ASSERT_EQ(parsed.error().code, ErrorCode::kCorruptData);
  }
  EXPECT_FALSE(TensorBundle::Parse(bytes + '\0').ok()) << "nor may it be longer";
}

TEST(TensorBundle, MalformedHeadersAreRefusedWithTheReason) {
  const auto reason = [](const std::string& header, const std::string& data = "") {
    const auto parsed = TensorBundle::Parse(WithHeader(header, data));
    EXPECT_FALSE(parsed.ok()) << header;
    return parsed.ok() ? std::string() : parsed.error().message;
  };
  const std::string data(8, 'x');
  EXPECT_THAT(reason("[1]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(reason("{"), HasSubstr("not a JSON object"));
  EXPECT_THAT(reason(R"({"a":1})"), HasSubstr("'a' lacks"));
  EXPECT_THAT(reason(R"({"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}})", data),
              HasSubstr("type C64"));
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", data),
              HasSubstr("natural number"));
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", data),
              HasSubstr("natural number"));
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", data),
              HasSubstr("do not fit its shape"));
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", data),
              HasSubstr("do not fit its shape"));
  // Sizes that overflow.
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],)"
                     R"("data_offsets":[0,0]}})"),
              HasSubstr("do not fit its shape"));
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[18446744073709551615],)"
                     R"("data_offsets":[0,18446744073709551612]}})"),
              HasSubstr("do not fit its shape"));
  // A hole, an overlap, data that is too short and too long.
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", data),
              HasSubstr("expected to start at 0"));
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                     R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                     data),
              HasSubstr("expected to start at 8"));
  EXPECT_FALSE(reason(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", data).empty());
  EXPECT_THAT(reason(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", data),
              HasSubstr("8 bytes of data, 4 described"));
  EXPECT_THAT(reason(R"({"__metadata__":{"a":1}})"), HasSubstr("no text"));
  EXPECT_THAT(reason(R"({"__metadata__":[]})"), HasSubstr("not an object"));
  // A header length beyond the file, and beyond any sense.
  std::string huge = Sample().Serialize();
  huge[7] = '\x7f';
  EXPECT_FALSE(TensorBundle::Parse(huge).ok());
}

TEST(TensorBundle, DeepNestingIsRefusedWithoutExhaustingTheStack) {
  const std::string deep = "{\"a\":" + std::string(200000, '[') + std::string(200000, ']') + "}";
  EXPECT_FALSE(TensorBundle::Parse(WithHeader(deep)).ok());
}

TEST(TensorBundleFuzz, ByteFlipsGiveAnErrorOrASelfConsistentBundle) {
  const std::string valid = Sample().Serialize();
  // Every single-bit flip, then seeded groups of byte changes.
  for (size_t i = 0; i < valid.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = valid;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      RunFuzzEntry(bytes);
    }
  }
  // Bytes of a tensor may be any, bytes of the header may not.
  int read = 0, refused = 0;
  ForEachMutation({valid}, {.count = 5000, .most_edits = 6, .edits = {Edit::kOverwriteByte}},
                  [&](const std::string& bytes) {
                    RunFuzzEntry(bytes);
                    ++(TensorBundle::Parse(bytes).ok() ? read : refused);
                  });
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 1000);
}

TEST(TensorBundleFuzz, CutsInsertionsAndSplicesGiveAnErrorOrASelfConsistentBundle) {
  const std::string valid = Sample().Serialize();
  const std::vector<std::string> tokens = {"\"F32\"",
                                           "\"U64\"",
                                           "[0,0]",
                                           "0",
                                           "-1",
                                           "1e3",
                                           "{}",
                                           "null",
                                           "18446744073709551615",
                                           "\"a\":",
                                           ",",
                                           "\\u0000",
                                           "__metadata__",
                                           "\xff"};
  const MutationOptions options = {
      .count = 5000,
      .most_edits = 3,
      .edits = {Edit::kErase, Edit::kInsertToken, Edit::kOverwriteToken},
      .tokens = tokens,
      .untouched = 8};
  int read = 0, refused = 0;
  ForEachMutation({valid}, options, [&](std::string bytes) {
    // With the old length field, and with one that fits the new header.
    RunFuzzEntry(bytes);
    uint64_t length = 0;
    std::memcpy(&length, valid.data(), 8);
    length += bytes.size() - valid.size();
    std::memcpy(bytes.data(), &length, 8);
    RunFuzzEntry(bytes);
    ++(TensorBundle::Parse(bytes).ok() ? read : refused);
  });
  EXPECT_GT(read, 0);
  EXPECT_GT(refused, 1000);
}

TEST(TensorBundle, TheReferenceImplementationReadsIt) {
  if (std::system("python3 -c 'import safetensors.numpy' 2>/dev/null") != 0)
    GTEST_SKIP() << "python3 with safetensors and numpy is not installed";
  const TemporaryDirectory directory;
  const std::string path = directory.File("sample.safetensors");
  const std::string other = directory.File("python.safetensors");
  directory.Write("sample.safetensors", Sample().Serialize());
  directory.Write("check.py",
                  R"(import sys, numpy
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
tensors = load_file(sys.argv[1])
assert sorted(tensors) == ['empty', 'layer.weight', 'long', 'scalar', 'words'], tensors
assert tensors['layer.weight'].shape == (2, 3) and tensors['layer.weight'].dtype == numpy.float32
assert tensors['layer.weight'][0].tolist() == [1, -2, 3.5]
assert tensors['words'].tolist() == [0, 1, 2**32 - 1] and tensors['words'].dtype == numpy.uint32
assert tensors['long'].tolist() == [2**64 - 1, 5] and tensors['long'].dtype == numpy.uint64
assert tensors['scalar'].shape == () and float(tensors['scalar']) == 42
assert tensors['empty'].shape == (0,)
with safe_open(sys.argv[1], 'np') as file:
    assert file.metadata()['format'] == 'pt'
save_file(tensors, sys.argv[2], {'by': 'python'})
)");
  ASSERT_EQ(
      std::system(("python3 " + directory.File("check.py") + " " + path + " " + other).c_str()), 0);
  // And what it writes opens here.
  const std::string bytes = ReadFile(other).value();
  const auto parsed = TensorBundle::Parse(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->metadata().at("by"), "python");
  EXPECT_TRUE(SameBits(*parsed->Floats("layer.weight"), *Sample().Floats("layer.weight")));
  EXPECT_EQ(*parsed->LongWords("long"), *Sample().LongWords("long"));
}

}  // namespace
}  // namespace dynajob
