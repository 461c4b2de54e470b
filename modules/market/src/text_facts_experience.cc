// Years of experience, and the seniority that a whole text implies.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

#include "phrase_scanner.h"
#include "text_facts_tokens.h"

namespace dynajob {
namespace {

using text_facts::HasAnyWord;
using text_facts::IsDigit;
using text_facts::Token;
using text_facts::Tokenize;

// How far from "years" the word "experience" may stand, in bytes, within one sentence.
constexpr size_t kReachAfter = 120;
constexpr size_t kReachBefore = 60;
constexpr double kMaxRequiredYears = 15;
constexpr double kMaxStatedYears = 45;

std::optional<double> NumberOfToken(std::string_view word) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
       "eleven", "twelve", "thirteen", "fourteen", "fifteen"});
  for (size_t i = 0; i < kNames.size(); ++i)
    if (word == kNames[i]) return static_cast<double>(i);
  if (word.size() > 3 || !std::all_of(word.begin(), word.end(), IsDigit)) return std::nullopt;
  double value = 0;
  for (char c : word) value = value * 10 + (c - '0');
  return value;
}

// Misspellings as they occur in résumés.
bool IsExperienceWord(std::string_view word) {
  return word.starts_with("experien") || word == "exprience" || word == "experiance" ||
         word == "exp" || word == "expertise";
}

bool EndsSentence(std::string_view text, size_t begin, size_t end) {
  for (size_t i = begin; i < end && i < text.size(); ++i) {
    if (text[i] == '\n' || text[i] == ';') return true;
    // A dot inside "Node.js" or "2.5" ends nothing.
    if (text[i] == '.' && (i + 1 == text.size() || text[i + 1] == ' ')) return true;
  }
  return false;
}

// Whether "experience" stands in the same sentence as the period word at `unit`.
bool IsOfExperience(std::string_view text, const std::vector<Token>& tokens, size_t unit) {
  for (size_t i = unit + 1; i < tokens.size(); ++i) {
    if (tokens[i].begin > tokens[unit].end + kReachAfter) break;
    if (EndsSentence(text, tokens[i - 1].end, tokens[i].begin)) break;
    if (IsExperienceWord(tokens[i].text)) return true;
  }
  for (size_t i = unit; i-- > 0;) {
    if (tokens[i].end + kReachBefore < tokens[unit].begin) break;
    if (EndsSentence(text, tokens[i].end, tokens[i + 1].begin)) break;
    if (IsExperienceWord(tokens[i].text)) return true;
  }
  return false;
}

// The number before the period word at `unit`, the lower end of a range: "3", "3+", "three (3)",
// "3-5", "3 to 5", "1.5". `text` is what the tokens refer to.
std::optional<double> NumberBefore(std::string_view text, const std::vector<Token>& tokens,
                                   size_t unit) {
  size_t i = unit;
  // "3 or more years", "3 plus years", "5 full years"
  while (i > 0 && (tokens[i - 1].text == "more" || tokens[i - 1].text == "or" ||
                   tokens[i - 1].text == "plus" || tokens[i - 1].text == "full" ||
                   tokens[i - 1].text == "calendar"))
    --i;
  if (i == 0) return std::nullopt;
  --i;
  const std::optional<double> last = NumberOfToken(tokens[i].text);
  if (!last) return std::nullopt;
  if (tokens[unit].begin - tokens[i].end > 16) return std::nullopt;
  if (i == 0) return last;

  size_t before = i - 1;
  const std::string_view gap =
      text.substr(tokens[before].end, tokens[i].begin - tokens[before].end);
  const std::optional<double> previous = NumberOfToken(tokens[before].text);
  if (gap == "." && previous) return *previous + *last / (tokens[i].text.size() > 1 ? 100 : 10);
  if (previous && *previous <= *last && gap.size() <= 5 &&
      (gap.find('-') != std::string_view::npos || gap.find('(') != std::string_view::npos ||
       gap.find('/') != std::string_view::npos))
    return previous;
  if ((tokens[before].text == "to" || tokens[before].text == "or") && before > 0) {
    const std::optional<double> low = NumberOfToken(tokens[before - 1].text);
    if (low && *low <= *last) return low;
  }
  return last;
}

bool IsYearWord(std::string_view word) {
  return word == "years" || word == "year" || word == "yrs" || word == "yr";
}

// Bytes around a period word that can matter to what it says; more than both reaches.
constexpr size_t kWindow = 200;

// Calls use(years, span) with every number of years of experience that the text mentions, and the
// bytes from the number's neighbourhood to the end of the period word. Only the surroundings of
// period words are looked at, since most of a text has none.
template <typename Use>
void ForEachMention(std::string_view text, bool with_months, Use&& use) {
  static const PhraseScanner years_only({"year", "yr"});
  static const PhraseScanner years_and_months({"year", "yr", "months"});
  const PhraseScanner& scanner = with_months ? years_and_months : years_only;
  scanner.ForEach(text, [&](size_t at, size_t) {
    size_t begin = at > kWindow ? at - kWindow : 0;
    while (begin > 0 && text_facts::IsAlnum(text[begin - 1]) && begin < at) ++begin;
    size_t end = std::min(text.size(), at + kWindow);
    while (end < text.size() && text_facts::IsAlnum(text[end]) && end > at + 1) --end;
    const std::string lower = ToLowerAscii(text.substr(begin, end - begin));
    const std::vector<Token> tokens = Tokenize(lower);
    const auto unit = std::find_if(tokens.begin(), tokens.end(), [&](const Token& token) {
      return token.begin == at - begin;  // not inside of a word
    });
    if (unit == tokens.end()) return;
    const bool months = with_months && (unit->text == "months" ||
                                        // "75 monthsCompany Details": the next heading ran into it.
                                        unit->text == "monthscompany");
    if (!IsYearWord(unit->text) && !months) return;
    const auto index = static_cast<size_t>(unit - tokens.begin());
    const std::optional<double> number = NumberBefore(lower, tokens, index);
    if (!number || !IsOfExperience(lower, tokens, index)) return;
    size_t first = index;
    while (first > 0 && index - first < 4 && NumberOfToken(tokens[first].text) == std::nullopt)
      --first;
    use(months ? *number / 12 : *number, TextSpan{begin + tokens[first].begin, begin + unit->end});
  });
}

