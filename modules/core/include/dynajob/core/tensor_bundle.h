// Named tensors in the safetensors format (https://github.com/huggingface/safetensors, format 1):
// 8 bytes little-endian header length, a JSON header, raw little-endian data. What is written here
// opens in Python with `safetensors.numpy.load_file`. Files of others may hold any type of the
// format; what is written here is F32, F16, U32 and U64.
#ifndef DYNAJOB_CORE_TENSOR_BUNDLE_H_
#define DYNAJOB_CORE_TENSOR_BUNDLE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

// 16-bit floats, "F16" (IEEE 754) or "BF16", little-endian, as the same numbers in 32 bits.
std::vector<float> WidenFloats(std::string_view bytes, std::string_view type);
// The nearest 16-bit floats ("F16", little-endian; ties to even; infinite beyond 65504).
std::string NarrowFloats(std::span<const float> values);

class TensorBundle {
 public:
  // Replace a tensor of the same name. The shape's product must be the number of values.
  void Put(const std::string& name, std::span<const float> values, std::vector<size_t> shape);
  void PutHalf(const std::string& name, std::span<const float> values, std::vector<size_t> shape);
  void Put(const std::string& name, std::span<const uint32_t> values);
  void Put(const std::string& name, std::span<const uint64_t> values);

  // Fail with kCorruptData when the tensor is missing or has another type. Floats also takes F16
  // and BF16, which float32 holds exactly.
  Result<std::vector<float>> Floats(const std::string& name) const;
  Result<std::vector<uint32_t>> Words(const std::string& name) const;
  Result<std::vector<uint64_t>> LongWords(const std::string& name) const;
  Result<std::vector<size_t>> Shape(const std::string& name) const;
  bool Has(const std::string& name) const { return tensors_.contains(name); }
  size_t size() const { return tensors_.size(); }

  std::map<std::string, std::string>& metadata() { return metadata_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  std::string Serialize() const;
  // Refuses, with kCorruptData and the reason, whatever is not exactly a safetensors file: lengths
  // that do not add up, overlaps, holes, unknown types, shapes that do not match.
  static Result<TensorBundle> Parse(std::string_view bytes);

 private:
  struct Tensor {
    std::string type;  // as in the file: "F32", "BF16", …
    std::vector<size_t> shape;
    std::string bytes;
  };

  template <typename T>
  Result<std::vector<T>> Get(const std::string& name, std::string_view type) const;

  std::map<std::string, Tensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_TENSOR_BUNDLE_H_
