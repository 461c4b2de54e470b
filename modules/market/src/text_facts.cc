#include "dynajob/market/text_facts.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <vector>

#include "dynajob/core/text.h"

#include "text_facts_tokens.h"

namespace dynajob {
namespace {

using text_facts::FindPhrase;
using text_facts::HasAnyWord;
using text_facts::Token;
using text_facts::Tokenize;
using Tokens = std::vector<Token>;

constexpr size_t kMaxTitleBytes = 256;

bool Has(const Tokens& tokens, std::initializer_list<std::string_view> phrase) {
  return FindPhrase(tokens, phrase) >= 0;
}

// The word that ends the occupation in "Project Engineer III (Night)": a grade must follow a word
// and end its part of the title, so that "F&I Manager", "Specialist 1-3" and "5 Star" are no
// grades.
bool HasGrade(const Tokens& tokens, std::initializer_list<std::string_view> grades) {
  for (size_t i = 1; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (std::find(grades.begin(), grades.end(), token.text) == grades.end()) continue;
    const bool follows_word =
        token.before == ' ' && text_facts::IsAsciiLetter(tokens[i - 1].text[0]);
    const bool counts =
        token.after == '\0' || token.after == ',' || token.after == ')' || token.after == ':';
    const bool part_ends = token.after == ' ' && i + 1 < tokens.size() &&
                           tokens[i + 1].begin > token.end + 1;  // " - " or " ("
    const bool school_grade = tokens[i - 1].text == "grade";
    if (follows_word && !school_grade && (counts || part_ends)) return true;
  }
  return false;
}

bool IsInternTitle(const Tokens& tokens) {
  return HasAnyWord(tokens, {"intern", "interns", "internship", "coop"}) ||
         Has(tokens, {"co", "op"}) || Has(tokens, {"student", "worker"}) ||
         Has(tokens, {"summer", "analyst"}) || Has(tokens, {"summer", "associate"});
}

bool IsExecutiveTitle(const Tokens& tokens) {
  if (HasAnyWord(tokens, {"ceo", "cto", "cfo", "coo", "cio", "svp", "evp", "vp", "president"}))
    return true;
  const int chief = FindPhrase(tokens, {"chief"});
  const int officer = FindPhrase(tokens, {"officer"});
  if (chief >= 0 && officer > chief && officer - chief <= 4) return true;
  return HasAnyWord(tokens, {"director", "directors"}) || Has(tokens, {"head", "of"});
}

// Deputies of executives: "Assistant Vice President", "Associate Director", "Assistant Director".
bool IsDeputyTitle(const Tokens& tokens) {
  if (HasAnyWord(tokens, {"avp"})) return true;
  for (std::string_view deputy : {"assistant", "associate", "asst", "deputy"}) {
    if (Has(tokens, {deputy, "vice", "president"}) || Has(tokens, {deputy, "vp"}) ||
        Has(tokens, {deputy, "director"}))
      return true;
  }
  return false;
}

// A manager of people or of a place, rather than of accounts, projects or products.
bool IsPeopleManager(const Tokens& tokens) {
  static constexpr auto kThings = std::to_array<std::string_view>(
      {"account",      "accounts",  "relationship", "project",   "projects", "product", "program",
       "programs",     "case",      "community",    "portfolio", "campaign", "content", "client",
       "contract",     "contracts", "territory",    "asset",     "wealth",   "office",  "social",
       "media",        "brand",     "event",        "risk",      "database", "care",    "property",
       "construction", "finance",   "insurance",    "success"});
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].text != "manager" && tokens[i].text != "mgr") continue;
    if (i == 0) return true;
    const std::string_view before = tokens[i - 1].text;
    if (before == "assistant" || before == "asst") continue;
    const bool of_things = std::find(kThings.begin(), kThings.end(), before) != kThings.end() ||
                           tokens[i].before == '/' || before == "i";  // "F&I Manager"
    if (!of_things) return true;
  }
  return false;
}

bool IsLeadTitle(const Tokens& tokens) {
  if (HasAnyWord(tokens, {"lead", "principal", "supervisor", "superintendent", "foreman"}))
    return true;
  for (std::string_view technical : {"software", "engineer", "data", "machine", "developer",
                                     "scientist", "backend", "embedded", "systems", "product"})
    if (Has(tokens, {"staff", technical})) return true;
  for (std::string_view trade : {"chef", "coach", "teacher", "cook", "teller", "librarian"})
    if (Has(tokens, {"head", trade})) return true;
  if (Has(tokens, {"executive", "chef"}) || Has(tokens, {"head", "varsity"})) return true;
  return IsPeopleManager(tokens);
}

