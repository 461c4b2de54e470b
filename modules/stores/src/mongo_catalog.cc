#include "mongo_catalog.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "dynajob/core/parallel.h"
#include "dynajob/core/text.h"

#include "bson_vector.h"
#include "mongo_ids.h"
#include "mongo_ranges.h"
#include "mongo_store.h"
#include "mongo_vectors.h"

namespace dynajob {
namespace {

constexpr size_t kMaxFields = 4;  // of one kind of entity
constexpr size_t kCopyChunk = 4096;
constexpr size_t kMaxExampleBytes = 60;

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

// A value of any type, for messages.
std::string ShowValue(BsonView document, const char* key) {
  bson_iter_t value;
  if (!bson_iter_init_find(&value, document.get(), key)) return "(none)";
  if (auto text = IdText(value)) return *text;
  Bson shown;
  shown.Add(key, *bson_iter_value(&value));
  const std::unique_ptr<char, CDeleter<bson_free>> json(
      bson_as_relaxed_extended_json(shown.get(), nullptr));
  std::string text = json == nullptr ? "(unreadable)" : SanitizeUtf8(json.get());
  if (text.size() > kMaxExampleBytes) text = SanitizeUtf8(text.substr(0, kMaxExampleBytes)) + "…";
  return text;
}

}  // namespace

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

MongoCatalogLoader::MongoCatalogLoader(const MongoConnection& connection,
                                       const MongoOptions& options, const MongoNames& names,
                                       const RecordReader<Job>& jobs,
                                       const RecordReader<Candidate>& candidates)
    : connection_(connection),
      options_(options),
      names_(names),
      jobs_(jobs),
      candidates_(candidates) {}

size_t MongoCatalogLoader::Workers() const {
  return std::min(static_cast<size_t>(options_.load_cursors), connection_.max_clients());
}

Result<std::vector<Bson>> MongoCatalogLoader::Ranges(const std::string& collection) const {
  DYNAJOB_ASSIGN_OR_RETURN(const size_t count, connection_.EstimateCount(collection));
  const bool is_large = static_cast<int64_t>(count) >= options_.parallel_load_minimum;
  return SplitById(connection_, collection, is_large ? Workers() : 1);
}

Bson MongoCatalogLoader::LoadOptions(const Bson& projection) const {
  Bson opts;
  opts.Add("projection", projection).Add("batchSize", options_.load_batch);
  return opts;
}

template <typename Record>
Result<std::vector<Record>> MongoCatalogLoader::LoadRecords(EntityKind kind,
                                                            const RecordReader<Record>& reader,
                                                            Findings& excluded) const {
  const std::string& collection = names_.Entities(kind);
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<Bson> filters, Ranges(collection));
  std::vector<std::vector<Record>> parts(filters.size());
  std::vector<Findings> found(filters.size());
  const Bson opts = LoadOptions(reader.projection());
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(filters.size(), Workers(), [&](size_t i) {
    return connection_.Find(
        collection, filters[i], opts, ReadFrom::kAsConfigured,
        [&] {
          parts[i].clear();
          found[i].clear();
        },
        [&](BsonView document) {
          if (auto record = reader.Read(document)) {
            parts[i].push_back(std::move(*record));
          } else {
            found[i].emplace_back("the _id is of a type that cannot be an id",
                                  ShowValue(document, "_id"));
          }
          return Status::Ok();
        });
  }));
  std::vector<Record> records;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::move(parts[i].begin(), parts[i].end(), std::back_inserter(records));
    std::move(found[i].begin(), found[i].end(), std::back_inserter(excluded));
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const Record& a, const Record& b) { return a.id < b.id; });
  const auto last = std::unique(records.begin(), records.end(), [&](const auto& a, const auto& b) {
    if (a.id != b.id) return false;
    excluded.emplace_back("another one has the same id with a different type", b.id);
    return true;
  });
  records.erase(last, records.end());
  return records;
}

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
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(filters.size(), Workers(), [&](size_t i) {
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
  return ParallelFor(chunks, Workers(), [&](size_t chunk) -> Status {
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

Status MongoCatalogLoader::CheckStrict(const CatalogExclusions& exclusions) const {
  if (!options_.strict) return Status::Ok();
  std::string found;
  const auto add = [&](std::string_view prefix, const std::map<std::string, size_t>& counts) {
    for (const auto& [reason, count] : counts) {
      const std::string key = fmt::format("{}{}", prefix, reason);
      const auto example = exclusions.examples.find(key);
      found += fmt::format("{}{}: {}", found.empty() ? "" : "; ", key, count);
      if (example != exclusions.examples.end() && !example->second.empty())
        found += fmt::format(" (such as '{}')", example->second.front());
    }
  };
  add("candidate: ", exclusions.candidates_by_reason);
  add("job: ", exclusions.jobs_by_reason);
  add("", exclusions.passed_over);
  if (found.empty()) return Status::Ok();
  return connection_.InStore(
      ErrorCode::kCorruptData,
      fmt::format("with mongo.strict a document that cannot be used is an error: {}", found));
}

Result<Catalog> MongoCatalogLoader::Load(const CatalogSpec& spec) const {
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  Findings bad_candidates, bad_jobs;
  DYNAJOB_ASSIGN_OR_RETURN(std::vector<Candidate> candidates,
                           LoadRecords(EntityKind::kCandidate, candidates_, bad_candidates));
  DYNAJOB_ASSIGN_OR_RETURN(std::vector<Job> jobs, LoadRecords(EntityKind::kJob, jobs_, bad_jobs));
  const size_t candidate_count = candidates.size(), job_count = jobs.size();
  CatalogAssembler assembler(spec, std::move(candidates), std::move(jobs));
  for (const auto& [reason, example] : bad_candidates)
    assembler.Exclude(EntityKind::kCandidate, reason, example);
  for (const auto& [reason, example] : bad_jobs)
    assembler.Exclude(EntityKind::kJob, reason, example);

  Vectors candidate_vectors, job_vectors;
  const auto in_store = [&](const Status& status) {
    if (status.ok() || status.error().message.starts_with(connection_.name())) return status;
    return Status(connection_.InStore(status.error().code, status.error().message));
  };
  DYNAJOB_RETURN_IF_ERROR(in_store(LoadVectors(EntityKind::kCandidate, spec.state_fields,
                                               candidate_count, assembler, candidate_vectors)));
  DYNAJOB_RETURN_IF_ERROR(in_store(
      LoadVectors(EntityKind::kJob, spec.action_fields, job_count, assembler, job_vectors)));
  DYNAJOB_RETURN_IF_ERROR(in_store(assembler.Allocate()));
  DYNAJOB_RETURN_IF_ERROR(in_store(
      CopyVectors(EntityKind::kCandidate, spec.state_fields, candidate_vectors, assembler)));
  DYNAJOB_RETURN_IF_ERROR(
      in_store(CopyVectors(EntityKind::kJob, spec.action_fields, job_vectors, assembler)));
  auto catalog = std::move(assembler).Finish();
  if (!catalog.ok()) return connection_.InStore(catalog.error().code, catalog.error().message);
  DYNAJOB_RETURN_IF_ERROR(CheckStrict(catalog->exclusions()));
  return catalog;
}

Result<Catalog> MongoStore::LoadCatalog(const CatalogSpec& spec) {
  return MongoCatalogLoader(*connection_, options_, names_, job_reader_, candidate_reader_)
      .Load(spec);
}

}  // namespace dynajob
