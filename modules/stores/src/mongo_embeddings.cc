// Embeddings in MongoDB: writing and counting them. Loading is in mongo_catalog.cc.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "bson_vector.h"
#include "float32_bytes.h"
#include "mongo_ids.h"
#include "mongo_store.h"
#include "mongo_vectors.h"
#include "record_checks.h"

namespace dynajob {
namespace {

using RowsById = std::map<std::string, std::vector<const EmbeddingRow*>>;

std::string NotesKey(const std::string& stored_field) {
  return fmt::format("{}.{}", kVectorNotes, stored_field);
}

void CountUnknown(const Job& job, EntitySummary& summary) {
  summary.without_skills += job.technical_skills.empty();
  summary.without_soft_skills += job.soft_skills.empty();
  summary.without_salary += !job.salary;
  summary.without_work_mode += job.work_mode == WorkMode::kUnknown;
  summary.without_seniority += job.seniority == Seniority::kUnknown;
  summary.without_location += job.location.empty();
  summary.without_position += !job.position;
}

void CountUnknown(const Candidate& candidate, EntitySummary& summary) {
  summary.without_skills += candidate.hard_skills.empty();
  summary.without_soft_skills += candidate.soft_skills.empty();
  summary.without_salary += !candidate.expected_salary;
  summary.without_work_mode += candidate.preferred_work_mode == WorkMode::kUnknown;
  summary.without_seniority += candidate.seniority == Seniority::kUnknown;
  summary.without_location += candidate.location.empty();
  summary.without_position += !candidate.position;
}

// Without the long texts, which are not counted.
Bson FactsOf(const MongoNames& names, EntityKind kind) {
  Bson fields;
  if (kind == EntityKind::kJob) {
    for (const std::string* name :
         {&names.job_technical_skills, &names.job_soft_skills, &names.job_location,
          &names.job_latitude, &names.job_longitude, &names.job_work_mode, &names.job_seniority,
          &names.job_salary_low, &names.job_salary_high})
      fields.Add(*name, 1);
  } else {
    for (const std::string* name :
         {&names.candidate_hard_skills, &names.candidate_soft_skills, &names.candidate_location,
          &names.candidate_latitude, &names.candidate_longitude, &names.candidate_work_mode,
          &names.candidate_seniority, &names.candidate_salary})
      fields.Add(*name, 1);
  }
  Bson opts;
  opts.Add("projection", fields);
  return opts;
}

}  // namespace

Bson MongoStore::UnsetVectors(EntityKind kind) const {
  Bson fields;
  for (const FieldName& field : KnownFields(kind)) fields.Add(names_.Vector(kind, field.name), "");
  fields.Add(kVectorNotes, "");
  Bson update;
  update.Add("$unset", fields);
  AddUpdateTime(kind, update);
  return update;
}

void MongoStore::AddUpdateTime(EntityKind kind, Bson& update) const {
  if (kind != EntityKind::kJob) return;
  Bson now;
  now.Add(names_.job_vectors_updated, true);
  update.Add("$currentDate", now);
}

Status MongoStore::DropEmbeddings(EntityKind kind, const std::vector<std::string>& ids) const {
  if (ids.empty()) return Status::Ok();
  return connection_->Update(names_.Embeddings(kind),
                             {{FilterByTexts(names_.Reference(kind), ids), UnsetVectors(kind),
                               /*upsert=*/false, /*many=*/true}});
}

Status MongoStore::RemoveEmbeddings(EntityKind kind, std::string_view field,
                                    std::span<const std::string> ids) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  if (const auto known = StoredFieldName(kind, field); !known.ok()) return known.error();
  const std::string& stored = names_.Vector(kind, field);
  Bson fields, update;
  fields.Add(stored, "").Add(NotesKey(stored), "");
  update.Add("$unset", fields);
  AddUpdateTime(kind, update);
  const auto page = static_cast<size_t>(options_.page);
  for (size_t begin = 0; begin < ids.size(); begin += page) {
    const auto part = ids.subspan(begin, std::min(page, ids.size() - begin));
    const std::vector<std::string> texts(part.begin(), part.end());
    DYNAJOB_RETURN_IF_ERROR(connection_->Update(
        names_.Embeddings(kind), {{FilterByTexts(names_.Reference(kind), texts), update,
                                   /*upsert=*/false, /*many=*/true}}));
  }
  return Status::Ok();
}

