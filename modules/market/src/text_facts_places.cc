// Places of the United States: centres of its states and of cities that postings often name.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

#include "market_places.h"
#include "text_facts_tokens.h"

namespace dynajob {
namespace {

struct State {
  std::string_view code;
  std::string_view name;  // lower case
  GeoPoint centre;
};

struct City {
  std::string_view name;  // lower case
  std::string_view state;
  GeoPoint centre;
};

// Geographic centres, rounded to 0.1 degrees (about 10 km, far less than a state's extent).
constexpr auto kStates = std::to_array<State>({
    {"AL", "alabama", {32.8, -86.8}},
    {"AK", "alaska", {64.1, -152.3}},
    {"AZ", "arizona", {34.3, -111.7}},
    {"AR", "arkansas", {34.9, -92.4}},
    {"CA", "california", {37.2, -119.5}},
    {"CO", "colorado", {39.0, -105.5}},
    {"CT", "connecticut", {41.6, -72.7}},
    {"DE", "delaware", {39.0, -75.5}},
    {"DC", "district of columbia", {38.9, -77.0}},
    {"FL", "florida", {28.6, -82.4}},
    {"GA", "georgia", {32.6, -83.4}},
    {"HI", "hawaii", {20.3, -156.4}},
    {"ID", "idaho", {44.4, -114.6}},
    {"IL", "illinois", {40.0, -89.2}},
    {"IN", "indiana", {39.9, -86.3}},
    {"IA", "iowa", {42.1, -93.5}},
    {"KS", "kansas", {38.5, -98.4}},
    {"KY", "kentucky", {37.5, -85.3}},
    {"LA", "louisiana", {31.1, -92.0}},
    {"ME", "maine", {45.4, -69.2}},
    {"MD", "maryland", {39.1, -76.8}},
    {"MA", "massachusetts", {42.3, -71.8}},
    {"MI", "michigan", {44.3, -85.4}},
    {"MN", "minnesota", {46.3, -94.3}},
    {"MS", "mississippi", {32.7, -89.7}},
    {"MO", "missouri", {38.4, -92.5}},
    {"MT", "montana", {47.1, -109.6}},
    {"NE", "nebraska", {41.5, -99.8}},
    {"NV", "nevada", {39.3, -116.6}},
    {"NH", "new hampshire", {43.7, -71.6}},
    {"NJ", "new jersey", {40.2, -74.7}},
    {"NM", "new mexico", {34.4, -106.1}},
    {"NY", "new york", {42.9, -75.5}},
    {"NC", "north carolina", {35.6, -79.4}},
    {"ND", "north dakota", {47.4, -100.5}},
    {"OH", "ohio", {40.3, -82.8}},
    {"OK", "oklahoma", {35.6, -97.5}},
    {"OR", "oregon", {43.9, -120.6}},
    {"PA", "pennsylvania", {40.9, -77.8}},
    {"PR", "puerto rico", {18.2, -66.4}},
    {"RI", "rhode island", {41.7, -71.6}},
    {"SC", "south carolina", {33.9, -80.9}},
    {"SD", "south dakota", {44.4, -100.2}},
    {"TN", "tennessee", {35.9, -86.4}},
    {"TX", "texas", {31.5, -99.3}},
    {"UT", "utah", {39.3, -111.7}},
    {"VT", "vermont", {44.1, -72.7}},
    {"VA", "virginia", {37.5, -78.9}},
    {"VI", "virgin islands", {18.0, -64.8}},
    {"WA", "washington", {47.4, -120.4}},
    {"WV", "west virginia", {38.6, -80.6}},
    {"WI", "wisconsin", {44.6, -89.9}},
    {"WY", "wyoming", {43.0, -107.6}},
});

// City halls of cities that the generator's table lacks, rounded to 0.01 degrees (about 1 km).
constexpr auto kOtherCities = std::to_array<City>({
    {"alexandria", "VA", {38.80, -77.05}},
    {"anaheim", "CA", {33.84, -117.91}},
    {"ann arbor", "MI", {42.28, -83.74}},
    {"arlington", "TX", {32.74, -97.11}},
    {"arlington", "VA", {38.88, -77.09}},
    {"aurora", "CO", {39.73, -104.83}},
    {"bakersfield", "CA", {35.37, -119.02}},
    {"baton rouge", "LA", {30.45, -91.19}},
    {"bellevue", "WA", {47.61, -122.20}},
    {"berkeley", "CA", {37.87, -122.27}},
    {"bethesda", "MD", {38.98, -77.10}},
    {"boulder", "CO", {40.01, -105.27}},
    {"bozeman", "MT", {45.68, -111.04}},
    {"bronx", "NY", {40.84, -73.86}},
    {"brooklyn", "NY", {40.68, -73.94}},
    {"brownsville", "TX", {25.90, -97.50}},
    {"burlington", "VT", {44.48, -73.21}},
    {"cambridge", "MA", {42.37, -71.11}},
    {"chattanooga", "TN", {35.05, -85.31}},
    {"chesapeake", "VA", {36.77, -76.29}},
    {"columbia", "MD", {39.20, -76.86}},
    {"columbia", "SC", {34.00, -81.03}},
    {"coral gables", "FL", {25.72, -80.27}},
    {"corpus christi", "TX", {27.80, -97.40}},
    {"dayton", "OH", {39.76, -84.19}},
    {"durham", "NC", {35.99, -78.90}},
    {"el paso", "TX", {31.76, -106.49}},
    {"eugene", "OR", {44.05, -123.09}},
    {"evanston", "IL", {42.05, -87.69}},
    {"fargo", "ND", {46.88, -96.79}},
    {"fort lauderdale", "FL", {26.12, -80.14}},
    {"fort myers", "FL", {26.64, -81.87}},
    {"fort wayne", "IN", {41.08, -85.14}},
    {"fort worth", "TX", {32.76, -97.33}},
    {"foster city", "CA", {37.56, -122.27}},
    {"fremont", "CA", {37.55, -121.99}},
    {"gainesville", "FL", {29.65, -82.32}},
    {"germantown", "MD", {39.17, -77.27}},
    {"grand rapids", "MI", {42.96, -85.66}},
    {"green bay", "WI", {44.51, -88.02}},
    {"greensboro", "NC", {36.07, -79.79}},
    {"greenville", "SC", {34.85, -82.40}},
    {"harrisburg", "PA", {40.27, -76.88}},
    {"herndon", "VA", {38.97, -77.39}},
    {"irvine", "CA", {33.68, -117.83}},
    {"irving", "TX", {32.81, -96.95}},
    {"jackson", "MS", {32.30, -90.18}},
    {"jersey city", "NJ", {40.73, -74.08}},
    {"kansas city", "KS", {39.11, -94.63}},
    {"knoxville", "TN", {35.96, -83.92}},
    {"lancaster", "CA", {34.70, -118.14}},
    {"lexington", "KY", {38.04, -84.50}},
    {"lincoln", "NE", {40.81, -96.70}},
    {"little rock", "AR", {34.75, -92.29}},
    {"littleton", "CO", {39.61, -105.02}},
    {"long beach", "CA", {33.77, -118.19}},
    {"manchester", "NH", {42.99, -71.45}},
    {"manhattan", "NY", {40.78, -73.97}},
    {"mesa", "AZ", {33.42, -111.83}},
    {"mobile", "AL", {30.69, -88.04}},
    {"montgomery", "AL", {32.37, -86.30}},
    {"mountain view", "CA", {37.39, -122.08}},
    {"nampa", "ID", {43.54, -116.56}},
    {"naples", "FL", {26.14, -81.79}},
    {"new haven", "CT", {41.31, -72.92}},
    {"newark", "NJ", {40.74, -74.17}},
    {"norfolk", "VA", {36.85, -76.29}},
    {"oakland", "CA", {37.80, -122.27}},
    {"palo alto", "CA", {37.44, -122.14}},
    {"pasadena", "CA", {34.15, -118.14}},
    {"pensacola", "FL", {30.42, -87.22}},
    {"plano", "TX", {33.02, -96.70}},
    {"portland", "ME", {43.66, -70.26}},
    {"princeton", "NJ", {40.35, -74.66}},
    {"providence", "RI", {41.82, -71.41}},
    {"provo", "UT", {40.23, -111.66}},
    {"queens", "NY", {40.73, -73.79}},
    {"redmond", "WA", {47.67, -122.12}},
    {"reno", "NV", {39.53, -119.81}},
    {"reston", "VA", {38.96, -77.36}},
    {"richardson", "TX", {32.95, -96.73}},
    {"riverside", "CA", {33.95, -117.40}},
    {"saint paul", "MN", {44.95, -93.09}},
    {"saint petersburg", "FL", {27.77, -82.64}},
    {"salem", "OR", {44.94, -123.04}},
    {"san bernardino", "CA", {34.11, -117.29}},
    {"san francisco bay area", "CA", {37.77, -122.42}},
    {"san mateo", "CA", {37.56, -122.32}},
    {"santa ana", "CA", {33.75, -117.87}},
    {"santa barbara", "CA", {34.42, -119.70}},
    {"santa clara", "CA", {37.35, -121.96}},
    {"santa monica", "CA", {34.02, -118.49}},
    {"sarasota", "FL", {27.34, -82.53}},
    {"savannah", "GA", {32.08, -81.09}},
    {"scottsdale", "AZ", {33.49, -111.92}},
    {"shreveport", "LA", {32.53, -93.75}},
    {"sioux falls", "SD", {43.55, -96.73}},
    {"springfield", "IL", {39.78, -89.65}},
    {"stamford", "CT", {41.05, -73.54}},
    {"sunnyvale", "CA", {37.37, -122.04}},
    {"syracuse", "NY", {43.05, -76.15}},
    {"tacoma", "WA", {47.25, -122.44}},
    {"tallahassee", "FL", {30.44, -84.28}},
    {"tempe", "AZ", {33.43, -111.94}},
    {"toledo", "OH", {41.65, -83.54}},
    {"tulsa", "OK", {36.15, -95.99}},
    {"vancouver", "WA", {45.63, -122.67}},
    {"west palm beach", "FL", {26.72, -80.05}},
    {"wichita", "KS", {37.69, -97.34}},
    {"wilmington", "DE", {39.75, -75.55}},
    {"wilmington", "NC", {34.23, -77.94}},
    {"winston-salem", "NC", {36.10, -80.24}},
    {"worcester", "MA", {42.26, -71.80}},
});

const State* FindStateByCode(std::string_view code) {
  const auto* found = std::find_if(kStates.begin(), kStates.end(),
                                   [&](const State& state) { return state.code == code; });
  return found == kStates.end() ? nullptr : found;
}

const State* FindStateByName(std::string_view lower_name) {
  for (std::string_view suffix : {" state", ", usa", ", us", ", united states"})
    if (lower_name.ends_with(suffix)) lower_name.remove_suffix(suffix.size());
  const auto* found = std::find_if(kStates.begin(), kStates.end(),
                                   [&](const State& state) { return state.name == lower_name; });
  return found == kStates.end() ? nullptr : found;
}

// In lower case, without abbreviations.
std::string CityKey(std::string_view name) {
  std::string key = ToLowerAscii(Trim(name));
  if (key.starts_with("st. ")) key.replace(0, 3, "saint");
  if (key.starts_with("st ")) key.replace(0, 2, "saint");
  if (key.starts_with("ft. ")) key.replace(0, 3, "fort");
  return key;
}

GeoPoint CityOrState(std::string_view city_text, const State& state) {
  const std::string city = CityKey(city_text);
  for (const market_places::City& known : market_places::Cities())
    if (known.state == state.code && CityKey(known.name) == city) return known.position;
  for (const City& known : kOtherCities)
    if (known.name == city && known.state == state.code) return known.centre;
  return state.centre;
}

}  // namespace

std::optional<GeoPoint> LocateUsPlace(std::string_view location) {
  constexpr size_t kMaxLocationBytes = 512;
  std::string_view rest = Trim(location.substr(0, kMaxLocationBytes));
  // "Hybrid remote in Denver, CO" names the place last.
  if (const size_t in = rest.rfind(" in "); in != std::string_view::npos)
    rest = rest.substr(in + 4);

  const std::string whole = ToLowerAscii(Trim(rest));
  if (const State* state = FindStateByName(whole)) return state->centre;

  const size_t comma = rest.rfind(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view before = rest.substr(0, comma);
  // The last comma may stand before a country.
  const std::string country = ToLowerAscii(Trim(rest.substr(comma + 1)));
  if (country == "usa" || country == "us" || country == "united states")
    return LocateUsPlace(before);

  const auto tokens = text_facts::Tokenize(rest.substr(comma + 1));
  if (tokens.empty()) return std::nullopt;
  // The code must be written as one ("or" and "in" are words) and may have a ZIP code after it.
  const State* state = FindStateByCode(tokens[0].text);
  if (state == nullptr) state = FindStateByName(country);
  const bool zip_follows =
      tokens.size() == 1 ||
      std::all_of(tokens[1].text.begin(), tokens[1].text.end(), text_facts::IsDigit);
  if (state == nullptr || (state->code == tokens[0].text && !zip_follows)) return std::nullopt;
  const size_t street = before.rfind(',');
  if (street != std::string_view::npos) before = before.substr(street + 1);
  return CityOrState(before, *state);
}

}  // namespace dynajob
