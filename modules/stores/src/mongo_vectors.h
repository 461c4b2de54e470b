// The parts of an embedding document beside bson_vector.h: the bytes of a value, how a vector is
// written, and the notes that say who made each vector.
#ifndef DYNAJOB_STORES_SRC_MONGO_VECTORS_H_
#define DYNAJOB_STORES_SRC_MONGO_VECTORS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/stores/job_feed.h"
#include "dynajob/stores/mongo_options.h"
#include "dynajob/stores/records.h"

#include "mongo_connection.h"
#include "mongo_handles.h"

namespace dynajob {

// The subdocument with the notes: {FIELD: {embedder, dimension}, …}.
inline constexpr std::string_view kVectorNotes = "dynajob";
// BinData subtype of vectors, in the BSON specification.
inline constexpr uint8_t kVectorSubtype = 9;

// The bytes of a value as they stand in its document.
std::span<const std::byte> BytesOf(const bson_iter_t& value);

// The payload of a BinData of subtype 9 with float32 elements.
std::vector<std::byte> EncodeVector(std::span<const float> values);

struct VectorNote {
  std::string_view embedder;  // into the document
  int64_t dimension = 0;
};

// The notes of one document, which must outlive this.
class VectorNotes {
 public:
  explicit VectorNotes(BsonView document);
  // Whether there is one, be it readable or not.
  bool Has(const std::string& stored_field) const;
  // nullopt when there is none, or none that dynajob would write: an embedder's id that can be
  // shown, a dimension of 1 or more.
  std::optional<VectorNote> Of(const std::string& stored_field) const;

 private:
  std::optional<bson_iter_t> Entry(const std::string& stored_field) const;

  std::optional<bson_iter_t> notes_;
};

// The vectors of these entities, by id. Those that are none are as if
// they were not there, as for a catalog; of several documents of one entity that of the first _id
// counts. `embedder` is taken for the maker of vectors that name none.
Result<std::map<std::string, std::vector<StoredVector>>> ReadStoredVectors(
    const MongoConnection& connection, const MongoNames& names, std::string_view embedder,
    EntityKind kind, const std::vector<std::string>& ids);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_VECTORS_H_