Bson MongoStore::VectorFields(EntityKind kind, std::string_view embedder,
                              const std::vector<const EmbeddingRow*>& rows) const {
  std::map<std::string_view, const EmbeddingRow*> newest;  // the last of each field counts
  for (const EmbeddingRow* row : rows) newest[row->field] = row;
  Bson fields;
  for (const auto& [field, row] : newest) {
    const std::string& stored = names_.Vector(kind, field);
    if (options_.vector_format == MongoVectorFormat::kBinary) {
      fields.AddBinary(stored, kVectorSubtype, EncodeVector(row->vector));
    } else {
      BsonArray array;
      for (const float value : row->vector) array.Add(static_cast<double>(value));
      fields.AddArray(stored, array.elements());
    }
    Bson notes;
    notes.Add("embedder", embedder).Add("dimension", static_cast<int64_t>(row->vector.size()));
    fields.Add(NotesKey(stored), notes);
  }
  return fields;
}

// Vectors go into every document that refers to the entity already; for an entity without one, a
// document is made with the entity's own id, or with one of the server's where that is taken by
// another's document (numbers may well be).
Status MongoStore::AddVectorUpdates(EntityKind kind, std::string_view embedder, const IdValues& ids,
                                    const RowsById& rows, std::vector<MongoUpdate>& updates) const {
  const std::string& reference = names_.Reference(kind);
  std::vector<std::string> texts;
  for (const auto& [id, unused] : rows) texts.push_back(id);
  Bson fields, opts, filter;
  fields.Add("_id", 1).Add(reference, 1);
  opts.Add("projection", fields);
  filter.AddArray(
      "$or",
      BsonArray().Add(FilterByTexts(reference, texts)).Add(FilterByTexts("_id", texts)).elements());
  std::map<std::string, std::vector<BsonValue>> documents;  // by whose they are
  std::set<std::string> taken;                              // ids of documents
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Embeddings(kind), filter, opts, ReadFrom::kPrimary,
      [&] {
        documents.clear();
        taken.clear();
      },
      [&](BsonView document) {
        bson_iter_t id, owner;
        if (!bson_iter_init_find(&id, document.get(), "_id")) return Status::Ok();
        const bool has_owner = bson_iter_init_find(&owner, document.get(), reference.c_str());
        const auto owner_text = has_owner ? IdText(owner) : std::nullopt;
        if (owner_text) documents[*owner_text].emplace_back(*bson_iter_value(&id));
        if (const auto id_text = IdText(id)) taken.insert(*id_text);
        return Status::Ok();
      }));
  for (const auto& [id, entity_rows] : rows) {
    Bson update;
    update.Add("$set", VectorFields(kind, embedder, entity_rows));
    AddUpdateTime(kind, update);
    if (const auto existing = documents.find(id); existing != documents.end()) {
      for (const BsonValue& document_id : existing->second) {
        Bson by_id;
        by_id.Add("_id", document_id.get());
        updates.push_back({by_id, update, /*upsert=*/false});
      }
      continue;
    }
    if (taken.contains(id)) {
      Bson by_reference;
      by_reference.Add(reference, ids.find(id)->second.get());
      updates.push_back({by_reference, update});
      continue;
    }
    Bson by_id, on_insert;
    by_id.Add("_id", ids.find(id)->second.get());
    on_insert.Add(reference, ids.find(id)->second.get());
    update.Add("$setOnInsert", on_insert);
    updates.push_back({by_id, update});
  }
  return Status::Ok();
}

