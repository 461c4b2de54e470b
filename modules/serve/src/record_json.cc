#include "record_json.h"

#include <fmt/format.h>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

constexpr size_t kMaxId = 200;
constexpr size_t kMaxLine = 500;
constexpr size_t kMaxText = 100'000;
constexpr size_t kMaxSkills = 300;
constexpr double kMaxSalary = 1e9;

const std::vector<std::string> kWorkModes = {"onsite", "hybrid", "remote"};
const std::vector<std::string> kSeniorities = {"intern", "junior", "mid",
                                               "senior", "lead",   "executive"};
const std::vector<std::string> kContracts = {"full-time", "part-time", "contract", "temporary",
                                             "internship"};

Schema Id(std::string description) {
  Schema schema = Text(std::move(description), kMaxId);
  schema.min_length = 1;
  return schema;
}

Schema Skills(std::string description) {
  return ListOf(Text("A skill", kMaxLine), std::move(description), kMaxSkills);
}

Schema Moment(std::string description) {
  Schema schema = Text(std::move(description), 40);
  schema.format = "date-time";
  return schema;
}

Schema Position() {
  return Object("Position", "Coordinates in degrees, WGS 84",
                {{"latitude", Number("North", -90, 90), true},
                 {"longitude", Number("East", -180, 180), true}});
}

Schema Salary() {
  return Object(
      "Salary", "A yearly range in US dollars; low is at most high",
      {{"low", Number("From", 0, kMaxSalary), true}, {"high", Number("To", 0, kMaxSalary), true}});
}

std::vector<Schema::Property> JobFields() {
  return {{"title", Text("Title of the posting", kMaxLine)},
          {"company", Text("Who hires", kMaxLine)},
          {"sector", Text("Sector, such as Banking", kMaxLine)},
          {"description", Text("The posting's text", kMaxText)},
          {"technical_skills", Skills("Technical skills that are asked for")},
          {"soft_skills", Skills("Soft skills that are asked for")},
          {"experience_requirements", Text("Experience that is asked for", kMaxText)},
          {"location", Text("Place, as written", kMaxLine)},
          {"position", Position()},
          {"work_mode", OneOf("Where the work is done", kWorkModes)},
          {"seniority", OneOf("Level", kSeniorities)},
          {"contract", OneOf("Kind of contract", kContracts)},
          {"salary", Salary()},
          {"posted", Moment("When it was posted, ISO 8601")},
          {"expires", Moment("Not recommended from this moment on, ISO 8601")}};
}

std::vector<Schema::Property> CandidateFields() {
  return {{"bio", Text("A few sentences about the person", kMaxText)},
          {"resume", Text("Résumé as text", kMaxText)},
          {"category", Text("Field of work", kMaxLine)},
          {"hard_skills", Skills("Technical skills")},
          {"soft_skills", Skills("Soft skills")},
          {"location", Text("Place, as written", kMaxLine)},
          {"position", Position()},
          {"preferred_work_mode", OneOf("Where the person wants to work", kWorkModes)},
          {"seniority", OneOf("Level", kSeniorities)},
          {"expected_salary", Number("A year, US dollars", 0, kMaxSalary)}};
}

std::vector<Schema::Property> WithId(std::vector<Schema::Property> fields, std::string description,
                                     bool required) {
  fields.insert(fields.begin(), {"id", Id(std::move(description)), required});
  return fields;
}

std::vector<Schema::Property> AllNullable(std::vector<Schema::Property> fields) {
  for (Schema::Property& field : fields) field.schema.nullable = true;
  return fields;
}

void Read(const Json& json, const char* name, std::string& text) {
  if (json.contains(name)) text = json[name].get<std::string>();
}

void Read(const Json& json, const char* name, std::vector<std::string>& texts) {
  if (json.contains(name)) texts = json[name].get<std::vector<std::string>>();
}

void Read(const Json& json, std::optional<GeoPoint>& position) {
  if (!json.contains("position")) return;
  const Json& point = json["position"];
  position = {point["latitude"].get<double>(), point["longitude"].get<double>()};
}

template <typename Enum>
void Read(const Json& json, const char* name, std::optional<Enum> (*parse)(std::string_view),
          Enum& value) {
  if (json.contains(name)) value = parse(json[name].get<std::string>()).value_or(value);
}

std::optional<Problem> ReadMoment(const Json& json, const char* name, std::string_view pointer,
                                  std::optional<int64_t>& ms) {
  if (!json.contains(name)) return std::nullopt;
  const auto text = json[name].get<std::string>();
  const auto time = ParseIso8601(text);
  if (!time)
    return Problem{.kind = kInvalid,
                   .detail = fmt::format("'{}' is not a moment such as 2026-05-01T12:00:00Z", text),
                   .pointer = Descend(pointer, name)};
  ms = time->ms;
  return std::nullopt;
}

template <typename Value>
void Write(Json& json, const char* name, const Value& value) {
  if (!value.empty()) json[name] = value;
}

template <typename Enum>
void WriteEnum(Json& json, const char* name, Enum value) {
  if (value != Enum::kUnknown) json[name] = ToString(value);
}

