#include "bson_vector.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

#include "mongo_vectors.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;

struct Decoded {
  VectorDefect defect;
  size_t position;
  std::vector<float> values;
};

Decoded DecodeField(const Bson& document, const char* field = "v") {
  bson_iter_t value;
  if (!bson_iter_init_find(&value, document.get(), field)) throw std::runtime_error("no field");
  Decoded decoded{};
  const VectorDecode result =
      DecodeVector(static_cast<uint8_t>(bson_iter_type(&value)), BytesOf(value), decoded.values);
  decoded.defect = result.defect;
  decoded.position = result.position;
  return decoded;
}

Decoded DecodeJson(const std::string& json) {
  Bson document;
  bson_error_t error{};
  if (!bson_init_from_json(document.Receive(), json.data(), -1, &error))
    throw std::runtime_error(error.message);
  return DecodeField(document);
}

Decoded DecodeBytes(uint8_t type, const std::string& bytes) {
  Decoded decoded{};
  const VectorDecode result =
      DecodeVector(type, std::as_bytes(std::span(bytes.data(), bytes.size())), decoded.values);
  decoded.defect = result.defect;
  decoded.position = result.position;
  return decoded;
}

// `key` of the i-th element is chosen by the test.
template <typename Key>
Bson ArrayOf(const std::vector<double>& values, Key key) {
  Bson array, document;
  for (size_t i = 0; i < values.size(); ++i) array.Add(key(i), values[i]);
  document.AddArray("v", array);
  return document;
}

std::string Index(size_t i) { return std::to_string(i); }

std::vector<double> RandomValues(size_t count) {
  Rng rng = Rng::Derive(3, "test-values", count);
  std::vector<double> values(count);
  for (double& value : values) value = rng.Normal();
  return values;
}

std::vector<float> AsFloats(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

std::string Binary(uint8_t subtype, const std::string& payload) {
  const auto length = static_cast<uint32_t>(payload.size());
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof(length));
  return bytes + static_cast<char>(subtype) + payload;
}

TEST(BsonVector, ReadsDoublesOfEveryLengthAroundTheWidthsOfKeysAndBlocks) {
  for (const size_t count : {1,   2,   9,   10,  11,  63,  64,   65,   74,   99,    100,
                             101, 127, 128, 129, 384, 999, 1000, 1001, 1536, 10001, 16384}) {
    const std::vector<double> values = RandomValues(count);
    const Decoded decoded = DecodeField(ArrayOf(values, Index));
    ASSERT_EQ(decoded.defect, VectorDefect::kNone) << count;
    ASSERT_EQ(decoded.values, AsFloats(values)) << count;
  }
}

TEST(BsonVector, RefusesOneThatIsTooLong) {
  for (const size_t count : {kMaxVectorLength + 1, kMaxVectorLength + 70, size_t{2'000'000}}) {
    const std::vector<double> values(count, 0.5);
    const Decoded array = DecodeField(ArrayOf(values, Index));
    EXPECT_EQ(array.defect, VectorDefect::kTooLong) << count;
    EXPECT_EQ(array.position, kMaxVectorLength) << count;
    for (const size_t bytes : {1, 4}) {
      const std::string prologue(bytes == 1 ? "\x03\x00" : "\x27\x00", 2);
      EXPECT_EQ(
          DecodeBytes(BSON_TYPE_BINARY, Binary(9, prologue + std::string(bytes * count, '\0')))
              .defect,
          VectorDefect::kTooLong)
          << count;
    }
  }
  EXPECT_EQ(ToString(VectorDefect::kTooLong), "longer than 16384 values");
}

TEST(BsonVector, ReadsIntegersWithOneRounding) {
  EXPECT_THAT(DecodeJson(R"({"v": [1, -2, {"$numberLong": "3"}]})").values, ElementsAre(1, -2, 3));
  // Rounded to double first, this would become a tie, and another float.
  const int64_t awkward = (int64_t{1} << 60) + (int64_t{1} << 36) + 1;
  Bson array, document;
  for (int i = 0; i < 70; ++i) array.Add(std::to_string(i), awkward);
  document.AddArray("v", array);
  const Decoded decoded = DecodeField(document);
  ASSERT_EQ(decoded.values.size(), 70u);
  EXPECT_EQ(decoded.values.front(), std::nextafter(std::ldexp(1.0f, 60), 2e18f));
  EXPECT_EQ(decoded.values.back(), decoded.values.front());
}

