// What MongoCatalogLoader holds while vectors are on their way from documents to the rows of a
// catalog.
#ifndef DYNAJOB_STORES_SRC_MONGO_CATALOG_VECTORS_H_
#define DYNAJOB_STORES_SRC_MONGO_CATALOG_VECTORS_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bson_vector.h"
#include "mongo_catalog.h"

namespace dynajob {

inline constexpr size_t kMaxFields = 4;  // of one kind of entity

// Vectors of many documents in few allocations.
class FloatArena {
 public:
  const float* Copy(std::span<const float> values) {
    if (used_ + values.size() > size_) {
      size_ = std::max(kBlock, values.size());
      used_ = 0;
      blocks_.push_back(std::make_unique_for_overwrite<float[]>(size_));
    }
    float* target = blocks_.back().get() + used_;
    std::copy(values.begin(), values.end(), target);
    used_ += values.size();
    return target;
  }

 private:
  static constexpr size_t kBlock = size_t{1} << 20;
  std::vector<std::unique_ptr<float[]>> blocks_;
  size_t size_ = 0;
  size_t used_ = 0;
};

struct LoadedVector {
  const float* values = nullptr;
  uint32_t length = 0;
  uint32_t embedder = 0;
  VectorDefect defect = VectorDefect::kMissing;
  bool is_in_place = false;  // in the room that the assembler reserved
};

struct MongoCatalogLoader::VectorDocument {
  size_t entity = 0;
  size_t range = 0;  // of which it is
  std::string id;    // its own
  std::array<LoadedVector, kMaxFields> vectors;
};

// What one cursor brought.
struct MongoCatalogLoader::VectorRange {
  std::vector<VectorDocument> documents;
  std::vector<std::string> embedders;
  Findings passed_over;
  FloatArena arena;
  std::vector<float> scratch;

  uint32_t EmbedderNumber(std::string_view embedder) {
    for (size_t i = embedders.size(); i-- > 0;)
      if (embedders[i] == embedder) return static_cast<uint32_t>(i);
    embedders.emplace_back(embedder);
    return static_cast<uint32_t>(embedders.size() - 1);
  }
};

struct MongoCatalogLoader::Vectors {
  // Whether a document has the reserved room of an entity: one of several documents of an entity
  // may, and the others' vectors go into the arena.
  std::unique_ptr<std::atomic<bool>[]> taken;
  std::vector<VectorRange> ranges;
  std::vector<VectorDocument*> documents;  // of each entity; null when it has none
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_CATALOG_VECTORS_H_
