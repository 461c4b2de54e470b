#include "sqlite_records.h"

#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"

#include "float32_bytes.h"

namespace dynajob {
namespace {

constexpr EntityTables kJobTables = {
    EntityKind::kJob, "all_jobs",
    "id,job_title,company,sector,description,technical_skills,soft_skills,experience_requirements,"
    "location,latitude,longitude,work_mode,seniority,contract,salary_low,salary_high,posted_ms,"
    "expires_ms",
    "job_embeddings", "original_job_id"};
constexpr EntityTables kCandidateTables = {
    EntityKind::kCandidate, "candidates_text",
    "id,bio,resume,category,hard_skills,soft_skills,location,latitude,longitude,"
    "preferred_work_mode,seniority,expected_salary",
    "candidates_embeddings", "original_candidate_id"};

std::string ToJsonText(const std::vector<std::string>& texts) {
  return nlohmann::json(texts).dump();  // the texts were checked to be UTF-8
}

// Reads the columns of one row from left to right; remembers the first that is not what it must be.
class RowReader {
 public:
  RowReader(const SqliteStatement& row, const std::string& path, EntityKind kind)
      : row_(row), path_(path), kind_(kind) {}

  std::string Text() { return std::string(row_.Text(column_++)); }

  std::vector<std::string> Texts(std::string_view name) {
    const auto json = nlohmann::json::parse(row_.Text(column_++), nullptr, false);
    std::vector<std::string> texts;
    bool good = json.is_array();
    for (size_t i = 0; good && i < json.size(); ++i) {
      good = json[i].is_string();
      if (good) texts.push_back(json[i].get<std::string>());
    }
    if (!good) Fail(name, "not a JSON array of texts");
    return texts;
  }

  template <typename E>
  E Enum(std::string_view name, std::optional<E> (*parse)(std::string_view)) {
    const std::string_view text = row_.Text(column_++);
    const auto value = parse(text);
    if (!value) Fail(name, fmt::format("'{}' is not one of its values", text));
    return value.value_or(E{});
  }

  std::optional<double> Number() { return row_.Double(column_++); }

  std::optional<int64_t> Integer() {
    const int column = column_++;
    return row_.IsNull(column) ? std::nullopt : std::optional(row_.Int64(column));
  }

  // Both or none.
  std::optional<std::pair<double, double>> Numbers(std::string_view name) {
    const auto first = Number();
    const auto second = Number();
    if (first.has_value() != second.has_value()) Fail(name, "one of two numbers is missing");
    if (!first || !second) return std::nullopt;
    return std::pair(*first, *second);
  }

  Status status() const {
    if (problem_.empty()) return Status::Ok();
    return CorruptData(
        fmt::format("{}: {} '{}', {}", path_, ToString(kind_), row_.Text(0), problem_));
  }

 private:
  void Fail(std::string_view name, std::string_view reason) {
    if (problem_.empty()) problem_ = fmt::format("{}: {}", name, reason);
  }

  const SqliteStatement& row_;
  const std::string& path_;
  EntityKind kind_;
  int column_ = 0;
  std::string problem_;
};

std::optional<double> Latitude(const std::optional<GeoPoint>& position) {
  return position ? std::optional(position->latitude) : std::nullopt;
}

std::optional<double> Longitude(const std::optional<GeoPoint>& position) {
  return position ? std::optional(position->longitude) : std::nullopt;
}

}  // namespace

const EntityTables& TablesOf(EntityKind kind) {
  return kind == EntityKind::kJob ? kJobTables : kCandidateTables;
}

std::string UpsertSql(const EntityTables& tables) {
  std::string parameters;
  std::string updates;
  std::string_view rest = tables.columns;
  while (!rest.empty()) {
    const std::string_view column = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), column.size() + 1));
    parameters += parameters.empty() ? "?" : ",?";
    if (column != "id")
      updates += fmt::format("{}{} = excluded.{}", updates.empty() ? "" : ", ", column, column);
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}",
                     tables.entities, tables.columns, parameters, updates);
}

void BindRecord(SqliteStatement& statement, const Job& job) {
  statement.Bind(job.id)
      .Bind(job.title)
      .Bind(job.company)
      .Bind(job.sector)
      .Bind(job.description)
      .Bind(ToJsonText(job.technical_skills))
      .Bind(ToJsonText(job.soft_skills))
      .Bind(job.experience_requirements)
      .Bind(job.location)
      .Bind(Latitude(job.position))
      .Bind(Longitude(job.position))
      .Bind(ToString(job.work_mode))
      .Bind(ToString(job.seniority))
      .Bind(ToString(job.contract))
      .Bind(job.salary ? std::optional(job.salary->low) : std::nullopt)
      .Bind(job.salary ? std::optional(job.salary->high) : std::nullopt)
      .Bind(job.posted_ms)
      .Bind(job.expires_ms);
}

