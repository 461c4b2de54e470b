#include "market_text.h"

#include <algorithm>
#include <cmath>

#include "dynajob/core/check.h"

#include "english.h"

namespace dynajob::market_text {
namespace {

struct Degree {
  std::string_view field;
  std::string_view in_posting;
  std::string_view in_resume;
};

// Fields that usually lead to another degree than a bachelor's.
constexpr Degree kDegrees[] = {
    {"law", "Juris Doctor from an accredited law school", "Juris Doctor"},
    {"the subject taught", "Master's degree or PhD in the subject taught",
     "PhD in Higher Education"},
    {"physical therapy", "Doctor of Physical Therapy degree", "Doctor of Physical Therapy"},
    {"school counseling", "Master's degree in school counseling", "M.Ed. in School Counseling"},
    {"library science", "Master's degree in library science", "Master of Library Science"},
    {"social work", "Master's degree in social work", "Master of Social Work"},
    {"paralegal studies", "Associate degree in paralegal studies",
     "Associate degree in Paralegal Studies"},
    {"nursing", "Associate or bachelor's degree in nursing", "B.S. in Nursing"},
    {"early childhood education", "Associate degree in early childhood education",
     "Associate degree in Early Childhood Education"},
};

std::string TitleCase(std::string_view text) {
  std::string result;
  bool starts = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_and = text.substr(i, 4) == "and ";
    result += starts && !is_and ? english::Capitalize(text.substr(i, 1))[0] : text[i];
    starts = text[i] == ' ';
  }
  return result;
}

}  // namespace

YearsRange UsualYears(Seniority level) {
  switch (level) {
    case Seniority::kIntern:
      return {0, 0};
    case Seniority::kJunior:
      return {1, 2};
    case Seniority::kMid:
      return {3, 6};
    case Seniority::kSenior:
      return {6, 11};
    case Seniority::kLead:
      return {9, 16};
    case Seniority::kExecutive:
      return {14, 24};
    case Seniority::kUnknown:
      break;
  }
  return {0, 10};
}

std::string Fill(std::string_view pattern, std::span<const Slot> slots) {
  std::string text;
  while (!pattern.empty()) {
    const size_t open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = pattern.find('}', open);
    DYNAJOB_CHECK(close != std::string_view::npos, "unclosed slot in a text pattern");
    const std::string_view key = pattern.substr(open + 1, close - open - 1);
    const auto slot = std::find_if(slots.begin(), slots.end(),
                                   [&](const Slot& candidate) { return candidate.key == key; });
    DYNAJOB_CHECK(slot != slots.end(), "unknown slot in a text pattern: " + std::string(key));
    text += slot->value;
    pattern.remove_prefix(close + 1);
    // "…, Inc." at the end of a sentence keeps one full stop.
    if (text.ends_with('.') && pattern.starts_with('.')) pattern.remove_prefix(1);
  }
  return text;
}

std::vector<std::string> PickSome(std::span<const std::string> items, size_t count, Rng& rng) {
  std::vector<std::string> picked;
  for (const uint32_t i : rng.SampleWithoutReplacement(items.size(), std::min(count, items.size())))
    picked.push_back(items[i]);
  return picked;
}

std::string EmployerName(const Occupation& occupation, const market_places::City& city, Rng& rng) {
  std::string name = occupation.employers[rng.Below(occupation.employers.size())];
  const auto names = market_places::EmployerNames();
  // Two names in one pattern ("{P} & {P}, LLP") are two founders, who have family names.
  const bool founders = name.find("{P}") != name.rfind("{P}") || name.starts_with("Law Offices");
  const auto pool = founders ? market_places::LastNames() : names;
  for (size_t at = name.find("{P}"); at != std::string::npos; at = name.find("{P}"))
    name.replace(at, 3, pool[rng.Below(pool.size())]);
  if (const size_t at = name.find("{C}"); at != std::string::npos) name.replace(at, 3, city.name);
  return name;
}

std::string DegreeForPosting(std::string_view field) {
  for (const Degree& degree : kDegrees)
    if (degree.field == field) return std::string(degree.in_posting);
  return "Bachelor's degree in " + std::string(field);
}

std::string DegreeForResume(std::string_view field) {
  for (const Degree& degree : kDegrees)
    if (degree.field == field) return std::string(degree.in_resume);
  return "B.S. in " + TitleCase(field);
}

std::string Dollars(double amount) {
  std::string digits = std::to_string(std::llround(amount));
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return "$" + digits;
}

}  // namespace dynajob::market_text