void Write(Json& json, const std::optional<GeoPoint>& position) {
  if (position)
    json["position"] = {{"latitude", position->latitude}, {"longitude", position->longitude}};
}

}  // namespace

Schema JobSchema() {
  return Object("Job", "A posting", WithId(JobFields(), "Chosen by the sender", true));
}

Schema CandidateSchema(bool id_optional) {
  return Object(id_optional ? "Profile" : "Candidate",
                id_optional ? "A person who need not be stored" : "A person looking for a job",
                WithId(CandidateFields(), "Chosen by the sender", !id_optional));
}

Schema JobPatchSchema() {
  return Object("JobPatch", "Fields to replace; null removes one", AllNullable(JobFields()));
}

Schema CandidatePatchSchema() {
  return Object("CandidatePatch", "Fields to replace; null removes one",
                AllNullable(CandidateFields()));
}

std::optional<Problem> ReadRecord(const Json& json, std::string_view pointer, Job& job) {
  if (auto problem = CheckJson(json, JobSchema(), pointer)) return problem;
  Read(json, "id", job.id);
  Read(json, "title", job.title);
  Read(json, "company", job.company);
  Read(json, "sector", job.sector);
  Read(json, "description", job.description);
  Read(json, "technical_skills", job.technical_skills);
  Read(json, "soft_skills", job.soft_skills);
  Read(json, "experience_requirements", job.experience_requirements);
  Read(json, "location", job.location);
  Read(json, job.position);
  Read(json, "work_mode", ParseWorkMode, job.work_mode);
  Read(json, "seniority", ParseSeniority, job.seniority);
  Read(json, "contract", ParseContractType, job.contract);
  if (json.contains("salary")) {
    const Json& range = json["salary"];
    job.salary = {range["low"].get<double>(), range["high"].get<double>()};
    if (job.salary->low > job.salary->high)
      return Problem{.kind = kInvalid,
                     .detail = fmt::format("low is {}, which is more than high, {}",
                                           job.salary->low, job.salary->high),
                     .pointer = Descend(Descend(pointer, "salary"), "low")};
  }
  if (auto problem = ReadMoment(json, "posted", pointer, job.posted_ms)) return problem;
  return ReadMoment(json, "expires", pointer, job.expires_ms);
}

std::optional<Problem> ReadRecord(const Json& json, std::string_view pointer,
                                  Candidate& candidate) {
  if (auto problem = CheckJson(json, CandidateSchema(true), pointer)) return problem;
  Read(json, "id", candidate.id);
  Read(json, "bio", candidate.bio);
  Read(json, "resume", candidate.resume);
  Read(json, "category", candidate.category);
  Read(json, "hard_skills", candidate.hard_skills);
  Read(json, "soft_skills", candidate.soft_skills);
  Read(json, "location", candidate.location);
  Read(json, candidate.position);
  Read(json, "preferred_work_mode", ParseWorkMode, candidate.preferred_work_mode);
  Read(json, "seniority", ParseSeniority, candidate.seniority);
  if (json.contains("expected_salary"))
    candidate.expected_salary = json["expected_salary"].get<double>();
  return std::nullopt;
}

Json ToJson(const Job& job) {
  Json json = {{"id", job.id}};
  Write(json, "title", job.title);
  Write(json, "company", job.company);
  Write(json, "sector", job.sector);
  Write(json, "description", job.description);
  Write(json, "technical_skills", job.technical_skills);
  Write(json, "soft_skills", job.soft_skills);
  Write(json, "experience_requirements", job.experience_requirements);
  Write(json, "location", job.location);
  Write(json, job.position);
  WriteEnum(json, "work_mode", job.work_mode);
  WriteEnum(json, "seniority", job.seniority);
  WriteEnum(json, "contract", job.contract);
  if (job.salary) json["salary"] = {{"low", job.salary->low}, {"high", job.salary->high}};
  if (job.posted_ms) json["posted"] = FormatIso8601(*job.posted_ms);
  if (job.expires_ms) json["expires"] = FormatIso8601(*job.expires_ms);
  return json;
}

Json ToJson(const Candidate& candidate) {
  Json json = {{"id", candidate.id}};
  Write(json, "bio", candidate.bio);
  Write(json, "resume", candidate.resume);
  Write(json, "category", candidate.category);
  Write(json, "hard_skills", candidate.hard_skills);
  Write(json, "soft_skills", candidate.soft_skills);
  Write(json, "location", candidate.location);
  Write(json, candidate.position);
  WriteEnum(json, "preferred_work_mode", candidate.preferred_work_mode);
  WriteEnum(json, "seniority", candidate.seniority);
  if (candidate.expected_salary) json["expected_salary"] = *candidate.expected_salary;
  return json;
}

Json MergePatch(Json target, const Json& patch) {
  for (const auto& [name, value] : patch.items()) {
    if (value.is_null()) {
      target.erase(name);
    } else {
      target[name] = value;
    }
  }
  return target;
}

}  // namespace dynajob