Status MongoStore::PutEmbeddings(EntityKind kind, std::string_view embedder,
                                 std::span<const EmbeddingRow> rows) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  if (embedder.empty()) return InvalidArgument("the embedder's id is empty");
  DYNAJOB_RETURN_IF_ERROR(CheckText("embedder's id", embedder));
  for (const EmbeddingRow& row : rows) DYNAJOB_RETURN_IF_ERROR(CheckEmbedding(kind, row));
  // Pages of entities, whole; every id is looked up before the first write.
  std::vector<RowsById> pages;
  std::map<std::string_view, size_t> page_of;
  for (const EmbeddingRow& row : rows) {
    const bool is_full =
        pages.empty() || static_cast<int64_t>(pages.back().size()) >= options_.page;
    const auto [page, is_new] = page_of.try_emplace(row.id, pages.size() - (is_full ? 0 : 1));
    if (is_new && is_full) pages.emplace_back();
    pages[page->second][row.id].push_back(&row);
  }
  std::vector<IdValues> ids;
  for (const RowsById& page : pages) {
    std::vector<std::string> texts;
    for (const auto& [id, unused] : page) texts.push_back(id);
    DYNAJOB_ASSIGN_OR_RETURN(IdValues values, FindIds(kind, texts));
    for (const auto& [id, entity_rows] : page)
      if (!values.contains(id))
        return NotFound(fmt::format("embedding, field '{}': there is no {} '{}' in {}",
                                    entity_rows.front()->field, ToString(kind), id, name()));
    ids.push_back(std::move(values));
  }
  for (size_t i = 0; i < pages.size(); ++i) {
    std::vector<MongoUpdate> updates;
    DYNAJOB_RETURN_IF_ERROR(AddVectorUpdates(kind, embedder, ids[i], pages[i], updates));
    DYNAJOB_RETURN_IF_ERROR(connection_->Update(names_.Embeddings(kind), updates));
  }
  return Status::Ok();
}

Result<std::vector<StoredVector>> MongoStore::GetEmbeddings(EntityKind kind, std::string_view id) {
  DYNAJOB_ASSIGN_OR_RETURN(auto vectors, ReadStoredVectors(*connection_, names_, options_.embedder,
                                                           kind, {std::string(id)}));
  const auto found = vectors.find(std::string(id));
  return found == vectors.end() ? std::vector<StoredVector>() : std::move(found->second);
}

// By the notes beside the vectors; an entity may have several documents.
Result<std::vector<std::string>> MongoStore::EmbeddedBy(EntityKind kind,
                                                        std::string_view embedder) {
  std::map<std::string, bool> by_no_other;  // by id
  Bson fields, opts;
  fields.Add(kVectorNotes, 1).Add(names_.Reference(kind), 1);
  opts.Add("projection", fields);
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Embeddings(kind), Bson(), opts, ReadFrom::kPrimary, [&] { by_no_other.clear(); },
      [&](BsonView document) {
        bson_iter_t owner;
        if (!bson_iter_init_find(&owner, document.get(), names_.Reference(kind).c_str()))
          return Status::Ok();
        const auto id = IdText(owner);
        if (!id) return Status::Ok();
        const VectorNotes notes(document);
        for (const FieldName& field : KnownFields(kind)) {
          const auto note = notes.Of(names_.Vector(kind, field.name));
          if (!note) continue;
          const auto [entry, is_new] = by_no_other.try_emplace(*id, true);
          entry->second = entry->second && note->embedder == embedder;
        }
        return Status::Ok();
      }));
  std::vector<std::string> ids;
  for (const auto& [id, only] : by_no_other)
    if (only) ids.push_back(id);
  return ids;
}

template <typename Record>
Result<EntitySummary> MongoStore::SummarizeEntities(EntityKind kind) const {
  EntitySummary summary;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Entities(kind), Bson(), FactsOf(names_, kind), ReadFrom::kAsConfigured,
      [&] { summary = EntitySummary(); },
      [&](BsonView document) {
        if (const auto record = Reader<Record>().Read(document)) {
          ++summary.count;
          CountUnknown(*record, summary);
        }
        return Status::Ok();
      }));
  DYNAJOB_RETURN_IF_ERROR(SummarizeFields(kind, summary));
  return summary;
}

