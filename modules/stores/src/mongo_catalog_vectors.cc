// Vectors of jobs and of candidates, on their way from documents to the rows of a catalog.
#include "mongo_catalog_vectors.h"

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "dynajob/core/parallel.h"

#include "mongo_catalog.h"
#include "mongo_ids.h"
#include "mongo_queries.h"
#include "mongo_vectors.h"

namespace dynajob {
namespace {

constexpr size_t kCopyChunk = 4096;

}  // namespace

std::optional<size_t> MongoCatalogLoader::FindOwner(EntityKind kind, BsonView document,
                                                    const CatalogAssembler& assembler,
                                                    Findings& passed_over) const {
  bson_iter_t owner;
  std::optional<std::string> id;
  if (bson_iter_init_find(&owner, document.get(), names_.Reference(kind).c_str()))
    id = IdText(owner);
  if (!id) {
    passed_over.emplace_back(
        fmt::format("{} embedding without a usable {}", ToString(kind), names_.Reference(kind)),
        ShowValue(document, "_id"));
    return std::nullopt;
  }
  const auto entity = assembler.IndexOf(kind, *id);
  if (!entity)
    passed_over.emplace_back(fmt::format("embedding of a {} that is not there", ToString(kind)),
                             *id);
  return entity;
}

void MongoCatalogLoader::ReadVectors(EntityKind kind, const std::vector<FieldSpec>& fields,
                                     BsonView document, CatalogAssembler& assembler,
                                     Vectors& vectors, VectorRange& range) const {
  const auto entity = FindOwner(kind, document, assembler, range.passed_over);
  if (!entity) return;
  const bool has_room = !vectors.taken[*entity].exchange(true);
  VectorDocument& loaded = range.documents.emplace_back();
  loaded.entity = *entity;
  loaded.id = ShowValue(document, "_id");
  const VectorNotes notes(document);
  for (size_t f = 0; f < fields.size(); ++f) {
    const std::string& stored = names_.Vector(kind, fields[f].name);
    bson_iter_t value;
    if (!bson_iter_init_find(&value, document.get(), stored.c_str())) continue;
    LoadedVector& vector = loaded.vectors[f];
    vector.defect =
        DecodeVector(static_cast<uint8_t>(bson_iter_type(&value)), BytesOf(value), range.scratch)
            .defect;
    if (vector.defect != VectorDefect::kNone) continue;
    const std::span<float> room =
        has_room ? assembler.Reserved(kind, *entity, f, range.scratch.size()) : std::span<float>();
    vector.is_in_place = !room.empty();
    if (vector.is_in_place) std::ranges::copy(range.scratch, room.begin());
    vector.values = vector.is_in_place ? room.data() : range.arena.Copy(range.scratch);
    vector.length = static_cast<uint32_t>(range.scratch.size());
    const auto note = notes.Of(stored);
    vector.embedder = range.EmbedderNumber(note ? note->embedder : options_.embedder);
  }
}

Bson MongoCatalogLoader::VectorProjection(EntityKind kind,
                                          const std::vector<FieldSpec>& fields) const {
  Bson projection;
  projection.Add(names_.Reference(kind), 1).Add(kVectorNotes, 1);
  for (const FieldSpec& field : fields) projection.Add(names_.Vector(kind, field.name), 1);
  return projection;
}

// Looks at a few documents, so that most vectors are written once, to where they stay. Where the
// guess is wrong they are copied.
Status MongoCatalogLoader::ReserveRoom(EntityKind kind, const std::vector<FieldSpec>& fields,
                                       CatalogAssembler& assembler) const {
  constexpr int64_t kSample = 16;
  Bson opts;
  opts.Add("projection", VectorProjection(kind, fields)).Add("limit", kSample);
  std::vector<std::map<size_t, size_t>> counts(fields.size());  // of lengths
  std::vector<float> vector;
  DYNAJOB_RETURN_IF_ERROR(connection_.Find(
      names_.Embeddings(kind), Bson(), opts, ReadFrom::kAsConfigured,
      [&] { counts.assign(fields.size(), {}); },
      [&](BsonView document) {
        for (size_t f = 0; f < fields.size(); ++f) {
          bson_iter_t value;
          if (bson_iter_init_find(&value, document.get(),
                                  names_.Vector(kind, fields[f].name).c_str()) &&
              DecodeVector(static_cast<uint8_t>(bson_iter_type(&value)), BytesOf(value), vector)
                      .defect == VectorDefect::kNone)
            ++counts[f][vector.size()];
        }
        return Status::Ok();
      }));
  std::vector<size_t> lengths(fields.size(), 0);
  size_t first_known = 0;
  for (size_t f = 0; f < fields.size(); ++f) {
    for (const auto& [length, count] : counts[f])
      if (lengths[f] == 0 || count > counts[f][lengths[f]]) lengths[f] = length;
    if (first_known == 0) first_known = lengths[f];
  }
  // As the assembler has it for an optional field that nobody has.
  std::ranges::replace(lengths, size_t{0}, first_known);
  if (first_known > 0) assembler.Reserve(kind, lengths);
  return Status::Ok();
}

Status MongoCatalogLoader::LoadRange(EntityKind kind, const std::vector<FieldSpec>& fields,
                                     const Bson& filter, CatalogAssembler& assembler,
                                     Vectors& vectors, VectorRange& range) const {
  return connection_.Find(
      names_.Embeddings(kind), filter, LoadOptions(VectorProjection(kind, fields)),
      ReadFrom::kAsConfigured, [&] { range = VectorRange(); },
      [&](BsonView document) {
        ReadVectors(kind, fields, document, assembler, vectors, range);
        return Status::Ok();
      });
}

void MongoCatalogLoader::ChooseDocuments(EntityKind kind, size_t entity_count,
                                         CatalogAssembler& assembler, Vectors& vectors) const {
  vectors.documents.assign(entity_count, nullptr);
  for (size_t r = 0; r < vectors.ranges.size(); ++r) {
    VectorRange& range = vectors.ranges[r];
    for (const auto& [what, example] : range.passed_over) assembler.PassOver(what, example);
    for (VectorDocument& document : range.documents) {
      document.range = r;
      VectorDocument*& chosen = vectors.documents[document.entity];
      if (chosen != nullptr)
        assembler.PassOver(fmt::format("further embedding document of a {}", ToString(kind)),
                           std::max(chosen->id, document.id));
      if (chosen == nullptr || document.id < chosen->id) chosen = &document;
    }
  }
}

Status MongoCatalogLoader::DeclareField(EntityKind kind, std::string_view field, size_t f,
                                        Vectors& vectors, CatalogAssembler& assembler) const {
  std::map<uint32_t, size_t> lengths;
  size_t well_formed = 0;
  for (const VectorDocument* document : vectors.documents) {
    if (document == nullptr || document->vectors[f].values == nullptr) continue;
    ++lengths[document->vectors[f].length];
    ++well_formed;
  }
  uint32_t majority = 0;  // none
  for (const auto& [length, count] : lengths)
    if (2 * count > well_formed) majority = length;
  for (VectorDocument* document : vectors.documents) {
    if (document == nullptr) continue;
    LoadedVector& vector = document->vectors[f];
    if (vector.defect == VectorDefect::kMissing) continue;
    if (vector.values == nullptr) {
      assembler.Reject(kind, document->entity, field, ToString(vector.defect));
    } else if (majority != 0 && vector.length != majority) {
      assembler.Reject(kind, document->entity, field,
                       fmt::format("not of the field's length, {}", majority));
      vector.values = nullptr;
    } else {
      DYNAJOB_RETURN_IF_ERROR(
          assembler.Declare(kind, document->entity, field, vector.length,
                            vectors.ranges[document->range].embedders[vector.embedder]));
    }
  }
  return Status::Ok();
}

Status MongoCatalogLoader::LoadVectors(EntityKind kind, const std::vector<FieldSpec>& fields,
                                       size_t entity_count, CatalogAssembler& assembler,
                                       Vectors& vectors) const {
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<Bson> filters, Ranges(names_.Embeddings(kind)));
  vectors.ranges.resize(filters.size());
  vectors.taken = std::make_unique<std::atomic<bool>[]>(entity_count);
  DYNAJOB_RETURN_IF_ERROR(ReserveRoom(kind, fields, assembler));
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(filters.size(), workers_, [&](size_t i) {
    return LoadRange(kind, fields, filters[i], assembler, vectors, vectors.ranges[i]);
  }));
  ChooseDocuments(kind, entity_count, assembler, vectors);
  for (size_t f = 0; f < fields.size(); ++f)
    DYNAJOB_RETURN_IF_ERROR(DeclareField(kind, fields[f].name, f, vectors, assembler));
  return Status::Ok();
}

Status MongoCatalogLoader::CopyVectors(EntityKind kind, const std::vector<FieldSpec>& fields,
                                       const Vectors& vectors, CatalogAssembler& assembler) const {
  const size_t count = vectors.documents.size();
  const size_t chunks = (count + kCopyChunk - 1) / kCopyChunk;
  return ParallelFor(chunks, workers_, [&](size_t chunk) -> Status {
    for (size_t i = chunk * kCopyChunk; i < std::min(count, (chunk + 1) * kCopyChunk); ++i) {
      for (size_t f = 0; f < fields.size() && vectors.documents[i] != nullptr; ++f) {
        const LoadedVector& vector = vectors.documents[i]->vectors[f];
        const bool is_there = vector.is_in_place && assembler.kept_reserved(kind);
        if (vector.values != nullptr && !is_there)
          DYNAJOB_RETURN_IF_ERROR(
              assembler.SetVector(kind, i, fields[f].name, {vector.values, vector.length}));
      }
    }
    return Status::Ok();
  });
}

}  // namespace dynajob
