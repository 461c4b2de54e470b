// Small rules of English for the generated texts: articles, lists and verb forms.
#ifndef DYNAJOB_MARKET_ENGLISH_H_
#define DYNAJOB_MARKET_ENGLISH_H_

#include <span>
#include <string>
#include <string_view>

namespace dynajob::english {

// "an accountant", "a UX Designer", "an HR Manager".
std::string WithArticle(std::string_view noun_phrase);

// "a, b and c"; items that hold commas themselves are separated by semicolons.
std::string JoinList(std::span<const std::string> items, std::string_view conjunction = "and");

// First letter in upper case.
std::string Capitalize(std::string_view text);

// Of a clause that begins with an infinitive: "run payroll" gives "ran payroll", "running payroll".
std::string PastTense(std::string_view clause);
std::string Gerund(std::string_view clause);

// "one" to "twelve", then digits.
std::string NumberWord(int number);

// "one year", "three years".
std::string Years(int number);

}  // namespace dynajob::english

#endif  // DYNAJOB_MARKET_ENGLISH_H_
