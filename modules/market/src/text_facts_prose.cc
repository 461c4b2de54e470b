// Pay, work mode, contract and place in running text.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

#include "phrase_scanner.h"
#include "text_facts_tokens.h"

namespace dynajob {
namespace {

bool IsWhole(std::string_view text, size_t begin, size_t end) {
  return (begin == 0 || !text_facts::IsAlnum(text[begin - 1])) &&
         (end == text.size() || !text_facts::IsAlnum(text[end]));
}

size_t LineBegin(std::string_view text, size_t at) {
  const size_t line_end = text.substr(0, at).rfind('\n');
  return line_end == std::string_view::npos ? 0 : line_end + 1;
}

// The rest of the sentence or line from `at`, at most `limit` bytes.
std::string_view RestOfSentence(std::string_view text, size_t at, size_t limit) {
  size_t end = at;
  while (end < text.size() && end - at < limit) {
    const char c = text[end];
    if (c == '\n' || c == ';') break;
    if (c == '.' && (end + 1 == text.size() || text[end + 1] == ' ' || text[end + 1] == '\n'))
      break;
    ++end;
  }
  return text.substr(at, end - at);
}

const PhraseScanner& CurrencyScanner() {
  static const PhraseScanner scanner(
      {"$", "\u20ac", "\u00a3", "\u20b9", "usd", "eur", "gbp", "cad", "aud", "inr", "chf"});
  return scanner;
}
const PhraseScanner& PayCues() {
  static const PhraseScanner scanner(
      {"salary", "pay",      "compensation", "wage",      "rate",      "hourly",
       "annual", "per hour", "an hour",      "/hour",     "/hr",       "per year",
       "a year", "/year",    "/yr",          "per annum", "per month", "a month",
       "/month", "per week", "a week",       "/week",     "per day",   "a day"});
  return scanner;
}
const PhraseScanner& NoPayCues() {
  static const PhraseScanner scanner(
      {"revenue",  "budget",    "million",   "billion",  "bonus",     "401",
       "tuition",  "reimburse", "funding",   "stipend",  "discount",  "deductible",
       "in sales", "assets",    "worth",     "referral", "allowance", "saving",
       "raised",   "portfolio", "insurance", "sign-on",  "fine",      "fee"});
  return scanner;
}

// Where the words end that belong to an amount: after the last amount of a range or the period.
size_t PayEnd(std::string_view phrase) {
  size_t end = 0;
  size_t last = 0;  // end of the token before
  bool has_digit = false;
  for (const text_facts::Token& token : text_facts::Tokenize(phrase)) {
    if (token.begin > last + 4 && has_digit) break;
    last = token.end;
    const std::string word = ToLowerAscii(token.text);
    const bool number = text_facts::IsDigit(token.text[0]);
    static constexpr auto kParts = std::to_array<std::string_view>(
        {"usd", "us",     "eur",    "gbp",     "cad",      "aud",   "inr",
         "chf", "to",     "and",    "per",     "an",       "a",     "hour",
         "hr",  "year",   "yr",     "annum",   "annually", "month", "week",
         "day", "yearly", "hourly", "monthly", "weekly",   "k",     "lpa"});
    if (!number && std::find(kParts.begin(), kParts.end(), word) == kParts.end()) break;
    has_digit = has_digit || number;
    // "$45,000 to a team": a joining word alone does not belong.
    const bool joins =
        word == "to" || word == "and" || word == "a" || word == "an" || word == "per";
    if (!joins) end = token.end;
  }
  return has_digit ? end : 0;
}

struct ModePhrase {
  std::string_view phrase;
  WorkMode mode;
};
constexpr auto kModes = std::to_array<ModePhrase>({
    {"fully remote", WorkMode::kRemote},
    {"100% remote", WorkMode::kRemote},
    {"remote position", WorkMode::kRemote},
    {"remote role", WorkMode::kRemote},
    {"remote job", WorkMode::kRemote},
    {"remote opportunity", WorkMode::kRemote},
    {"remote work available", WorkMode::kRemote},
    {"work remotely", WorkMode::kRemote},
    {"work from home", WorkMode::kRemote},
    {"work location: remote", WorkMode::kRemote},
    {"location: remote", WorkMode::kRemote},
    {"(remote)", WorkMode::kRemote},
    {"hybrid position", WorkMode::kHybrid},
    {"hybrid role", WorkMode::kHybrid},
    {"hybrid schedule", WorkMode::kHybrid},
    {"hybrid work", WorkMode::kHybrid},
    {"hybrid remote", WorkMode::kHybrid},
    {"location: hybrid", WorkMode::kHybrid},
    {"(hybrid)", WorkMode::kHybrid},
    {"days in the office", WorkMode::kHybrid},
    {"days in office", WorkMode::kHybrid},
    {"days per week in the office", WorkMode::kHybrid},
    {"days a week in the office", WorkMode::kHybrid},
    {"on-site position", WorkMode::kOnsite},
    {"on-site role", WorkMode::kOnsite},
    {"onsite position", WorkMode::kOnsite},
    {"onsite role", WorkMode::kOnsite},
    {"in-office position", WorkMode::kOnsite},
    {"location: in person", WorkMode::kOnsite},
    {"location: one location", WorkMode::kOnsite},
    {"location: on the road", WorkMode::kOnsite},
    {"no remote", WorkMode::kOnsite},
    {"not remote", WorkMode::kOnsite},
    {"not a remote", WorkMode::kOnsite},
});
const PhraseScanner& ModeScanner() {
  static const PhraseScanner scanner([] {
    std::vector<std::string_view> phrases;
    for (const ModePhrase& mode : kModes) phrases.push_back(mode.phrase);
    return phrases;
  }());
  return scanner;
}

const PhraseScanner& ContractScanner() {
  static const PhraseScanner scanner(
      {"job type:",           "job types:",         "employment type:",   "contract type:",
       "type of employment:", "full-time position", "full time position", "full-time role",
       "full time role",      "full-time job",      "part-time position", "part time position",
       "part-time role",      "part time role",     "part-time job",      "contract position",
       "contract role",       "temporary position", "temporary role",     "seasonal position",
       "seasonal role",       "per diem position",  "internship program", "(full-time)",
       "(part-time)",         "- full time",        "(contract"});
  return scanner;
}
const PhraseScanner& LocationScanner() {
  static const PhraseScanner scanner({"location:", "based in "});
  return scanner;
}

}  // namespace

std::optional<Found<Pay>> FindPay(std::string_view text) {
  constexpr size_t kReach = 80;
  std::optional<Found<Pay>> found;
  size_t after = 0;  // amounts before this place have been looked at
  CurrencyScanner().ForEach(text, [&](size_t at, size_t end) {
    const bool is_word = text_facts::IsAsciiLetter(text[at]);
    if (found || at < after || (is_word && !IsWhole(text, at, end))) return;
    const std::string_view phrase = RestOfSentence(text, at, kReach);
    const size_t length = PayEnd(phrase);
    if (length == 0) return;
    after = at + length;
    const size_t context = std::max(LineBegin(text, at), at > kReach ? at - kReach : 0);
    // What follows is said of the amount only up to the next mark: "$50,000 a year, plus bonus".
    const std::string_view rest = text.substr(after, 24);
    const size_t said = std::min(rest.find_first_of(",.;(\n"), rest.size());
    const std::string_view around = text.substr(context, after + said - context);
    if (!PayCues().FoundIn(around) || NoPayCues().FoundIn(around)) return;
    const auto pay = ParsePay(phrase.substr(0, length));
    if (!pay || (pay->currency == "USD" && !pay->yearly_usd)) return;
    found = Found<Pay>{*pay, {at, after}};
  });
  return found;
}

std::optional<Found<WorkMode>> FindWorkMode(std::string_view text) {
  std::optional<Found<WorkMode>> found;
  ModeScanner().ForEach(text, [&](size_t begin, size_t end) {
    if (found || (end < text.size() && text_facts::IsAsciiLetter(text[end]))) return;
    if (begin > 0 && text_facts::IsAsciiLetter(text[begin]) &&
        text_facts::IsAsciiLetter(text[begin - 1]))
      return;
    const std::string phrase = ToLowerAscii(text.substr(begin, end - begin));
    const auto* mode = std::find_if(kModes.begin(), kModes.end(),
                                    [&](const ModePhrase& m) { return m.phrase == phrase; });
    // "This is not a remote position", "cannot work remotely".
    const size_t reach = begin > 12 ? begin - 12 : 0;
    const std::string before = ToLowerAscii(text.substr(reach, begin - reach));
    const bool denied = before.find("not ") != std::string::npos || before.ends_with("no ");
    const bool said = mode->mode != WorkMode::kRemote || !denied;
    found = Found<WorkMode>{said ? mode->mode : WorkMode::kOnsite, {begin, end}};
  });
  return found;
}

std::optional<Found<ContractType>> FindContract(std::string_view text) {
  std::optional<Found<ContractType>> found;
  ContractScanner().ForEach(text, [&](size_t begin, size_t end) {
    if (found) return;
    if (text[end - 1] == ':') end += RestOfSentence(text, end, 60).size();
    const ContractType contract = ParseContractText(text.substr(begin, end - begin));
    if (contract != ContractType::kUnknown) found = Found<ContractType>{contract, {begin, end}};
  });
  return found;
}

std::optional<Found<std::string>> FindLocation(std::string_view text) {
  std::optional<Found<std::string>> found;
  LocationScanner().ForEach(text, [&](size_t, size_t end) {
    if (found) return;
    while (end < text.size() && text[end] == ' ') ++end;
    std::string_view rest = RestOfSentence(text, end, 60);
    rest = Trim(rest.substr(0, rest.find(" (")));
    // "Denver, CO 80202 or anywhere": the place is as much of it as can be found on the map.
    for (std::string_view place = rest; !place.empty();) {
      if (LocateUsPlace(place)) {
        const auto begin = static_cast<size_t>(place.data() - text.data());
        found = Found<std::string>{std::string(place), {begin, begin + place.size()}};
        return;
      }
      const size_t blank = place.find_last_of(" (,");
      place = blank == std::string_view::npos ? std::string_view() : Trim(place.substr(0, blank));
    }
  });
  return found;
}

}  // namespace dynajob
