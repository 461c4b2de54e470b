#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <utility>
#include <vector>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

#include "text_facts_tokens.h"

namespace dynajob {
namespace {

using text_facts::IsAlnum;
using text_facts::IsAsciiLetter;
using text_facts::IsDigit;
using text_facts::Token;
using text_facts::Tokenize;

// Salary phrases are short; a longer field is prose of which only the start can be the phrase.
constexpr size_t kMaxPhraseBytes = 512;

struct Amount {
  double value = 0;
  bool dollar = false;
  bool scaled = false;  // had a K or M suffix
  size_t begin = 0;
  size_t end = 0;
};

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string Normalized(std::string_view text) {
  std::string phrase = ToLowerAscii(Trim(text.substr(0, kMaxPhraseBytes)));
  for (std::string_view dash : {"\u2013", "\u2014", "\u2012", "\u2010", "\u2212"})
    ReplaceAll(phrase, dash, "-");
  ReplaceAll(phrase, "\u00a0", " ");
  return phrase;
}

struct CurrencySign {
  std::string_view sign;
  std::string_view code;
};
constexpr auto kSigns = std::to_array<CurrencySign>({{"£", "GBP"},
                                                     {"€", "EUR"},
                                                     {"₹", "INR"},
                                                     {"¥", "JPY"},
                                                     {"₽", "RUB"},
                                                     {"c$", "CAD"},
                                                     {"ca$", "CAD"},
                                                     {"a$", "AUD"},
                                                     {"au$", "AUD"},
                                                     {"nz$", "NZD"},
                                                     {"hk$", "HKD"},
                                                     {"r$", "BRL"}});
constexpr auto kWords = std::to_array<CurrencySign>(
    {{"eur", "EUR"}, {"euro", "EUR"}, {"euros", "EUR"}, {"gbp", "GBP"},   {"pounds", "GBP"},
     {"inr", "INR"}, {"rs", "INR"},   {"lakh", "INR"},  {"lakhs", "INR"}, {"rupees", "INR"},
     {"lpa", "INR"}, {"cad", "CAD"},  {"aud", "AUD"},   {"nzd", "NZD"},   {"chf", "CHF"},
     {"jpy", "JPY"}, {"cny", "CNY"},  {"sgd", "SGD"},   {"hkd", "HKD"},   {"sek", "SEK"},
     {"nok", "NOK"}, {"dkk", "DKK"},  {"pln", "PLN"},   {"czk", "CZK"},   {"huf", "HUF"},
     {"brl", "BRL"}, {"mxn", "MXN"},  {"zar", "ZAR"},   {"ils", "ILS"},   {"aed", "AED"},
     {"php", "PHP"}, {"krw", "KRW"},  {"twd", "TWD"},   {"thb", "THB"},   {"myr", "MYR"},
     {"idr", "IDR"}, {"vnd", "VND"},  {"pkr", "PKR"},   {"bdt", "BDT"},   {"ngn", "NGN"},
     {"kes", "KES"}, {"egp", "EGP"},  {"sar", "SAR"},   {"qar", "QAR"},   {"try", "TRY"},
     {"ron", "RON"}, {"bgn", "BGN"},  {"uah", "UAH"},   {"rub", "RUB"},   {"ars", "ARS"},
     {"clp", "CLP"}, {"cop", "COP"},  {"pen", "PEN"}});

// The code of the currency that a phrase names, "USD" when it names none.
std::string_view CurrencyOf(const std::string& phrase, const std::vector<Token>& tokens) {
  for (const CurrencySign& currency : kSigns) {
    const size_t at = phrase.find(currency.sign);
    // "a$" must be a sign of its own, not the end of a word.
    if (at != std::string::npos && (at == 0 || !IsAsciiLetter(phrase[at - 1])))
      return currency.code;
  }
  for (const Token& token : tokens)
    for (const CurrencySign& currency : kWords)
      if (token.text == currency.sign) return currency.code;
  return "USD";
}

// Reads digits with thousands separators from `at`; false when they are no number.
bool ReadDigits(std::string_view phrase, size_t& at, double& value) {
  std::string digits;
  while (at < phrase.size()) {
    const bool separator =
        phrase[at] == ',' && at + 1 < phrase.size() && IsDigit(phrase[at + 1]) && !digits.empty();
    if (!IsDigit(phrase[at]) && !separator) break;
    if (!separator) digits += phrase[at];
    ++at;
  }
  size_t decimals = 0;
  if (at + 1 < phrase.size() && phrase[at] == '.' && IsDigit(phrase[at + 1])) {
    while (at + 1 + decimals < phrase.size() && IsDigit(phrase[at + 1 + decimals])) ++decimals;
    // "85.000" is a thousands separator: nobody states a tenth of a cent.
    if (decimals != 3) digits += '.';
    digits += phrase.substr(at + 1, decimals);
    at += 1 + decimals;
  }
  if (digits.empty() || digits.size() > 15) return false;
  value = 0;
  double unit = 0;  // 0 before the decimal point
  for (char c : digits) {
    if (c == '.') {
      unit = 0.1;
    } else if (unit == 0) {
      value = value * 10 + (c - '0');
    } else {
      value += unit * (c - '0');
      unit /= 10;
    }
  }
  return true;
}

std::vector<Amount> FindAmounts(std::string_view phrase) {
  std::vector<Amount> amounts;
  for (size_t i = 0; i < phrase.size();) {
    if (!IsDigit(phrase[i]) || (i > 0 && IsAsciiLetter(phrase[i - 1]))) {
      ++i;
      continue;
    }
    Amount amount{.begin = i};
    size_t sign = i;
    while (sign > 0 && phrase[sign - 1] == ' ') --sign;
    amount.dollar = sign > 0 && (phrase[sign - 1] == '$' || phrase[sign - 1] < 0);
    const bool is_number = ReadDigits(phrase, i, amount.value);
    const char suffix = i < phrase.size() ? phrase[i] : '\0';
    const bool suffix_ends = i + 1 >= phrase.size() || !IsAlnum(phrase[i + 1]);
    if (suffix_ends && (suffix == 'k' || (suffix == 'm' && amount.dollar))) {
      const bool pension_plan = amount.value == 401 && !amount.dollar;
      amount.value *= suffix == 'k' ? 1e3 : 1e6;
      amount.scaled = true;
      ++i;
      if (pension_plan) continue;
    }
    amount.end = i;
    if (is_number) amounts.push_back(amount);
  }
  return amounts;
}

constexpr double kPieceRate = -1;  // paid per something that is not a stretch of time

// Units a year for a word that names a period, 0 for any other word.
double PeriodOfWord(std::string_view word) {
  struct Named {
    std::string_view word;
    double per_year;
  };
  static constexpr auto kNames = std::to_array<Named>({{"hour", 2080},
                                                       {"hours", 2080},
                                                       {"hourly", 2080},
                                                       {"hr", 2080},
                                                       {"hrs", 2080},
                                                       {"h", 2080},
                                                       {"ph", 2080},
                                                       {"day", 260},
                                                       {"daily", 260},
                                                       {"diem", 260},
                                                       {"week", 52},
                                                       {"weekly", 52},
                                                       {"wk", 52},
                                                       {"biweekly", 26},
                                                       {"fortnight", 26},
                                                       {"semimonthly", 24},
                                                       {"month", 12},
                                                       {"monthly", 12},
                                                       {"mo", 12},
                                                       {"year", 1},
                                                       {"yearly", 1},
                                                       {"yr", 1},
                                                       {"annual", 1},
                                                       {"annually", 1},
                                                       {"annum", 1},
                                                       {"pa", 1},
                                                       {"game", kPieceRate},
                                                       {"match", kPieceRate},
                                                       {"class", kPieceRate},
                                                       {"session", kPieceRate},
                                                       {"visit", kPieceRate},
                                                       {"mile", kPieceRate},
                                                       {"event", kPieceRate},
                                                       {"shift", kPieceRate},
                                                       {"project", kPieceRate},
                                                       {"unit", kPieceRate},
                                                       {"load", kPieceRate},
                                                       {"course", kPieceRate},
                                                       {"credit", kPieceRate},
                                                       {"client", kPieceRate}});
  for (const auto& [name, per_year] : kNames)
    if (name == word) return per_year;
  return 0;
}

// The period that the phrase states for the amount at `amount_end`: the first one after it, else
// the first one before; 0 when none is stated.
double StatedPeriod(const std::vector<Token>& tokens, size_t amount_end) {
  double before = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    double period = PeriodOfWord(tokens[i].text);
    if (period == 0) continue;
    const bool halved = i > 0 && tokens[i].before == '-' &&
                        (tokens[i - 1].text == "bi" || tokens[i - 1].text == "semi");
    if (halved && period == 52) period = 26;
    if (halved && period == 12) period = 24;
    if (tokens[i].begin >= amount_end) return period;
    // "401k match, $50,000": a piece rate follows its amount.
    if (before == 0 && period > 0) before = period;
  }
  return before;
}

// Whether the text between two amounts joins them to a range: "-", "to", "/hr - ", …
bool JoinsRange(std::string_view between) {
  if (between.size() > 32) return false;
  bool joined = between.find('-') != std::string_view::npos;
  for (const Token& token : Tokenize(between)) {
    const std::string_view word = token.text;
    if (word == "to" || word == "and" || word == "through") {
      joined = true;
    } else if (word != "up" && word != "per" && word != "a" && word != "an" && word != "usd" &&
               word != "us" && PeriodOfWord(word) <= 0) {
      return false;
    }
  }
  return joined;
}

// Units a year when the phrase states no period, 0 when several are plausible. See the header.
double InferredPeriod(double amount) {
  if (amount <= 150) return 2080;
  if (amount >= 2'000 && amount < 15'000) return 12;
  return amount >= 15'000 ? 1 : 0;
}

bool IsBelievable(double yearly) {
  return yearly >= kMinYearlySalary && yearly <= kMaxYearlySalary;
}

}  // namespace