// From the notes beside the vectors, so that no vector is read. Vectors without notes are somebody
// else's; they are counted, and their length is that of one of them.
Status MongoStore::SummarizeFields(EntityKind kind, EntitySummary& summary) const {
  using Counts = std::map<std::pair<int64_t, std::string>, size_t>;
  std::map<std::string_view, Counts> counts;         // by short name
  std::map<std::string_view, size_t> not_our_notes;  // likewise
  Bson fields, opts, exists, with_notes;
  fields.Add(kVectorNotes, 1);
  opts.Add("projection", fields);
  exists.Add("$exists", true);
  with_notes.Add(kVectorNotes, exists);
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Embeddings(kind), with_notes, opts, ReadFrom::kAsConfigured,
      [&] {
        counts.clear();
        not_our_notes.clear();
      },
      [&](BsonView document) {
        const VectorNotes notes(document);
        for (const FieldName& field : KnownFields(kind)) {
          const std::string& stored = names_.Vector(kind, field.name);
          if (const auto note = notes.Of(stored))
            ++counts[field.name][{note->dimension, std::string(note->embedder)}];
          else if (notes.Has(stored))
            ++not_our_notes[field.name];
        }
        return Status::Ok();
      }));
  for (const FieldName& field : KnownFields(kind)) {
    const size_t before = summary.fields.size();
    for (const auto& [key, count] : counts[field.name])
      summary.fields.push_back(
          {std::string(field.name), count, static_cast<size_t>(key.first), key.second});
    DYNAJOB_RETURN_IF_ERROR(
        SummarizeForeignField(kind, field.name, not_our_notes[field.name], summary));
    if (summary.fields.size() == before)
      summary.fields.push_back({std::string(field.name), 0, 0, ""});
  }
  return Status::Ok();
}

Status MongoStore::SummarizeForeignField(EntityKind kind, std::string_view field, size_t with_notes,
                                         EntitySummary& summary) const {
  const std::string& stored = names_.Vector(kind, field);
  Bson present, absent, filter;
  present.Add("$exists", true);
  absent.Add("$exists", false);
  filter.Add(stored, present).Add(NotesKey(stored), absent);
  DYNAJOB_ASSIGN_OR_RETURN(const size_t without_notes,
                           connection_->Count(names_.Embeddings(kind), filter));
  const size_t count = with_notes + without_notes;
  if (count == 0) return Status::Ok();
  Bson fields, opts;
  fields.Add(stored, 1);
  opts.Add("projection", fields).Add("limit", int64_t{1});
  std::vector<float> vector;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Embeddings(kind), filter, opts, ReadFrom::kAsConfigured, [&] { vector.clear(); },
      [&](BsonView document) {
        bson_iter_t value;
        if (bson_iter_init_find(&value, document.get(), stored.c_str()))
          DecodeVector(static_cast<uint8_t>(bson_iter_type(&value)), BytesOf(value), vector);
        return Status::Ok();
      }));
  summary.fields.push_back(
      {std::string(field), count, vector.size(), options_.embedder, /*foreign=*/true});
  return Status::Ok();
}

Result<StoreSummary> MongoStore::Summarize() {
  StoreSummary summary;
  DYNAJOB_ASSIGN_OR_RETURN(summary.candidates,
                           SummarizeEntities<Candidate>(EntityKind::kCandidate));
  DYNAJOB_ASSIGN_OR_RETURN(summary.jobs, SummarizeEntities<Job>(EntityKind::kJob));
  DYNAJOB_ASSIGN_OR_RETURN(summary.responses, connection_->Count(names_.responses, Bson()));
  DYNAJOB_ASSIGN_OR_RETURN(summary.cached_labels, connection_->Count(names_.labels, Bson()));
  DYNAJOB_ASSIGN_OR_RETURN(summary.runs, connection_->Count(names_.runs, Bson()));
  return summary;
}

}  // namespace dynajob