void BindRecord(SqliteStatement& statement, const Candidate& candidate) {
  statement.Bind(candidate.id)
      .Bind(candidate.bio)
      .Bind(candidate.resume)
      .Bind(candidate.category)
      .Bind(ToJsonText(candidate.hard_skills))
      .Bind(ToJsonText(candidate.soft_skills))
      .Bind(candidate.location)
      .Bind(Latitude(candidate.position))
      .Bind(Longitude(candidate.position))
      .Bind(ToString(candidate.preferred_work_mode))
      .Bind(ToString(candidate.seniority))
      .Bind(candidate.expected_salary);
}

Status ReadRecord(const SqliteStatement& row, const std::string& path, Job& job) {
  RowReader reader(row, path, EntityKind::kJob);
  job.id = reader.Text();
  job.title = reader.Text();
  job.company = reader.Text();
  job.sector = reader.Text();
  job.description = reader.Text();
  job.technical_skills = reader.Texts("technical_skills");
  job.soft_skills = reader.Texts("soft_skills");
  job.experience_requirements = reader.Text();
  job.location = reader.Text();
  if (const auto degrees = reader.Numbers("position"))
    job.position = GeoPoint{degrees->first, degrees->second};
  job.work_mode = reader.Enum("work_mode", ParseWorkMode);
  job.seniority = reader.Enum("seniority", ParseSeniority);
  job.contract = reader.Enum("contract", ParseContractType);
  if (const auto range = reader.Numbers("salary"))
    job.salary = SalaryRange{range->first, range->second};
  job.posted_ms = reader.Integer();
  job.expires_ms = reader.Integer();
  return reader.status();
}

Status ReadRecord(const SqliteStatement& row, const std::string& path, Candidate& candidate) {
  RowReader reader(row, path, EntityKind::kCandidate);
  candidate.id = reader.Text();
  candidate.bio = reader.Text();
  candidate.resume = reader.Text();
  candidate.category = reader.Text();
  candidate.hard_skills = reader.Texts("hard_skills");
  candidate.soft_skills = reader.Texts("soft_skills");
  candidate.location = reader.Text();
  if (const auto degrees = reader.Numbers("position"))
    candidate.position = GeoPoint{degrees->first, degrees->second};
  candidate.preferred_work_mode = reader.Enum("preferred_work_mode", ParseWorkMode);
  candidate.seniority = reader.Enum("seniority", ParseSeniority);
  candidate.expected_salary = reader.Number();
  return reader.status();
}

Result<SqliteStatement> PrepareVectors(SqliteDatabase& database, EntityKind kind) {
  const EntityTables& tables = TablesOf(kind);
  return database.Prepare(
      fmt::format("SELECT field, embedder, vector, checksum FROM {} WHERE {} = ? ORDER BY field",
                  tables.embeddings, tables.owner));
}

Result<std::vector<StoredVector>> ReadVectors(SqliteStatement& vectors, EntityKind kind,
                                              const std::string& id, const std::string& path) {
  std::vector<StoredVector> read;
  vectors.Bind(id);
  for (;;) {
    DYNAJOB_ASSIGN_OR_RETURN(const bool more, vectors.Step());
    if (!more) break;
    const std::string_view field = ShortFieldName(kind, vectors.Text(0));
    if (field.empty()) continue;
    const std::span<const std::byte> bytes = vectors.Bytes(2);
    if (bytes.size() % sizeof(float) != 0 ||
        (!vectors.IsNull(3) && vectors.Int64(3) != VectorChecksum(id, vectors.Text(0), bytes)))
      return CorruptData(
          fmt::format("{}: embedding of {} '{}', field '{}': wrong checksum or {} bytes, which are "
                      "no whole number of values",
                      path, ToString(kind), id, field, bytes.size()));
    StoredVector& vector = read.emplace_back();
    vector.field = field;
    vector.embedder = vectors.Text(1);
    vector.values.resize(bytes.size() / sizeof(float));
    DecodeFloat32(bytes, vector.values);
  }
  vectors.Reset();
  return read;
}

int64_t VectorChecksum(std::string_view id, std::string_view stored_field,
                       std::span<const std::byte> bytes) {
  std::string checked;
  checked.reserve(id.size() + stored_field.size() + bytes.size() + 2);
  checked.append(id).append(1, '\0').append(stored_field).append(1, '\0');
  checked.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return Crc32(checked);
}

}  // namespace dynajob
