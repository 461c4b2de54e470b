// libFuzzer entry over what is read from a database: DecodeVector, and the readers of whole
// documents. bson_documents_fuzz_test calls it too, with hostile documents and seeded mutations of
// them. Whatever the bytes are, nothing is read outside them (the sanitizers see to that) and a
// vector that is taken is the one that libbson's own iterator finds.
//
// The first byte chooses: below 0x80 it is the BSON type of the value that follows, else a document
// follows.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dynajob/core/text.h"

#include "bson_vector.h"
#include "mongo_documents.h"
#include "mongo_ids.h"
#include "mongo_vectors.h"

namespace dynajob {
namespace {

constexpr uint8_t kDocumentFollows = 0x80;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_bson_vector: %s\n", what);
  std::abort();
}

// The same array through libbson; kTruncated where its iterator stops at an error.
VectorDecode DecodeWithLibbson(std::span<const std::byte> value, std::vector<float>& out) {
  out.clear();
  bson_iter_t element;
  if (!bson_iter_init_from_data(&element, reinterpret_cast<const uint8_t*>(value.data()),
                                value.size()))
    return {VectorDefect::kTruncated, 0};
  while (bson_iter_next(&element)) {
    if (BSON_ITER_HOLDS_DECIMAL128(&element)) return {VectorDefect::kDecimal128, out.size()};
    if (!BSON_ITER_HOLDS_NUMBER(&element)) return {VectorDefect::kNotANumber, out.size()};
    const auto number = BSON_ITER_HOLDS_INT64(&element)
                            ? static_cast<float>(bson_iter_int64(&element))
                            : static_cast<float>(bson_iter_as_double(&element));
    if (!std::isfinite(number)) return {VectorDefect::kNotFinite, out.size()};
    out.push_back(number);
    if (out.size() > kMaxVectorLength) return {VectorDefect::kTooLong, kMaxVectorLength};
  }
  if (element.err_off != 0) return {VectorDefect::kTruncated, out.size()};
  return {out.empty() ? VectorDefect::kEmpty : VectorDefect::kNone, 0};
}

void TryVector(uint8_t type, std::span<const std::byte> value) {
  std::vector<float> out = {1, 2, 3};
  const VectorDecode decoded = DecodeVector(type, value, out);
  Require(!ToString(decoded.defect).empty(), "a defect without a name");
  if (decoded.defect == VectorDefect::kNone) {
    Require(!out.empty(), "an empty vector was taken");
    Require(std::all_of(out.begin(), out.end(), [](float x) { return std::isfinite(x); }),
            "a value that is not finite was taken");
  }
  if (type != BSON_TYPE_ARRAY) return;
  std::vector<float> expected;
  const VectorDecode reference = DecodeWithLibbson(value, expected);
  if (reference.defect == VectorDefect::kTruncated) {
    Require(decoded.defect != VectorDefect::kNone, "a broken array was taken");
    return;
  }
  Require(decoded.defect == reference.defect, "another defect than libbson's");
  Require(decoded.position == reference.position, "another position than libbson's");
  if (decoded.defect == VectorDefect::kNone) Require(out == expected, "another vector");
}

template <typename Record>
void TryRecord(const RecordReader<Record>& reader, BsonView document) {
  const auto record = reader.Read(document);
  if (record) Require(SanitizeUtf8(record->id) == record->id, "an id that is not text");
}

void TryDocument(std::span<const uint8_t> bytes) {
  bson_t document;
  if (!bson_init_static(&document, bytes.data(), bytes.size())) return;
  static const MongoNames names = MongoOptions{}.ResolveNames();
  static const RecordReader<Job> jobs(names);
  static const RecordReader<Candidate> candidates(names);
  const BsonView view(&document);
  TryRecord(jobs, view);
  TryRecord(candidates, view);
  const VectorNotes notes(view);
  notes.Of(names.job_tech_vector);
  bson_iter_t field;
  if (!bson_iter_init(&field, &document)) return;
  while (bson_iter_next(&field)) {
    IdText(field);
    const auto value = BytesOf(field);
    const auto* begin = reinterpret_cast<const uint8_t*>(value.data());
    Require(begin >= bytes.data() && begin + value.size() <= bytes.data() + bytes.size(),
            "a value outside its document");
    TryVector(static_cast<uint8_t>(bson_iter_type(&field)), value);
  }
}

}  // namespace
}  // namespace dynajob

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // A copy of just the size, so that the address sanitizer sees the first byte too many.
  const std::unique_ptr<uint8_t[]> copy(new uint8_t[size - 1]);
  std::copy(data + 1, data + size, copy.get());
  const std::span<const uint8_t> bytes(copy.get(), size - 1);
  if (data[0] >= dynajob::kDocumentFollows) {
    dynajob::TryDocument(bytes);
  } else {
    dynajob::TryVector(data[0], std::as_bytes(bytes));
  }
  return 0;
}
