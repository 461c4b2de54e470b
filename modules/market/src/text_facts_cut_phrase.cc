// Salary and contract that a scraper cut apart at the letter "a".
#include <algorithm>
#include <array>
#include <utility>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

#include "text_facts_tokens.h"

namespace dynajob {
namespace {

using text_facts::IsDigit;

// What is left of a word after its last "a", and the whole it came from.
struct CutPiece {
  std::string_view piece;
  std::string_view whole;
};
constexpr auto kPeriodTails = std::to_array<CutPiece>({{"r", "a year"},
                                                       {"n hour", "an hour"},
                                                       {"month", "a month"},
                                                       {"week", "a week"},
                                                       {"y", "a day"},
                                                       {"me", "per game"}});
constexpr auto kContractTails = std::to_array<CutPiece>({{"rt-time", "Part-time"},
                                                         {"ct", "Contract"},
                                                         {"ry", "Temporary"},
                                                         {"l", "Seasonal"},
                                                         {"ck", "Tenure track"},
                                                         {"nent", "Permanent"},
                                                         {"nce", "Freelance"}});
// What is left of a contract before its first "a".
constexpr auto kContractHeads = std::to_array<CutPiece>({{"Contr", "Contract"},
                                                         {"Tempor", "Temporary"},
                                                         {"Se", "Seasonal"},
                                                         {"Freel", "Freelance"},
                                                         {"Tenure tr", "Tenure track"},
                                                         {"P", "Part-time"},
                                                         {"Perm", "Permanent"}});
constexpr auto kPieceRateHeads =
    std::to_array<CutPiece>({{"per g", "per game"}, {"per cl", "per class"}});

template <size_t N>
std::string_view WholeOf(const std::array<CutPiece, N>& pieces, std::string_view piece) {
  for (const CutPiece& cut : pieces)
    if (cut.piece == piece) return cut.whole;
  return {};
}

bool IsMissing(std::string_view text) {
  const std::string lower = ToLowerAscii(text);
  return lower.empty() || lower == "nan" || lower == "null" || lower == "none" || lower == "n/a";
}

std::pair<std::string_view, std::string_view> SplitOnce(std::string_view text,
                                                        std::string_view separator) {
  const size_t at = text.find(separator);
  if (at == std::string_view::npos) return {Trim(text), {}};
  return {Trim(text.substr(0, at)), Trim(text.substr(at + separator.size()))};
}

// Appends to a comma-separated list unless the list has it already.
void AppendItem(std::string& list, std::string_view item) {
  if (item.empty()) return;
  for (std::string_view rest = list; !rest.empty();) {
    const auto [head, tail] = SplitOnce(rest, ",");
    if (head == item) return;
    rest = tail;
  }
  if (!list.empty()) list += ", ";
  list += item;
}

// Whether the list starts with the name of a contract, whole or cut.
bool NamesContract(std::string_view list) {
  const std::string_view item = SplitOnce(list, ",").first;
  if (!WholeOf(kContractHeads, item).empty()) return true;
  const std::string lower = ToLowerAscii(item);
  return ParseContractText(item) != ContractType::kUnknown || lower == "tenure track" ||
         lower == "tenured" || lower == "non-tenure" || lower == "permanent";
}

// Appends the items of a list of contracts, the last of which may be cut before an "a". "P" is the
// start of "Part-time" unless the tail says that it is "Permanent".
void AppendHead(std::string& contract, std::string_view head, std::string_view tail_whole) {
  while (!head.empty()) {
    const auto [item, rest] = SplitOnce(head, ",");
    const std::string_view whole = WholeOf(kContractHeads, item);
    const bool same_word = item == "P" && tail_whole == "Permanent" && rest.empty();
    if (!same_word) AppendItem(contract, whole.empty() ? item : whole);
    head = rest;
  }
}

// The tail's first item, completed; the others are whole words already.
void AppendTail(std::string& contract, std::string_view tail) {
  while (!tail.empty()) {
    const auto [item, rest] = SplitOnce(tail, ",");
    const std::string_view whole = WholeOf(kContractTails, item);
    AppendItem(contract, whole.empty() ? item : whole);
    tail = rest;
  }
}

}  // namespace

JobTerms RejoinCutPhrase(std::string_view salary, std::string_view contract) {
  salary = Trim(salary);
  contract = Trim(contract);
  // The missing value "NaN" was cut like everything else.
  if (IsMissing(salary) || salary == "N") salary = {};
  if (IsMissing(contract)) contract = {};

  const auto [tail_start, tail_rest] = SplitOnce(contract, " - ");
  const std::string_view period = WholeOf(kPeriodTails, tail_start);
  const std::string_view tail = period.empty() ? contract : tail_rest;
  const std::string_view tail_whole = WholeOf(kContractTails, SplitOnce(tail, ",").first);

  JobTerms terms;
  const bool has_amount = std::any_of(salary.begin(), salary.end(), IsDigit);
  const size_t dash = has_amount ? salary.rfind(" - ") : std::string_view::npos;
  std::string_view money = has_amount ? salary : std::string_view{};
  std::string_view head = has_amount ? std::string_view{} : salary;
  // The dash of a range is not the one before the contract.
  if (dash != std::string_view::npos && NamesContract(salary.substr(dash + 3))) {
    money = Trim(salary.substr(0, dash));
    head = salary.substr(dash + 3);
  }
  if (!head.empty() && !NamesContract(head) && head != contract) std::swap(money, head);
  terms.salary = money;
  for (const CutPiece& cut : kPieceRateHeads)
    if (money.ends_with(cut.piece))
      terms.salary.replace(money.size() - cut.piece.size(), cut.piece.size(), cut.whole);
  const bool states_period = terms.salary.find(" per ") != std::string::npos;
  if (has_amount && !period.empty() && !states_period) terms.salary.append(" ").append(period);
  AppendHead(terms.contract, head, tail_whole);
  AppendTail(terms.contract, tail);
  return terms;
}

}  // namespace dynajob