std::optional<double> YearlySalaryFromNumber(double amount) {
  if (!std::isfinite(amount) || amount <= 0) return std::nullopt;
  const double yearly = amount * InferredPeriod(amount);
  return IsBelievable(yearly) ? std::optional(yearly) : std::nullopt;
}

std::optional<Pay> ParsePay(std::string_view text) {
  const std::string phrase = Normalized(text);
  const std::vector<Token> tokens = Tokenize(phrase);
  const std::vector<Amount> amounts = FindAmounts(phrase);

  // An amount with a sign outranks other numbers ("2 positions, $50,000").
  auto first =
      std::find_if(amounts.begin(), amounts.end(), [](const Amount& a) { return a.dollar; });
  if (first == amounts.end()) first = amounts.begin();
  if (first == amounts.end()) return std::nullopt;

  Pay pay;
  pay.low = pay.high = first->value;
  pay.currency = CurrencyOf(phrase, tokens);
  size_t end = first->end;
  const auto second = first + 1;
  if (second != amounts.end()) {
    std::string_view between(phrase.data() + first->end, second->begin - first->end);
    // The sign of the second amount.
    while (!between.empty() && (between.back() == '$' || between.back() < 0))
      between.remove_suffix(1);
    if (JoinsRange(between)) {
      pay.high = second->value;
      // "80-120K": the suffix is meant for both.
      if (second->scaled && !first->scaled && pay.low < 1000) pay.low *= 1000;
      if (first->scaled && !second->scaled && pay.high < 1000) pay.high *= 1000;
      end = second->end;
    }
  }
  if (pay.low > pay.high) std::swap(pay.low, pay.high);

  // In "$20/hr - $25/hr" the period after the second amount is as good as the first.
  pay.per_year = StatedPeriod(tokens, end);
  if (pay.per_year < 0) return std::nullopt;
  pay.period_stated = pay.per_year > 0;
  if (pay.currency != "USD") return pay;
  if (!pay.period_stated) {
    pay.per_year = InferredPeriod(pay.low);
    if (InferredPeriod(pay.high) != pay.per_year || pay.per_year <= 0) return std::nullopt;
  }
  const SalaryRange yearly{pay.low * pay.per_year, pay.high * pay.per_year};
  if (IsBelievable(yearly.low) && IsBelievable(yearly.high)) pay.yearly_usd = yearly;
  return pay;
}

std::optional<SalaryRange> ParseSalary(std::string_view text) {
  const std::optional<Pay> pay = ParsePay(text);
  return pay ? pay->yearly_usd : std::nullopt;
}

}  // namespace dynajob
