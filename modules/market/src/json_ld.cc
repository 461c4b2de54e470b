#include "json_ld.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;
using Kind = FieldValue::Kind;

constexpr int kMaxDepth = 64;
constexpr size_t kMaxDetailBytes = 300;

// The member of an object, or null; schema.org properties may carry their namespace.
const Json* Member(const Json& object, const std::string& name) {
  if (!object.is_object()) return nullptr;
  for (const char* prefix : {"", "schema:", "http://schema.org/", "https://schema.org/"}) {
    const auto found = object.find(prefix + name);
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

// The first item of a list, or the value itself.
const Json* First(const Json* value) {
  if (value == nullptr || !value->is_array()) return value;
  return value->empty() ? nullptr : &value->front();
}

std::string NumberText(const Json& number) {
  if (number.is_number_float()) return fmt::format("{}", number.get<double>());
  return number.dump();
}

// What a value says as text: itself, the texts of a list, or the name (or value) of a structure.
std::string TextOf(const Json* value, int depth = 0) {
  if (value == nullptr || depth > 4) return {};
  if (value->is_string()) return value->get<std::string>();
  if (value->is_number()) return NumberText(*value);
  if (value->is_array()) {
    std::string joined;
    for (const Json& item : *value) {
      const std::string text = TextOf(&item, depth + 1);
      if (text.empty()) continue;
      joined += (joined.empty() ? "" : ", ") + text;
    }
    return joined;
  }
  for (const char* name : {"@value", "name", "value", "description", "@id"})
    if (const Json* member = Member(*value, name)) return TextOf(member, depth + 1);
  return {};
}

bool IsType(const Json& object, std::string_view type) {
  const Json* types = Member(object, "@type");
  if (types == nullptr) return false;
  const auto matches = [&](const Json& name) {
    if (!name.is_string()) return false;
    const std::string_view text = name.get_ref<const std::string&>();
    return text == type || (text.ends_with(type) && text.size() > type.size() &&
                            (text[text.size() - type.size() - 1] == '/' ||
                             text[text.size() - type.size() - 1] == ':'));
  };
  if (types->is_array()) return std::any_of(types->begin(), types->end(), matches);
  return matches(*types);
}

void Put(Row& row, const std::string& name, std::string text) {
  if (!Trim(text).empty()) row[name] = {.kind = Kind::kText, .text = std::move(text)};
}

std::string PlaceText(const Json& place) {
  const Json* address = First(Member(place, "address"));
  if (address == nullptr) return TextOf(&place);
  if (!address->is_object()) return TextOf(address);
  std::string text = TextOf(Member(*address, "addressLocality"));
  const auto append = [&](const std::string& part, std::string_view separator) {
    if (part.empty()) return;
    text += std::string(text.empty() ? "" : separator) + part;
  };
  append(TextOf(Member(*address, "addressRegion")), ", ");
  append(TextOf(Member(*address, "postalCode")), " ");
  append(TextOf(Member(*address, "addressCountry")), ", ");
  return text;
}

void PutPlace(const Json& posting, Row& row) {
  const Json* place = First(Member(posting, "jobLocation"));
  if (place == nullptr) return;
  Put(row, "jobLocation", PlaceText(*place));
  const Json* geo = First(Member(*place, "geo"));
  for (const char* name : {"latitude", "longitude"}) {
    const Json* member = geo == nullptr ? nullptr : Member(*geo, name);
    if (member == nullptr) continue;
    const std::string text = TextOf(member);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && *end == '\0')
      row[name] = {.kind = Kind::kNumber, .text = text, .number = value};
  }
}

// "HOUR" -> " per hour".
std::string PeriodText(const Json* unit) {
  std::string text = ToLowerAscii(TextOf(unit));
  if (text == "ann") text = "year";
  if (text.empty()) return {};
  return " per " + text;
}

std::string SalaryText(const Json* salary) {
  salary = First(salary);
  if (salary == nullptr) return {};
  if (!salary->is_object()) return TextOf(salary);
  const std::string currency = TextOf(Member(*salary, "currency"));
  const Json* value = First(Member(*salary, "value"));
  if (value == nullptr) value = salary;  // the amounts without the structure between
  const Json& amounts = *value;
  std::string text;
  if (amounts.is_object()) {
    const std::string low = TextOf(Member(amounts, "minValue"));
    const std::string high = TextOf(Member(amounts, "maxValue"));
    if (!low.empty() && !high.empty() && low != high)
      text = low + " - " + high;
    else
      text = !low.empty() ? low : high;
    if (text.empty()) text = TextOf(Member(amounts, "value"));
  } else {
    text = TextOf(value);
  }
  if (text.empty()) return {};
  const Json* unit = Member(amounts, "unitText");
  if (unit == nullptr) unit = Member(*salary, "unitText");
  return (currency.empty() ? "" : currency + " ") + text + PeriodText(unit);
}

std::string ExperienceText(const Json* experience) {
  const Json* first = First(experience);
  const Json* months = first == nullptr ? nullptr : Member(*first, "monthsOfExperience");
  if (months == nullptr || !months->is_number()) return TextOf(experience);
  return fmt::format("{:.3g} years of experience", months->get<double>() / 12);
}

// HTML that was escaped once more: "&lt;p&gt;".
std::string Unescaped(std::string text) {
  if (text.find('<') != std::string::npos || text.find("&lt;") == std::string::npos) return text;
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.starts_with("&lt;") || rest.starts_with("&gt;")) {
      out += rest[1] == 'l' ? '<' : '>';
      i += 4;
    } else if (rest.starts_with("&amp;")) {
      out += '&';
      i += 5;
    } else {
      out += text[i++];
    }
  }
  return out;
}