// Phrases that make a posting or a résumé one for beginners.
const PhraseScanner& JuniorPosting() {
  static const PhraseScanner scanner(
      {"entry level", "no experience necessary", "no experience required", "no experience needed",
       "no prior experience", "no previous experience", "experience not required",
       "experience is not required", "recent graduates", "recent graduate"},
      true);
  return scanner;
}
const PhraseScanner& JuniorResume() {
  static const PhraseScanner scanner(
      {"fresher", "recent graduate", "entry level", "be pursuing", "final year student"}, true);
  return scanner;
}

// The first place where one of the phrases stands as whole words.
std::optional<TextSpan> FirstWhole(const PhraseScanner& scanner, std::string_view text) {
  std::optional<TextSpan> first;
  scanner.ForEach(text, [&](size_t begin, size_t end) {
    const bool whole = (begin == 0 || !text_facts::IsAlnum(text[begin - 1])) &&
                       (end == text.size() || !text_facts::IsAlnum(text[end]));
    if (whole && !first) first = TextSpan{begin, end};
  });
  return first;
}

// Whether a short line names a role: "Java Developer - Infosys", "Data Scientist | Initech".
bool NamesRole(std::string_view line) {
  const std::string lower = ToLowerAscii(line);
  const std::vector<Token> tokens = Tokenize(lower);
  return tokens.size() <= 12 &&
         HasAnyWord(tokens,
                    {"engineer",   "developer",   "analyst",    "manager",   "scientist",
                     "consultant", "designer",    "architect",  "tester",    "specialist",
                     "officer",    "coordinator", "director",   "lead",      "accountant",
                     "teacher",    "trainer",     "advocate",   "executive", "administrator",
                     "programmer", "technician",  "supervisor", "intern",    "head"});
}

// The part of a role's line that is the title, without employer, place and dates.
std::string_view TitlePart(std::string_view line) {
  for (std::string_view separator : {" - ", " | ", " at ", " @ ", ", "}) {
    const size_t at = line.find(separator);
    if (at != std::string_view::npos && at > 0) line = line.substr(0, at);
  }
  return line;
}

// The title of the first line that names a role; empty when none does.
std::string_view FirstRoleTitle(std::string_view resume) {
  constexpr size_t kMaxTitleLine = 100;
  while (!resume.empty()) {
    const size_t end = std::min(resume.find('\n'), resume.size());
    const std::string_view line = Trim(resume.substr(0, end));
    if (line.size() <= kMaxTitleLine && !line.starts_with("-") && !line.starts_with("*") &&
        NamesRole(TitlePart(line)))
      return TitlePart(line);
    resume.remove_prefix(std::min(end + 1, resume.size()));
  }
  return {};
}

}  // namespace

namespace {

std::optional<Found<double>> MostYears(std::string_view text, bool with_months, double limit) {
  std::optional<Found<double>> most;
  ForEachMention(text, with_months, [&](double years, TextSpan span) {
    if (years <= limit && (!most || years > most->value)) most = Found<double>{years, span};
  });
  return most;
}

std::optional<double> ValueOf(const std::optional<Found<double>>& found) {
  return found ? std::optional(found->value) : std::nullopt;
}

}  // namespace

std::optional<double> RequiredYears(std::string_view posting) {
  return ValueOf(MostYears(posting, false, kMaxRequiredYears));
}

std::optional<double> StatedYears(std::string_view resume) {
  return ValueOf(MostYears(resume, true, kMaxStatedYears));
}

std::optional<Found<Seniority>> FindPostingSeniority(std::string_view text) {
  if (const auto years = MostYears(text, false, kMaxRequiredYears))
    return Found<Seniority>{SeniorityFromYears(years->value), years->span};
  if (const auto junior = FirstWhole(JuniorPosting(), text))
    return Found<Seniority>{Seniority::kJunior, *junior};
  return std::nullopt;
}

std::optional<Found<Seniority>> FindResumeSeniority(std::string_view text) {
  const std::string_view role = FirstRoleTitle(text);
  const Seniority title = SeniorityFromTitle(role);
  if (title != Seniority::kUnknown) {
    const auto begin = static_cast<size_t>(role.data() - text.data());
    // Whoever looks for a job has the internship behind them.
    return Found<Seniority>{title == Seniority::kIntern ? Seniority::kJunior : title,
                            {begin, begin + role.size()}};
  }
  if (const auto years = MostYears(text, true, kMaxStatedYears))
    return Found<Seniority>{SeniorityFromYears(years->value), years->span};
  if (const auto junior = FirstWhole(JuniorResume(), text))
    return Found<Seniority>{Seniority::kJunior, *junior};
  return std::nullopt;
}

Seniority SeniorityFromPosting(std::string_view text) {
  const auto found = FindPostingSeniority(text);
  return found ? found->value : Seniority::kUnknown;
}

Seniority SeniorityFromResume(std::string_view text) {
  const auto found = FindResumeSeniority(text);
  return found ? found->value : Seniority::kUnknown;
}

}  // namespace dynajob
