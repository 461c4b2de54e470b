// Runs the libFuzzer entry of fuzz_bson_vector.cc on hostile documents and seeded mutations of
// them.
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/testing/mutations.h"

#include "mongo_handles.h"

namespace dynajob {
namespace {

constexpr char kDocument = '\x80';
constexpr size_t kMaxDocument = size_t{16} << 20;

std::string BytesOf(const Bson& document) {
  return {reinterpret_cast<const char*>(bson_get_data(document.get())), document.get()->len};
}

Bson FromJson(const std::string& json) {
  Bson document;
  bson_error_t error{};
  if (!bson_init_from_json(document.Receive(), json.data(), static_cast<ssize_t>(json.size()),
                           &error))
    throw std::runtime_error(error.message);
  return document;
}

// Arrays of both sides of every change of the keys' width, in runs of one type.
Bson NumberArray(size_t count, int kind) {
  Bson array;
  for (size_t i = 0; i < count; ++i) {
    const std::string key = std::to_string(i);
    const int type = kind == 3 ? static_cast<int>(i / 70) % 3 : kind;
    if (type == 0) array.Add(key, 0.25 * static_cast<double>(i));
    if (type == 1) array.Add(key, static_cast<int>(i));
    if (type == 2) array.Add(key, static_cast<int64_t>(i) << 33);
  }
  return array;
}

// A field of every BSON type where a vector, a text or an id is expected.
std::vector<std::string> EveryType() {
  const std::vector<std::string> values = {
      R"("text")",
      R"({"a": 1})",
      R"([1, "x"])",
      R"({"$binary": {"base64": "JwAAAIA/", "subType": "09"}})",
      R"({"$binary": {"base64": "AwAB/w==", "subType": "09"}})",
      R"({"$binary": {"base64": "EAP/", "subType": "09"}})",
      R"({"$binary": {"base64": "", "subType": "09"}})",
      R"({"$binary": {"base64": "AA==", "subType": "02"}})",
      R"({"$undefined": true})",
      R"({"$oid": "0123456789abcdef01234567"})",
      "true",
      R"({"$date": {"$numberLong": "1"}})",
      "null",
      R"({"$regularExpression": {"pattern": "a", "options": "i"}})",
      R"({"$dbPointer": {"$ref": "a", "$id": {"$oid": "0123456789abcdef01234567"}}})",
      R"({"$code": "x"})",
      R"({"$symbol": "s"})",
      R"({"$code": "x", "$scope": {"y": 1}})",
      "1",
      R"({"$timestamp": {"t": 1, "i": 2}})",
      R"({"$numberLong": "5"})",
      R"({"$numberDecimal": "1.5"})",
      R"([{"$numberDecimal": "1.5"}])",
      R"({"$minKey": 1})",
      R"({"$maxKey": 1})",
      "[]",
      R"([{"$numberDouble": "NaN"}])",
      R"([1.0, {"$numberDouble": "-Infinity"}])",
      "[1e300]"};
  std::vector<std::string> inputs;
  for (const std::string& value : values)
    for (const std::string field :
         {"_id", "tech_skills_vectors", "technical_skills", "job_title", "dynajob", "posted"})
      inputs.push_back(kDocument + BytesOf(FromJson("{\"" + field + "\": " + value + "}")));
  return inputs;
}

std::vector<std::string> HostileInputs() {
  std::vector<std::string> inputs = EveryType();
  inputs.insert(inputs.end(), {"", std::string(1, kDocument), std::string("\x04\5\0\0\0\0", 6)});
  for (const size_t count : {0, 1, 9, 10, 11, 63, 64, 65, 99, 101, 384, 1001}) {
    for (const int kind : {0, 1, 2, 3}) {
      const Bson array = NumberArray(count, kind);
      inputs.push_back('\x04' + BytesOf(array));
      Bson document;
      document.Add("_id", 1).AddArray("tech_skills_vectors", array);
      inputs.push_back(kDocument + BytesOf(document));
    }
  }
  // A string that is not UTF-8, and one that claims to be longer than its document.
  std::string text = kDocument + BytesOf(FromJson(R"({"_id": "a", "job_title": "abcdefgh"})"));
  text.replace(text.find("cdef"), 4, "\xff\xfe\xc0\x80");
  inputs.push_back(text);
  text.replace(text.find("ab\xff") - 4, 4, "\xff\xff\xff\x7f");
  inputs.push_back(text);
  return inputs;
}

TEST(HostileDocuments, KeepTheInvariants) {
  for (const std::string& input : HostileInputs()) RunFuzzEntry(input);
}

TEST(HostileDocuments, CutShortAnywhereKeepTheInvariants) {
  for (const std::string& input : HostileInputs()) {
    const size_t step = std::max<size_t>(1, input.size() / 200);
    for (size_t length = 0; length < input.size(); length += step)
      RunFuzzEntry(input.substr(0, length));
  }
}

TEST(HostileDocuments, NestedTenThousandDeepKeepTheInvariants) {
  constexpr size_t kDepth = 10000;
  for (const char type : {'\x03', '\x04'}) {
    // {tech_skills_vectors: [[[…]]]}, built from the inside out.
    std::string bytes("\5\0\0\0\0", 5);
    const auto wrap = [&](const std::string& key) {
      const std::string body = type + key + std::string(1, '\0') + bytes + std::string(1, '\0');
      const auto length = static_cast<uint32_t>(body.size() + 4);
      bytes.assign(reinterpret_cast<const char*>(&length), 4);
      bytes += body;
    };
    for (size_t i = 0; i < kDepth; ++i) wrap("0");
    RunFuzzEntry('\x04' + bytes);
    for (const std::string field : {"tech_skills_vectors", "job_title", "dynajob", "_id"}) {
      std::string inner = bytes;
      wrap(field);
      RunFuzzEntry(kDocument + bytes);
      bytes = inner;
    }
  }
}

TEST(HostileDocuments, OfSixteenMegabytesKeepTheInvariants) {
  std::string array = BytesOf(NumberArray(kMaxDocument / 17, 0));
  RunFuzzEntry('\x04' + array);
  array[array.size() / 2] ^= 0x55;
  RunFuzzEntry('\x04' + array);
  Bson text;
  text.Add("_id", "a").Add("job_title", std::string(kMaxDocument - 100, 'x'));
  RunFuzzEntry(kDocument + BytesOf(text));
}

TEST(HostileDocuments, WithLyingLengthsKeepTheInvariants) {
  for (const std::string& input : HostileInputs()) {
    for (size_t at = 1; at + 4 <= std::min<size_t>(input.size(), 64); ++at) {
      for (const uint32_t lie : {0u, 1u, 4u, 5u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
        std::string lying = input;
        std::memcpy(lying.data() + at, &lie, 4);
        RunFuzzEntry(lying);
      }
    }
  }
}

TEST(HostileDocuments, MutatedKeepTheInvariants) {
  // Overwritten bytes leave the lengths right, and get further.
  ForEachMutation(
      HostileInputs(),
      {.count = 20'000,
       .most_edits = 6,
       .edits = {Edit::kOverwriteByte, Edit::kOverwriteByte, Edit::kFlipBit, Edit::kErase}},
      RunFuzzEntry);
}

}  // namespace
}  // namespace dynajob
