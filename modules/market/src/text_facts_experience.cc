// Years of experience, and the seniority that a whole text implies.
#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

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

// Calls `use` with every number of years of experience that the text mentions.
void ForEachMention(std::string_view text, bool with_months,
                    const std::function<void(double years)>& use) {
  std::string lower = ToLowerAscii(text);
  const std::vector<Token> tokens = Tokenize(lower);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool years = IsYearWord(tokens[i].text);
    const bool months = with_months && (tokens[i].text == "months" ||
                                        // "75 monthsCompany Details": the next heading ran into it.
                                        tokens[i].text == "monthscompany");
    if (!years && !months) continue;
    const std::optional<double> number = NumberBefore(lower, tokens, i);
    if (number && IsOfExperience(lower, tokens, i)) use(months ? *number / 12 : *number);
  }
}

bool Mentions(const std::vector<Token>& tokens,
              std::initializer_list<std::initializer_list<std::string_view>> phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](auto phrase) { return text_facts::FindPhrase(tokens, phrase) >= 0; });
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

std::optional<double> RequiredYears(std::string_view posting) {
  std::optional<double> most;
  ForEachMention(posting, false, [&](double years) {
    if (years <= kMaxRequiredYears) most = std::max(most.value_or(0), years);
  });
  return most;
}

std::optional<double> StatedYears(std::string_view resume) {
  std::optional<double> most;
  ForEachMention(resume, true, [&](double years) {
    if (years <= kMaxStatedYears) most = std::max(most.value_or(0), years);
  });
  return most;
}

Seniority SeniorityFromPosting(std::string_view text) {
  if (const std::optional<double> years = RequiredYears(text)) return SeniorityFromYears(*years);
  const std::string lower = ToLowerAscii(text);
  const std::vector<Token> tokens = Tokenize(lower);
  const bool junior = Mentions(tokens, {{"entry", "level"},
                                        {"no", "experience", "necessary"},
                                        {"no", "experience", "required"},
                                        {"no", "experience", "needed"},
                                        {"no", "prior", "experience"},
                                        {"no", "previous", "experience"},
                                        {"experience", "not", "required"},
                                        {"experience", "is", "not", "required"},
                                        {"recent", "graduates"},
                                        {"recent", "graduate"}});
  return junior ? Seniority::kJunior : Seniority::kUnknown;
}

Seniority SeniorityFromResume(std::string_view text) {
  const Seniority title = SeniorityFromTitle(FirstRoleTitle(text));
  // Whoever looks for a job has the internship behind them.
  if (title == Seniority::kIntern) return Seniority::kJunior;
  if (title != Seniority::kUnknown) return title;
  if (const std::optional<double> years = StatedYears(text)) return SeniorityFromYears(*years);
  const std::string lower = ToLowerAscii(text);
  const std::vector<Token> tokens = Tokenize(lower);
  const bool junior = Mentions(tokens, {{"fresher"},
                                        {"recent", "graduate"},
                                        {"entry", "level"},
                                        {"be", "pursuing"},
                                        {"final", "year", "student"}});
  return junior ? Seniority::kJunior : Seniority::kUnknown;
}

}  // namespace dynajob