TEST(BsonVector, ReadsMixedNumbersAsJavaScriptWritesThem) {
  Rng rng = Rng::Derive(5, "test-mixed");
  Bson array, document;
  std::vector<float> expected;
  for (size_t i = 0; i < 500; ++i) {
    // Runs of one type, and single elements between them.
    const bool is_whole = i % 100 < 30 ? rng.Bernoulli(0.5) : i % 200 < 100;
    const double value = is_whole ? std::round(rng.Uniform(-9, 9)) : rng.Normal();
    if (is_whole && i % 3 == 0) array.Add(Index(i), static_cast<int64_t>(value));
    if (is_whole && i % 3 != 0) array.Add(Index(i), static_cast<int>(value));
    if (!is_whole) array.Add(Index(i), value);
    expected.push_back(static_cast<float>(value));
  }
  document.AddArray("v", array);
  EXPECT_EQ(DecodeField(document).values, expected);
}

TEST(BsonVector, GoesByTheOrderOfElementsWhateverTheirKeys) {
  const std::vector<double> values = RandomValues(200);
  const std::vector<std::string (*)(size_t)> keys = {
      [](size_t) { return std::string(); },
      [](size_t) { return std::string("0"); },
      [](size_t i) { return std::to_string(i + 7); },
      [](size_t i) { return "key" + std::to_string(i); },
      [](size_t i) { return std::string(i % 90, 'k'); },
      [](size_t i) { return i == 150 ? std::string("1") : std::to_string(i); },
  };
  for (const auto key : keys) {
    const Decoded decoded = DecodeField(ArrayOf(values, key));
    EXPECT_EQ(decoded.defect, VectorDefect::kNone) << key(12);
    EXPECT_EQ(decoded.values, AsFloats(values)) << key(12);
  }
}

TEST(BsonVector, NamesTheFirstElementThatIsNoFiniteNumber) {
  const struct {
    const char* json;
    VectorDefect defect;
    size_t position;
  } cases[] = {
      {R"({"v": [1.0, "x"]})", VectorDefect::kNotANumber, 1},
      {R"({"v": [null]})", VectorDefect::kNotANumber, 0},
      {R"({"v": [1, [2]]})", VectorDefect::kNotANumber, 1},
      {R"({"v": [true]})", VectorDefect::kNotANumber, 0},
      {R"({"v": [1.0, 2.0, {"$numberDecimal": "3"}]})", VectorDefect::kDecimal128, 2},
      {R"({"v": [1.0, {"$numberDouble": "NaN"}, "x"]})", VectorDefect::kNotFinite, 1},
      {R"({"v": [{"$numberDouble": "-Infinity"}]})", VectorDefect::kNotFinite, 0},
      {R"({"v": [0.5, 3.5e38]})", VectorDefect::kNotFinite, 1},
      {R"({"v": []})", VectorDefect::kEmpty, 0},
      {R"({"v": null})", VectorDefect::kMissing, 0},
      {R"({"v": "text"})", VectorDefect::kNotAVector, 0},
      {R"({"v": {"0": 1.0}})", VectorDefect::kNotAVector, 0},
      {R"({"v": 1.5})", VectorDefect::kNotAVector, 0},
      {R"({"v": {"$numberDecimal": "1"}})", VectorDefect::kDecimal128, 0},
  };
  for (const auto& wrong : cases) {
    const Decoded decoded = DecodeJson(wrong.json);
    EXPECT_EQ(ToString(decoded.defect), ToString(wrong.defect)) << wrong.json;
    EXPECT_EQ(decoded.position, wrong.position) << wrong.json;
  }
  EXPECT_THAT(DecodeJson(R"({"v": [3.4e38, -3.4e38, 1e-50]})").values,
              ElementsAre(3.4e38f, -3.4e38f, 0));
}

TEST(BsonVector, FindsADefectAnywhereInALongArray) {
  for (const size_t at : {0, 9, 10, 63, 99, 100, 163, 164, 383}) {
    std::vector<double> values = RandomValues(384);
    values[at] = std::numeric_limits<double>::quiet_NaN();
    const Decoded decoded = DecodeField(ArrayOf(values, Index));
    EXPECT_EQ(decoded.defect, VectorDefect::kNotFinite);
    EXPECT_EQ(decoded.position, at);
  }
}

