// The cities of the market and the words that employers and people are named with.
#ifndef DYNAJOB_MARKET_MARKET_PLACES_H_
#define DYNAJOB_MARKET_MARKET_PLACES_H_

#include <span>
#include <string_view>

#include "dynajob/core/types.h"

namespace dynajob::market_places {

struct City {
  std::string_view name;
  std::string_view state;  // postal abbreviation
  GeoPoint position;
  double cost_of_living = 1;  // prices relative to the country's average
  double weight = 1;          // share of postings and people, relative to other cities
};

std::span<const City> Cities();

// "Cedar Ridge": proper names of invented employers.
std::span<const std::string_view> EmployerNames();
std::span<const std::string_view> FirstNames();
std::span<const std::string_view> LastNames();
// Universities that grant the degrees of résumés.
std::span<const std::string_view> Universities();

}  // namespace dynajob::market_places

#endif  // DYNAJOB_MARKET_MARKET_PLACES_H_
