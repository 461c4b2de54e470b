// Decoding the vectors of one document as MongoDB stores it: 4 x 384 numbers, beside libbson's
// iterator over the same bytes in the same run. The iterator's loop does the same work: it converts
// to float and looks for what is not finite. One iteration is one document.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <bson/bson.h>

#include "bson_vector.h"
#include "mongo_vectors.h"

namespace dynajob {
namespace {

constexpr size_t kFields = 4;
constexpr size_t kDimension = 384;
// More than a core's nearest caches hold, so that bytes come from where a cursor leaves them.
constexpr size_t kDocuments = 64;

enum class Encoding { kDouble, kInt32, kInt64, kBinary };

void AppendArray(bson_t* document, const std::string& key, Encoding encoding, std::mt19937& rng) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  bson_t array;
  bson_append_array_begin(document, key.c_str(), -1, &array);
  for (size_t i = 0; i < kDimension; ++i) {
    const std::string index = std::to_string(i);
    const double value = uniform(rng);
    if (encoding == Encoding::kDouble) bson_append_double(&array, index.c_str(), -1, value);
    if (encoding == Encoding::kInt32)
      bson_append_int32(&array, index.c_str(), -1, static_cast<int32_t>(value * 1000));
    if (encoding == Encoding::kInt64)
      bson_append_int64(&array, index.c_str(), -1, static_cast<int64_t>(value * 1000));
  }
  bson_append_array_end(document, &array);
}

std::vector<std::vector<uint8_t>> MakeDocuments(Encoding encoding) {
  std::mt19937 rng(7);
  std::vector<std::vector<uint8_t>> documents;
  for (size_t d = 0; d < kDocuments; ++d) {
    bson_t* document = bson_new();
    bson_oid_t id;
    bson_oid_init(&id, nullptr);
    BSON_APPEND_OID(document, "_id", &id);
    for (size_t f = 0; f < kFields; ++f) {
      const std::string key = "vector_" + std::to_string(f);
      if (encoding == Encoding::kBinary) {
        std::uniform_real_distribution<float> uniform(-1, 1);
        std::vector<float> values(kDimension);
        for (float& value : values) value = uniform(rng);
        const std::vector<std::byte> bytes = EncodeVector(values);
        bson_append_binary(document, key.c_str(), -1, static_cast<bson_subtype_t>(kVectorSubtype),
                           reinterpret_cast<const uint8_t*>(bytes.data()),
                           static_cast<uint32_t>(bytes.size()));
      } else {
        AppendArray(document, key, encoding, rng);
      }
    }
    const uint8_t* bytes = bson_get_data(document);
    documents.emplace_back(bytes, bytes + document->len);
    bson_destroy(document);
  }
  return documents;
}

// Calls decode(iterator at a vector, out) for each vector of each document.
template <typename Decode>
void DecodeDocuments(benchmark::State& state, Encoding encoding, Decode decode) {
  const std::vector<std::vector<uint8_t>> documents = MakeDocuments(encoding);
  std::vector<float> out;
  size_t next = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    const std::vector<uint8_t>& document = documents[next++ % kDocuments];
    bytes += static_cast<int64_t>(document.size());
    bson_iter_t field;
    bson_iter_init_from_data(&field, document.data(), document.size());
    while (bson_iter_next(&field)) {
      if (BSON_ITER_HOLDS_OID(&field)) continue;
      if (!decode(field, out) || out.size() != kDimension) state.SkipWithError("not decoded");
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetBytesProcessed(bytes);
}

bool DecodeHere(const bson_iter_t& field, std::vector<float>& out) {
  return DecodeVector(static_cast<uint8_t>(bson_iter_type(&field)), BytesOf(field), out).defect ==
         VectorDefect::kNone;
}

bool DecodeWithIterator(const bson_iter_t& field, std::vector<float>& out) {
  out.clear();
  bson_iter_t element;
  if (!bson_iter_recurse(&field, &element)) return false;
  while (bson_iter_next(&element)) {
    if (!BSON_ITER_HOLDS_NUMBER(&element)) return false;
    const auto value = static_cast<float>(bson_iter_as_double(&element));
    if (!std::isfinite(value)) return false;
    out.push_back(value);
  }
  return true;
}

bool DecodeBinaryWithIterator(const bson_iter_t& field, std::vector<float>& out) {
  uint32_t length = 0;
  const uint8_t* data = nullptr;
  bson_iter_binary(&field, nullptr, &length, &data);
  if (length < 2 || data[0] != 0x27) return false;
  out.clear();
  for (uint32_t at = 2; at + sizeof(float) <= length; at += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, data + at, sizeof(value));
    if (!std::isfinite(value)) return false;
    out.push_back(value);
  }
  return true;
}

void Doubles(benchmark::State& state) { DecodeDocuments(state, Encoding::kDouble, DecodeHere); }
void DoublesBsonIter(benchmark::State& state) {
  DecodeDocuments(state, Encoding::kDouble, DecodeWithIterator);
}
void Int32s(benchmark::State& state) { DecodeDocuments(state, Encoding::kInt32, DecodeHere); }
void Int64s(benchmark::State& state) { DecodeDocuments(state, Encoding::kInt64, DecodeHere); }
void BinData(benchmark::State& state) { DecodeDocuments(state, Encoding::kBinary, DecodeHere); }
void BinDataBsonIter(benchmark::State& state) {
  DecodeDocuments(state, Encoding::kBinary, DecodeBinaryWithIterator);
}

BENCHMARK(Doubles)->Unit(benchmark::kMicrosecond);
BENCHMARK(DoublesBsonIter)->Unit(benchmark::kMicrosecond);
BENCHMARK(Int32s)->Unit(benchmark::kMicrosecond);
BENCHMARK(Int64s)->Unit(benchmark::kMicrosecond);
BENCHMARK(BinData)->Unit(benchmark::kMicrosecond);
BENCHMARK(BinDataBsonIter)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace dynajob

BENCHMARK_MAIN();