TEST(BsonVector, RefusesArraysThatEndEarlyOrLieAboutTheirLength) {
  const Bson document = ArrayOf(RandomValues(120), Index);
  bson_iter_t value;
  ASSERT_TRUE(bson_iter_init_find(&value, document.get(), "v"));
  const auto span = BytesOf(value);
  const std::string whole(reinterpret_cast<const char*>(span.data()), span.size());
  ASSERT_EQ(DecodeBytes(BSON_TYPE_ARRAY, whole).defect, VectorDefect::kNone);
  for (size_t length = 0; length < whole.size(); ++length) {
    std::string cut = whole.substr(0, length);
    EXPECT_EQ(DecodeBytes(BSON_TYPE_ARRAY, cut).defect, VectorDefect::kTruncated);
    if (length < 5) continue;
    // The same with a length and an end that agree: cut in an element, or after one.
    const auto claimed = static_cast<uint32_t>(length);
    std::memcpy(cut.data(), &claimed, sizeof(claimed));
    cut.back() = '\0';
    const Decoded decoded = DecodeBytes(BSON_TYPE_ARRAY, cut);
    EXPECT_TRUE(decoded.defect != VectorDefect::kNone || decoded.values.size() < 120) << length;
  }
  EXPECT_EQ(DecodeBytes(BSON_TYPE_ARRAY, whole + '\0').defect, VectorDefect::kTruncated);
}

TEST(BsonVector, ReadsBinDataVectors) {
  const std::vector<float> values = {0.5f, -1.25f, 3e38f};
  const std::vector<std::byte> payload = EncodeVector(values);
  const std::string bytes(reinterpret_cast<const char*>(payload.data()), payload.size());
  EXPECT_EQ(DecodeBytes(BSON_TYPE_BINARY, Binary(9, bytes)).values, values);
  EXPECT_THAT(
      DecodeBytes(BSON_TYPE_BINARY, Binary(9, std::string("\x03\x00\x01\xff\x80\x7f", 6))).values,
      ElementsAre(1, -1, -128, 127));
}

TEST(BsonVector, NamesWhatIsWrongWithBinData) {
  using namespace std::string_literals;
  const struct {
    std::string bytes;
    VectorDefect defect;
    size_t position;
  } cases[] = {
      {Binary(0, "\x27\0\0\0\0\0"s), VectorDefect::kUnknownBinary, 0},
      {Binary(9, "\x27\0\0\0\x80\x3f\0\0\xc0\x7f"s), VectorDefect::kNotFinite, 1},
      {Binary(9, "\x27\0\0\0\0"s), VectorDefect::kTruncated, 0},
      {Binary(9, "\x27\1\0\0\0\0"s), VectorDefect::kUnknownBinary, 0},
      {Binary(9, "\x10\3\xff"s), VectorDefect::kPackedBits, 0},
      {Binary(9, "\x42\0\0"s), VectorDefect::kUnknownBinary, 0},
      {Binary(9, "\x27\0"s), VectorDefect::kEmpty, 0},
      {Binary(9, "\x27"s), VectorDefect::kTruncated, 0},
      {Binary(9, ""s), VectorDefect::kTruncated, 0},
      {"\xff\xff\xff\xff\x09\x27\0"s, VectorDefect::kTruncated, 0},
      {Binary(9, "\x03\0a"s) + "b", VectorDefect::kTruncated, 0},
      {"\0\0\0"s, VectorDefect::kTruncated, 0},
      {""s, VectorDefect::kTruncated, 0},
  };
  for (const auto& wrong : cases) {
    const Decoded decoded = DecodeBytes(BSON_TYPE_BINARY, wrong.bytes);
    EXPECT_EQ(ToString(decoded.defect), ToString(wrong.defect))
        << testing::PrintToString(wrong.bytes);
    EXPECT_EQ(decoded.position, wrong.position) << testing::PrintToString(wrong.bytes);
  }
}

TEST(BsonVector, LeavesNothingOfThePreviousVector) {
  std::vector<float> out(1000, 7.0f);
  const Bson document = ArrayOf({0.5, 0.25}, Index);
  bson_iter_t value;
  ASSERT_TRUE(bson_iter_init_find(&value, document.get(), "v"));
  ASSERT_EQ(DecodeVector(BSON_TYPE_ARRAY, BytesOf(value), out).defect, VectorDefect::kNone);
  EXPECT_THAT(out, ElementsAre(0.5f, 0.25f));
  const std::string bytes = Binary(9, std::string("\x03\x00\x05", 3));
  ASSERT_EQ(DecodeVector(BSON_TYPE_BINARY, std::as_bytes(std::span(bytes)), out).defect,
            VectorDefect::kNone);
  EXPECT_THAT(out, ElementsAre(5.0f));
}

}  // namespace
}  // namespace dynajob
