#include "mongo_vectors.h"

#include <algorithm>
#include <set>

#include "dynajob/core/text.h"

#include "bson_vector.h"
#include "float32_bytes.h"
#include "mongo_ids.h"
#include "mongo_queries.h"

namespace dynajob {
namespace {

constexpr std::byte kFloat32Elements{0x27};
constexpr std::byte kNoPadding{0};

// Ids of embedders go to tables and messages: no line breaks, no escape sequences.
bool IsPrintable(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace

std::span<const std::byte> BytesOf(const bson_iter_t& value) {
  // Type byte, key, NUL, value; `key` and `next_off` are offsets from `raw`.
  const size_t begin = value.key + bson_iter_key_len(&value) + 1;
  const auto* raw = reinterpret_cast<const std::byte*>(value.raw);
  return {raw + begin, value.next_off - begin};
}

std::vector<std::byte> EncodeVector(std::span<const float> values) {
  std::vector<std::byte> payload = {kFloat32Elements, kNoPadding};
  const std::vector<std::byte> elements = EncodeFloat32(values);
  payload.insert(payload.end(), elements.begin(), elements.end());
  return payload;
}

VectorNotes::VectorNotes(BsonView document) {
  bson_iter_t notes;
  if (bson_iter_init_find(&notes, document.get(), kVectorNotes.data()) &&
      BSON_ITER_HOLDS_DOCUMENT(&notes))
    notes_ = notes;
}

std::optional<bson_iter_t> VectorNotes::Entry(const std::string& stored_field) const {
  if (!notes_) return std::nullopt;
  const bson_iter_t notes =
      *notes_;  // inside std::optional it has not the alignment that it asks for
  bson_iter_t field;
  if (!bson_iter_recurse(&notes, &field) || !bson_iter_find(&field, stored_field.c_str()))
    return std::nullopt;
  return field;
}

bool VectorNotes::Has(const std::string& stored_field) const {
  return Entry(stored_field).has_value();
}

std::optional<VectorNote> VectorNotes::Of(const std::string& stored_field) const {
  const std::optional<bson_iter_t> found = Entry(stored_field);
  if (!found) return std::nullopt;
  const bson_iter_t field = *found;  // see Entry
  bson_iter_t entry;
  if (!BSON_ITER_HOLDS_DOCUMENT(&field) || !bson_iter_recurse(&field, &entry)) return std::nullopt;
  VectorNote note;
  while (bson_iter_next(&entry)) {
    const std::string_view key(bson_iter_key(&entry), bson_iter_key_len(&entry));
    if (key == "embedder" && BSON_ITER_HOLDS_UTF8(&entry)) {
      uint32_t length = 0;
      const char* text = bson_iter_utf8(&entry, &length);
      note.embedder = std::string_view(text, length);
    } else if (key == "dimension" && BSON_ITER_HOLDS_INT(&entry)) {
      note.dimension = bson_iter_as_int64(&entry);
    }
  }
  const bool is_ours = !note.embedder.empty() && note.dimension > 0 && IsPrintable(note.embedder) &&
                       SanitizeUtf8(note.embedder) == note.embedder;
  return is_ours ? std::optional(note) : std::nullopt;
}

namespace {

std::vector<StoredVector> VectorsOf(const MongoNames& names, std::string_view embedder,
                                    EntityKind kind, BsonView document) {
  std::vector<StoredVector> vectors;
  const VectorNotes notes(document);
  for (const FieldName& field : KnownFields(kind)) {
    const std::string& stored = names.Vector(kind, field.name);
    bson_iter_t value;
    std::vector<float> values;
    if (!bson_iter_init_find(&value, document.get(), stored.c_str()) ||
        DecodeVector(static_cast<uint8_t>(bson_iter_type(&value)), BytesOf(value), values).defect !=
            VectorDefect::kNone)
      continue;
    const auto note = notes.Of(stored);
    vectors.push_back({std::string(field.name), std::string(note ? note->embedder : embedder),
                       std::move(values)});
  }
  return vectors;
}

}  // namespace

Result<std::map<std::string, std::vector<StoredVector>>> ReadStoredVectors(
    const MongoConnection& connection, const MongoNames& names, std::string_view embedder,
    EntityKind kind, const std::vector<std::string>& ids) {
  struct Chosen {
    std::string document;
    std::vector<StoredVector> vectors;
  };
  const std::set<std::string> wanted(ids.begin(), ids.end());
  std::map<std::string, Chosen> chosen;
  const std::string& reference = names.Reference(kind);
  DYNAJOB_RETURN_IF_ERROR(connection.Find(
      names.Embeddings(kind), FilterByTexts(reference, ids), Bson(), ReadFrom::kPrimary,
      [&] { chosen.clear(); },
      [&](BsonView document) {
        const auto owner = IdAt(document, reference);
        const std::string id = IdAt(document, "_id").value_or("");
        if (!owner || !wanted.contains(*owner)) return Status::Ok();
        const auto [first, is_first] = chosen.try_emplace(*owner);
        if (!is_first && first->second.document <= id) return Status::Ok();
        first->second = {id, VectorsOf(names, embedder, kind, document)};
        return Status::Ok();
      }));
  std::map<std::string, std::vector<StoredVector>> vectors;
  for (auto& [id, of] : chosen) vectors.emplace(id, std::move(of.vectors));
  return vectors;
}

}  // namespace dynajob
