// Typed facts from the free text of job postings and résumés: salary, seniority, work mode,
// contract, place, years of experience, and the repair of text that came through bad converters.
//
// All functions are pure, never fail and are safe for concurrent use. They know English and the
// United States only. A fact that the text does not state is std::nullopt or kUnknown, never a
// guess. Time is linear in the length of the text and no input makes them recurse.
#ifndef DYNAJOB_MARKET_TEXT_FACTS_H_
#define DYNAJOB_MARKET_TEXT_FACTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "dynajob/core/types.h"

namespace dynajob {

// Where a text states something: its bytes [begin, end).
struct TextSpan {
  size_t begin = 0;
  size_t end = 0;
  bool operator==(const TextSpan&) const = default;
};

// A fact and the words that state it, so that whoever doubts it can look.
template <typename Value>
struct Found {
  Value value{};
  TextSpan span;
};

// Limits of a believable yearly salary in US dollars; anything outside is refused.
inline constexpr double kMinYearlySalary = 5'000;
inline constexpr double kMaxYearlySalary = 5'000'000;

// The yearly full-time equivalent, in US dollars, of a salary phrase such as "$56,300 - $87,950",
// "From $25 an hour", "Up to $90K" or "80-120K". Stated periods are converted with 2,080 hours,
// 260 days, 52 weeks, 26 fortnights, 24 half-months or 12 months a year. "From X" and "Up to X"
// state one end only and give [X, X].
//
// Without a period the amounts themselves decide, and both ends must agree: up to 150 is hourly,
// 2,000 to 14,999 is monthly, 15,000 and more is yearly. Between 150 and 2,000 a day, a week and a
// month are all plausible, so the phrase is refused.
//
// Refused (nullopt): no amount, another currency, a rate per piece ("per game", "per session"), a
// result outside [kMinYearlySalary, kMaxYearlySalary].
std::optional<SalaryRange> ParseSalary(std::string_view text);

// A salary phrase as it is written, in any currency.
struct Pay {
  double low = 0;  // <= high
  double high = 0;
  std::string currency;        // ISO 4217; "USD" when the phrase names none
  double per_year = 0;         // units a year: 2080 for an hourly pay; 0 when not known
  bool period_stated = false;  // or else inferred from the amount, for US dollars only
  // As ParseSalary. Other currencies have none: their rates change by the day, and a figure that
  // looks exact would not be.
  std::optional<SalaryRange> yearly_usd;
};
// nullopt: no amount, a rate per piece, or US dollars whose period neither is stated nor follows.
std::optional<Pay> ParsePay(std::string_view text);

// What prose says, with the place where it does: "The salary range is $80,000 - $95,000", "This is
// a fully remote position", "Job Type: Full-time", "Location: Denver, CO". Amounts count as pay
// only beside a period or a word such as "salary", and not beside words such as "revenue" or
// "bonus"; work mode and contract only in phrases that speak of the position. The first statement
// counts.
std::optional<Found<Pay>> FindPay(std::string_view text);
std::optional<Found<WorkMode>> FindWorkMode(std::string_view text);
std::optional<Found<ContractType>> FindContract(std::string_view text);
std::optional<Found<std::string>> FindLocation(std::string_view text);

// A bare number, read as ParseSalary reads an amount without a period.
std::optional<double> YearlySalaryFromNumber(double amount);

// What a posting says about pay and contract, each empty when it says nothing.
struct JobTerms {
  std::string salary;
  std::string contract;
  bool operator==(const JobTerms&) const = default;
};

// Undoes a scraper that split the phrase "$100 an hour - Full-time" at every letter "a" and kept
// only the first piece as the salary and the last as the contract: ("$100", "n hour - Full-time")
// gives ("$100 an hour", "Full-time"), ("P", "rt-time") gives ("", "Part-time") and ("N", "r -
// Full-time"), a missing salary written "NaN", gives ("", "Full-time"). A period between two later
// "a"s is lost for good: ("$15 - $20", "rt-time") gives ("$15 - $20", "Part-time"). Phrases that
// were not cut are returned as they are, trimmed.
JobTerms RejoinCutPhrase(std::string_view salary, std::string_view contract);

// The contract named in a list such as "Full-time, Temporary". Of several, the most specific one:
// internship, then temporary (also seasonal, per diem), then contract (also freelance), then the
// first of full-time and part-time.
ContractType ParseContractText(std::string_view text);

// "Hybrid remote" is hybrid, and so are "Temporarily remote" and "remote or on-site": part of the
// work is at home and part is not. "Not remote" is on-site.
WorkMode ParseWorkModeText(std::string_view text);

// The level that a job title states: "Sr. Engineer", "Engineer III" (senior), "Engineer II" (mid),
// "Engineer I", "Assistant Coach" (junior), "Principal", "Staff Engineer", "Branch Manager" (lead),
// "Director", "Vice President", "Chief … Officer" (executive). Managers of things rather than of
// people ("Account Manager", "Project Manager") state no level.
Seniority SeniorityFromTitle(std::string_view title);

// Below 2 years junior, below 5 mid, below 10 senior, from 10 lead.
Seniority SeniorityFromYears(double years);

// Years of experience that a posting asks for: the largest lower bound of its mentions ("3-5 years
// of experience" counts 3), those above 15 left out because they praise the company.
std::optional<double> RequiredYears(std::string_view posting);

// Years of experience that a résumé or bio states, at most 45; months per skill ("Exprience - 75
// months") count as well. The largest mention.
std::optional<double> StatedYears(std::string_view resume);

// The level a posting's text implies: its required years, or else "entry level", "no experience".
Seniority SeniorityFromPosting(std::string_view text);

// The level a résumé implies: the title of its most recent role (the first line that names one; an
// internship makes a junior), or else the stated years, or else "fresher", "recent graduate"
// (junior).
Seniority SeniorityFromResume(std::string_view text);

// As SeniorityFromPosting and SeniorityFromResume, with the place; nullopt for kUnknown.
std::optional<Found<Seniority>> FindPostingSeniority(std::string_view text);
std::optional<Found<Seniority>> FindResumeSeniority(std::string_view text);

// Where "Houston, TX 77002", "12 Main St, Denver, CO", "New York State" or "California" is: the
// centre of a known city, or else of the state. nullopt for "Remote" and everything else.
std::optional<GeoPoint> LocateUsPlace(std::string_view location);

// Undoes UTF-8 that was read as Latin-1 or Windows-1252 and encoded again ("â€¢" for "•", "Ã©" for
// "é"). Only sequences that such a mistake alone makes likely are changed, so correct text
// survives.
std::string RepairDoubleEncoding(std::string_view text);

// Valid UTF-8 text for reading and matching: double encoding repaired, HTML tags removed and
// character references resolved, bullets as "- " at the start of a line, typographic quotes,
// dashes, ligatures and spaces as ASCII, no control characters, no trailing or repeated blanks, at
// most one empty line in a row. Applying it twice gives the same as once for text without markup.
std::string PlainText(std::string_view text);

// A posting in which the sentences that say nothing of the work are line ends, byte for byte, so
// that places in the result are places in the posting: equal opportunity, screening, notes to
// recruiters, benefits, epidemics. They mention words such as "recruiting" and "compliance" in
// postings of every occupation, which would pass for skills.
std::string MaskBoilerplate(std::string_view posting);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_TEXT_FACTS_H_
