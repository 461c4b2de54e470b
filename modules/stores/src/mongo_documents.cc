#include "mongo_documents.h"

#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/text.h"

#include "mongo_ids.h"

namespace dynajob {
namespace {

std::string Utf8Of(const bson_iter_t& value) {
  uint32_t length = 0;
  const char* text = bson_iter_utf8(&value, &length);
  return SanitizeUtf8(std::string_view(text, length));
}

std::string TextOf(const bson_iter_t& value) {
  if (BSON_ITER_HOLDS_UTF8(&value)) return Utf8Of(value);
  if (BSON_ITER_HOLDS_INT(&value)) return fmt::format("{}", bson_iter_as_int64(&value));
  if (BSON_ITER_HOLDS_DOUBLE(&value)) return fmt::format("{}", bson_iter_double(&value));
  std::string joined;
  bson_iter_t element;
  if (!BSON_ITER_HOLDS_ARRAY(&value) || !bson_iter_recurse(&value, &element)) return joined;
  while (bson_iter_next(&element)) {
    if (!BSON_ITER_HOLDS_UTF8(&element)) continue;
    joined += (joined.empty() ? "" : "; ") + Utf8Of(element);
  }
  return joined;
}

std::vector<std::string> TextsOf(const bson_iter_t& value) {
  std::vector<std::string> texts;
  if (BSON_ITER_HOLDS_UTF8(&value)) {
    const std::string all = Utf8Of(value);
    for (std::string_view rest = all; !rest.empty();) {
      const std::string_view part = rest.substr(0, rest.find(','));
      if (const std::string_view text = Trim(part); !text.empty()) texts.emplace_back(text);
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    return texts;
  }
  bson_iter_t element;
  if (!BSON_ITER_HOLDS_ARRAY(&value) || !bson_iter_recurse(&value, &element)) return texts;
  while (bson_iter_next(&element))
    if (BSON_ITER_HOLDS_UTF8(&element)) texts.push_back(Utf8Of(element));
  return texts;
}

std::optional<double> NumberOf(const bson_iter_t& value) {
  if (!BSON_ITER_HOLDS_NUMBER(&value)) return std::nullopt;
  const double number = bson_iter_as_double(&value);
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<int64_t> DateOf(const bson_iter_t& value) {
  if (BSON_ITER_HOLDS_DATE_TIME(&value)) return bson_iter_date_time(&value);
  if (BSON_ITER_HOLDS_INT(&value)) return bson_iter_as_int64(&value);
  return std::nullopt;
}

template <typename E>
E EnumOf(const bson_iter_t& value, std::optional<E> (*parse)(std::string_view)) {
  if (!BSON_ITER_HOLDS_UTF8(&value)) return E::kUnknown;
  return parse(Trim(Utf8Of(value))).value_or(E::kUnknown);
}

template <typename Record>
void SetPosition(RecordDraft<Record>& draft) {
  if (draft.latitude && draft.longitude && std::abs(*draft.latitude) <= 90 &&
      std::abs(*draft.longitude) <= 180)
    draft.record.position = GeoPoint{*draft.latitude, *draft.longitude};
}

Job Complete(RecordDraft<Job>& draft) {
  SetPosition(draft);
  if (draft.salary_low && draft.salary_high && *draft.salary_low >= 0 &&
      *draft.salary_low <= *draft.salary_high)
    draft.record.salary = SalaryRange{*draft.salary_low, *draft.salary_high};
  return std::move(draft.record);
}

Candidate Complete(RecordDraft<Candidate>& draft) {
  SetPosition(draft);
  if (draft.salary_low && *draft.salary_low >= 0) draft.record.expected_salary = draft.salary_low;
  return std::move(draft.record);
}

// A field whose value is `Of(value)`, assigned to `member` of the record or of the draft.
template <typename Record, typename Value, typename Convert>
std::function<void(const bson_iter_t&, RecordDraft<Record>&)> Into(Value Record::*member,
                                                                   Convert convert) {
  return [member, convert](const bson_iter_t& value, RecordDraft<Record>& draft) {
    draft.record.*member = convert(value);
  };
}

template <typename Record>
std::function<void(const bson_iter_t&, RecordDraft<Record>&)> IntoDraft(
    std::optional<double> RecordDraft<Record>::*member) {
  return [member](const bson_iter_t& value, RecordDraft<Record>& draft) {
    draft.*member = NumberOf(value);
  };
}

// Collects what is known for $set and what is not for $unset.
class UpdateBuilder {
 public:
  // `always` even when empty: MongoDB does not take an empty $set.
  UpdateBuilder& Text(const std::string& name, std::string_view text, bool always = false) {
    if (text.empty() && !always) return Unset(name);
    set_.Add(name, text);
    return *this;
  }
  UpdateBuilder& Texts(const std::string& name, const std::vector<std::string>& texts) {
    if (texts.empty()) return Unset(name);
    BsonArray array;
    for (const std::string& text : texts) array.Add(std::string_view(text));
    set_.AddArray(name, array.elements());
    return *this;
  }
  UpdateBuilder& Number(const std::string& name, const std::optional<double>& number) {
    if (!number) return Unset(name);
    set_.Add(name, *number);
    return *this;
  }
  UpdateBuilder& Date(const std::string& name, const std::optional<int64_t>& unix_ms) {
    if (!unix_ms) return Unset(name);
    set_.AddDate(name, *unix_ms);
    return *this;
  }
  template <typename E>
  UpdateBuilder& Enum(const std::string& name, E value) {
    if (value == E::kUnknown) return Unset(name);
    set_.Add(name, ToString(value));
    return *this;
  }
  // The moment of the write, by the clock of the server.
  UpdateBuilder& Now(const std::string& name) {
    now_.Add(name, true);
    return *this;
  }
  Bson Build() const {
    Bson update;
    update.Add("$set", set_);
    if (!unset_.empty()) update.Add("$unset", unset_);
    if (!now_.empty()) update.Add("$currentDate", now_);
    return update;
  }

 private:
  UpdateBuilder& Unset(const std::string& name) {
    unset_.Add(name, "");
    return *this;
  }

  Bson set_;
  Bson unset_;
  Bson now_;
};

template <typename Record>
std::optional<double> Latitude(const Record& record) {
  return record.position ? std::optional(record.position->latitude) : std::nullopt;
}

template <typename Record>
std::optional<double> Longitude(const Record& record) {
  return record.position ? std::optional(record.position->longitude) : std::nullopt;
}

}  // namespace

template <>
void RecordReader<Job>::AddFields(const MongoNames& names) {
  fields_[names.job_title] = Into(&Job::title, TextOf);
  fields_[names.job_company] = Into(&Job::company, TextOf);
  fields_[names.job_sector] = Into(&Job::sector, TextOf);
  fields_[names.job_description] = Into(&Job::description, TextOf);
  fields_[names.job_technical_skills] = Into(&Job::technical_skills, TextsOf);
  fields_[names.job_soft_skills] = Into(&Job::soft_skills, TextsOf);
  fields_[names.job_experience] = Into(&Job::experience_requirements, TextOf);
  fields_[names.job_location] = Into(&Job::location, TextOf);
  fields_[names.job_latitude] = IntoDraft(&RecordDraft<Job>::latitude);
  fields_[names.job_longitude] = IntoDraft(&RecordDraft<Job>::longitude);
  fields_[names.job_work_mode] =
      Into(&Job::work_mode, [](const bson_iter_t& v) { return EnumOf(v, ParseWorkMode); });
  fields_[names.job_seniority] =
      Into(&Job::seniority, [](const bson_iter_t& v) { return EnumOf(v, ParseSeniority); });
  fields_[names.job_contract] =
      Into(&Job::contract, [](const bson_iter_t& v) { return EnumOf(v, ParseContractType); });
  fields_[names.job_salary_low] = IntoDraft(&RecordDraft<Job>::salary_low);
  fields_[names.job_salary_high] = IntoDraft(&RecordDraft<Job>::salary_high);
  fields_[names.job_posted] = Into(&Job::posted_ms, DateOf);
  fields_[names.job_expires] = Into(&Job::expires_ms, DateOf);
}

template <>
void RecordReader<Candidate>::AddFields(const MongoNames& names) {
  fields_[names.candidate_bio] = Into(&Candidate::bio, TextOf);
  fields_[names.candidate_resume] = Into(&Candidate::resume, TextOf);
  fields_[names.candidate_category] = Into(&Candidate::category, TextOf);
  fields_[names.candidate_hard_skills] = Into(&Candidate::hard_skills, TextsOf);
  fields_[names.candidate_soft_skills] = Into(&Candidate::soft_skills, TextsOf);
  fields_[names.candidate_location] = Into(&Candidate::location, TextOf);
  fields_[names.candidate_latitude] = IntoDraft(&RecordDraft<Candidate>::latitude);
  fields_[names.candidate_longitude] = IntoDraft(&RecordDraft<Candidate>::longitude);
  fields_[names.candidate_work_mode] =
      Into(&Candidate::preferred_work_mode,
           [](const bson_iter_t& v) { return EnumOf(v, ParseWorkMode); });
  fields_[names.candidate_seniority] =
      Into(&Candidate::seniority, [](const bson_iter_t& v) { return EnumOf(v, ParseSeniority); });
  fields_[names.candidate_salary] = IntoDraft(&RecordDraft<Candidate>::salary_low);
}

template <typename Record>
RecordReader<Record>::RecordReader(const MongoNames& names) {
  AddFields(names);
  for (const auto& [name, unused] : fields_) projection_.Add(name, 1);
}

template <typename Record>
std::optional<Record> RecordReader<Record>::Read(BsonView document) const {
  RecordDraft<Record> draft;
  std::optional<std::string> id;
  bson_iter_t value;
  if (!bson_iter_init(&value, document.get())) return std::nullopt;
  while (bson_iter_next(&value)) {
    const std::string_view key(bson_iter_key(&value), bson_iter_key_len(&value));
    if (key == "_id") {
      id = IdText(value);
    } else if (const auto field = fields_.find(key); field != fields_.end()) {
      field->second(value, draft);
    }
  }
  if (!id) return std::nullopt;
  draft.record.id = std::move(*id);
  return Complete(draft);
}

template class RecordReader<Job>;
template class RecordReader<Candidate>;

Bson RecordUpdate(const MongoNames& names, const Job& job) {
  return UpdateBuilder()
      .Text(names.job_title, job.title, /*always=*/true)
      .Text(names.job_company, job.company)
      .Text(names.job_sector, job.sector)
      .Text(names.job_description, job.description)
      .Texts(names.job_technical_skills, job.technical_skills)
      .Texts(names.job_soft_skills, job.soft_skills)
      .Text(names.job_experience, job.experience_requirements)
      .Text(names.job_location, job.location)
      .Number(names.job_latitude, Latitude(job))
      .Number(names.job_longitude, Longitude(job))
      .Enum(names.job_work_mode, job.work_mode)
      .Enum(names.job_seniority, job.seniority)
      .Enum(names.job_contract, job.contract)
      .Number(names.job_salary_low, job.salary ? std::optional(job.salary->low) : std::nullopt)
      .Number(names.job_salary_high, job.salary ? std::optional(job.salary->high) : std::nullopt)
      .Date(names.job_posted, job.posted_ms)
      .Date(names.job_expires, job.expires_ms)
      .Now(names.job_updated)
      .Build();
}

Bson RecordUpdate(const MongoNames& names, const Candidate& candidate) {
  return UpdateBuilder()
      .Text(names.candidate_bio, candidate.bio, /*always=*/true)
      .Text(names.candidate_resume, candidate.resume)
      .Text(names.candidate_category, candidate.category)
      .Texts(names.candidate_hard_skills, candidate.hard_skills)
      .Texts(names.candidate_soft_skills, candidate.soft_skills)
      .Text(names.candidate_location, candidate.location)
      .Number(names.candidate_latitude, Latitude(candidate))
      .Number(names.candidate_longitude, Longitude(candidate))
      .Enum(names.candidate_work_mode, candidate.preferred_work_mode)
      .Enum(names.candidate_seniority, candidate.seniority)
      .Number(names.candidate_salary, candidate.expected_salary)
      .Build();
}

}  // namespace dynajob
