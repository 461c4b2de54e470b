// Decodes the vectors of embedding documents: BSON arrays of numbers (double, int32, int64) and
// BinData of subtype 9 (float32 and int8, as in the BSON specification's "Vector" subtype).
//
// Every byte is foreign: nothing is read outside `value`, and whatever is not a vector of finite
// numbers is named. Time is linear in the bytes, whatever they are. Safe for concurrent use.
//
// An array is a document with the keys "0", "1", …, so elements of one type whose keys have as many
// digits lie at a fixed stride, and are decoded without a look at each key. Where that pattern
// breaks, elements are walked one by one. As in MongoDB's own libraries, the order of the elements
// counts and what their keys say does not.
#ifndef DYNAJOB_STORES_SRC_BSON_VECTOR_H_
#define DYNAJOB_STORES_SRC_BSON_VECTOR_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "dynajob/stores/records.h"

namespace dynajob {

enum class VectorDefect {
  kNone,
  kMissing,        // no such field, or null
  kNotAVector,     // neither an array nor BinData
  kNotANumber,     // an element that is no number
  kDecimal128,     // an element that is a decimal128, which is refused by name
  kNotFinite,      // NaN, infinity, or a double that rounds to infinity as a float32
  kEmpty,          // no elements
  kTruncated,      // bytes that end early, or a length that lies
  kUnknownBinary,  // BinData of another subtype, or of a kind of element that is not known
  kPackedBits,     // BinData vector of single bits, which is refused by name
  kTooLong,        // more than kMaxVectorLength elements
};

// "missing", "not a number", …
std::string_view ToString(VectorDefect defect);

struct VectorDecode {
  VectorDefect defect = VectorDefect::kNone;
  size_t position = 0;  // of the element, where the defect has one
};

// `bson_type` and `value` as they stand in a document. `out` is cleared and filled; after a defect
// it holds nothing of use.
VectorDecode DecodeVector(uint8_t bson_type, std::span<const std::byte> value,
                          std::vector<float>& out);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_BSON_VECTOR_H_