// The same posting gets the same id whenever it is read.
std::string HashedId(const Row& row) {
  uint64_t hash = 0;
  for (const char* name : {"title", "hiringOrganization", "jobLocation", "description"}) {
    const auto found = row.find(name);
    hash = HashBytes(found == row.end() ? std::string_view() : found->second.text, hash);
  }
  return fmt::format("posting-{:016x}", hash);
}

Row ToRow(const Json& posting) {
  Row row;
  Put(row, "title", TextOf(Member(posting, "title")));
  if (!row.contains("title")) Put(row, "title", TextOf(Member(posting, "name")));
  Put(row, "description", Unescaped(TextOf(Member(posting, "description"))));
  Put(row, "hiringOrganization", TextOf(First(Member(posting, "hiringOrganization"))));
  PutPlace(posting, row);
  Put(row, "baseSalary", SalaryText(Member(posting, "baseSalary")));
  Put(row, "experienceRequirements", ExperienceText(Member(posting, "experienceRequirements")));
  for (const char* name : {"employmentType", "datePosted", "validThrough", "jobLocationType",
                           "industry", "occupationalCategory", "skills", "qualifications",
                           "responsibilities", "educationRequirements"})
    Put(row, name, TextOf(Member(posting, name)));
  const Json* identifier = First(Member(posting, "identifier"));
  const Json* value = identifier == nullptr ? nullptr : Member(*identifier, "value");
  std::string id = TextOf(value != nullptr ? value : identifier);
  for (const char* name : {"@id", "url"})
    if (Trim(id).empty()) id = TextOf(Member(posting, name));
  Put(row, "identifier", Trim(id).empty() ? HashedId(row) : std::move(id));
  return row;
}

}  // namespace

std::optional<Rejection> AppendJobPostings(std::string_view json, std::vector<Row>& rows) {
  std::string error;
  Json document;
  try {
    const Json::parser_callback_t shallow = [](int depth, Json::parse_event_t, Json&) {
      return depth <= kMaxDepth;
    };
    document = Json::parse(RepairJson(json), shallow);
  } catch (const Json::exception& exception) {
    return Rejection{"broken JSON",
                     SanitizeUtf8(std::string(exception.what()).substr(0, kMaxDetailBytes))};
  }
  std::deque<const Json*> queue = {&document};
  while (!queue.empty()) {
    const Json& value = *queue.front();
    queue.pop_front();
    if (value.is_array()) {
      for (const Json& item : value) queue.push_back(&item);
    } else if (value.is_object()) {
      if (IsType(value, "JobPosting")) {
        rows.push_back(ToRow(value));
        continue;
      }
      for (const char* name :
           {"@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item"})
        if (const Json* member = Member(value, name)) queue.push_back(member);
    }
  }
  return std::nullopt;
}

}  // namespace dynajob