bool IsJuniorTitle(const Tokens& tokens) {
  const int junior = std::max(FindPhrase(tokens, {"jr"}), FindPhrase(tokens, {"junior"}));
  if (junior >= 0) {
    // "Junior High" and "Junior Varsity" are schools and teams.
    const size_t next = static_cast<size_t>(junior) + 1;
    const std::string_view follower = next < tokens.size() ? tokens[next].text : "";
    if (follower != "high" && follower != "varsity" && follower != "college") return true;
  }
  if (HasAnyWord(tokens, {"trainee", "apprentice", "eit", "fresher"}) ||
      Has(tokens, {"entry", "level"}) || Has(tokens, {"entrylevel"}) ||
      Has(tokens, {"in", "training"}) || Has(tokens, {"early", "career"}) ||
      Has(tokens, {"new", "grad"}) || Has(tokens, {"new", "graduate"}) ||
      Has(tokens, {"recent", "graduate"}) || Has(tokens, {"recent", "graduates"}) ||
      Has(tokens, {"graduate", "engineer"}) || Has(tokens, {"assistant", "teacher"}) ||
      Has(tokens, {"assistant", "coach"}))
    return true;
  const bool assistant =
      !tokens.empty() && (tokens[0].text == "assistant" || tokens[0].text == "asst");
  return assistant && !HasAnyWord(tokens, {"professor", "principal", "manager"});
}

}  // namespace

Seniority SeniorityFromTitle(std::string_view title) {
  const std::string lower = ToLowerAscii(title.substr(0, kMaxTitleBytes));
  const Tokens tokens = Tokenize(lower);
  if (IsInternTitle(tokens)) return Seniority::kIntern;
  if (IsDeputyTitle(tokens)) return Seniority::kLead;
  // "Assistant to the Director" and "Executive Assistant" work for one.
  const bool assists = Has(tokens, {"assistant", "to"}) || Has(tokens, {"executive", "assistant"});
  if (!assists && IsExecutiveTitle(tokens)) return Seniority::kExecutive;
  const bool junior = IsJuniorTitle(tokens);
  if (!assists && !junior && IsLeadTitle(tokens)) return Seniority::kLead;
  if (HasAnyWord(tokens, {"senior", "sr", "snr"}) && !Has(tokens, {"senior", "living"}) &&
      !Has(tokens, {"senior", "center"}) && !Has(tokens, {"senior", "care"}))
    return Seniority::kSenior;
  if (HasGrade(tokens, {"iii", "iv", "v", "3", "4", "5"})) return Seniority::kSenior;
  if (HasGrade(tokens, {"ii", "2"})) return Seniority::kMid;
  if (junior || HasGrade(tokens, {"i", "1"})) return Seniority::kJunior;
  if (Has(tokens, {"mid", "level"}) || HasAnyWord(tokens, {"midlevel", "intermediate"}))
    return Seniority::kMid;
  return Seniority::kUnknown;
}

Seniority SeniorityFromYears(double years) {
  if (years < 2) return Seniority::kJunior;
  if (years < 5) return Seniority::kMid;
  return years < 10 ? Seniority::kSenior : Seniority::kLead;
}

WorkMode ParseWorkModeText(std::string_view text) {
  const std::string lower = ToLowerAscii(text.substr(0, kMaxTitleBytes));
  const Tokens tokens = Tokenize(lower);
  const bool no_remote = Has(tokens, {"no", "remote"}) || Has(tokens, {"not", "remote"}) ||
                         Has(tokens, {"non", "remote"});
  if (no_remote) return WorkMode::kOnsite;
  if (HasAnyWord(tokens, {"hybrid", "temporarily", "partially", "partly"}))
    return WorkMode::kHybrid;
  const bool remote = HasAnyWord(tokens, {"remote", "remotely", "wfh", "telecommute", "telework",
                                          "virtual", "anywhere"}) ||
                      Has(tokens, {"work", "from", "home"}) || Has(tokens, {"home", "based"});
  const bool onsite = HasAnyWord(tokens, {"onsite", "inperson", "office"}) ||
                      Has(tokens, {"on", "site"}) || Has(tokens, {"in", "person"});
  if (remote && onsite) return WorkMode::kHybrid;
  if (remote) return WorkMode::kRemote;
  return onsite ? WorkMode::kOnsite : WorkMode::kUnknown;
}

ContractType ParseContractText(std::string_view text) {
  const std::string lower = ToLowerAscii(text.substr(0, kMaxTitleBytes));
  const Tokens tokens = Tokenize(lower);
  if (HasAnyWord(tokens, {"intern", "internship"})) return ContractType::kInternship;
  if (HasAnyWord(tokens, {"temporary", "temp", "seasonal", "casual"}) ||
      Has(tokens, {"per", "diem"}) || Has(tokens, {"fixed", "term"}))
    return ContractType::kTemporary;
  if (HasAnyWord(tokens, {"contract", "contractor", "freelance", "freelancer", "1099", "c2c"}))
    return ContractType::kContract;
  int full = FindPhrase(tokens, {"full", "time"});
  if (full < 0) full = FindPhrase(tokens, {"fulltime"});
  int part = FindPhrase(tokens, {"part", "time"});
  if (part < 0) part = FindPhrase(tokens, {"parttime"});
  if (full >= 0 && (part < 0 || full < part)) return ContractType::kFullTime;
  return part >= 0 ? ContractType::kPartTime : ContractType::kUnknown;
}

}  // namespace dynajob
