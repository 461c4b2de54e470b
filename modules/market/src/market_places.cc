#include "market_places.h"

namespace dynajob::market_places {
namespace {

// Coordinates of the city halls, rounded; weights roughly follow metropolitan employment.
constexpr City kCities[] = {
    {"New York", "NY", {40.713, -74.006}, 1.32, 6.0},
    {"Los Angeles", "CA", {34.052, -118.244}, 1.26, 4.5},
    {"Chicago", "IL", {41.878, -87.630}, 1.06, 3.5},
    {"Houston", "TX", {29.760, -95.370}, .97, 3.0},
    {"Dallas", "TX", {32.777, -96.797}, 1.01, 3.0},
    {"Washington", "DC", {38.907, -77.037}, 1.22, 2.8},
    {"San Francisco", "CA", {37.775, -122.419}, 1.42, 2.2},
    {"Boston", "MA", {42.360, -71.059}, 1.26, 2.4},
    {"Atlanta", "GA", {33.749, -84.388}, 1.0, 2.5},
    {"Philadelphia", "PA", {39.953, -75.165}, 1.05, 2.3},
    {"Seattle", "WA", {47.606, -122.332}, 1.28, 2.0},
    {"Phoenix", "AZ", {33.448, -112.074}, 1.02, 2.0},
    {"Miami", "FL", {25.762, -80.192}, 1.13, 1.8},
    {"San Diego", "CA", {32.716, -117.161}, 1.27, 1.5},
    {"San Jose", "CA", {37.338, -121.886}, 1.40, 1.6},
    {"Denver", "CO", {39.739, -104.990}, 1.12, 1.7},
    {"Minneapolis", "MN", {44.978, -93.265}, 1.02, 1.6},
    {"Austin", "TX", {30.267, -97.743}, 1.04, 1.5},
    {"Tampa", "FL", {27.951, -82.457}, .99, 1.3},
    {"Portland", "OR", {45.515, -122.678}, 1.13, 1.2},
    {"Charlotte", "NC", {35.227, -80.843}, .97, 1.3},
    {"Orlando", "FL", {28.538, -81.379}, .98, 1.2},
    {"Detroit", "MI", {42.331, -83.046}, .95, 1.4},
    {"St. Louis", "MO", {38.627, -90.199}, .93, 1.1},
    {"Baltimore", "MD", {39.290, -76.612}, 1.05, 1.1},
    {"Sacramento", "CA", {38.582, -121.494}, 1.10, 1.0},
    {"Las Vegas", "NV", {36.170, -115.140}, .98, 1.0},
    {"San Antonio", "TX", {29.425, -98.494}, .93, 1.0},
    {"Pittsburgh", "PA", {40.441, -79.996}, .95, 1.0},
    {"Cincinnati", "OH", {39.103, -84.512}, .93, .9},
    {"Columbus", "OH", {39.961, -82.999}, .95, 1.0},
    {"Cleveland", "OH", {41.500, -81.695}, .92, .9},
    {"Kansas City", "MO", {39.100, -94.579}, .93, .9},
    {"Indianapolis", "IN", {39.768, -86.158}, .93, .9},
    {"Nashville", "TN", {36.163, -86.781}, .98, 1.0},
    {"Raleigh", "NC", {35.780, -78.638}, .98, 1.0},
    {"Salt Lake City", "UT", {40.761, -111.891}, 1.0, .9},
    {"Milwaukee", "WI", {43.039, -87.907}, .95, .7},
    {"Jacksonville", "FL", {30.332, -81.656}, .95, .7},
    {"Virginia Beach", "VA", {36.853, -75.978}, .96, .6},
    {"Richmond", "VA", {37.541, -77.436}, .97, .6},
    {"New Orleans", "LA", {29.951, -90.072}, .94, .6},
    {"Louisville", "KY", {38.253, -85.759}, .91, .6},
    {"Memphis", "TN", {35.150, -90.049}, .90, .6},
    {"Oklahoma City", "OK", {35.468, -97.516}, .90, .6},
    {"Hartford", "CT", {41.766, -72.673}, 1.05, .5},
    {"Buffalo", "NY", {42.887, -78.879}, .94, .5},
    {"Albuquerque", "NM", {35.084, -106.650}, .92, .4},
    {"Tucson", "AZ", {32.222, -110.975}, .94, .4},
    {"Fresno", "CA", {36.738, -119.787}, 1.02, .4},
    {"Omaha", "NE", {41.257, -95.935}, .92, .5},
    {"Des Moines", "IA", {41.587, -93.625}, .91, .4},
    {"Boise", "ID", {43.615, -116.202}, .99, .4},
    {"Madison", "WI", {43.073, -89.401}, .99, .4},
    {"Huntsville", "AL", {34.730, -86.586}, .92, .5},
    {"Birmingham", "AL", {33.519, -86.810}, .89, .4},
    {"Charleston", "SC", {32.777, -79.931}, .99, .4},
    {"Colorado Springs", "CO", {38.834, -104.821}, 1.01, .4},
    {"Honolulu", "HI", {21.307, -157.858}, 1.35, .4},
    {"Anchorage", "AK", {61.218, -149.900}, 1.16, .2},
    {"Rochester", "NY", {43.157, -77.609}, .93, .4},
    {"Spokane", "WA", {47.659, -117.426}, .99, .3},
};

constexpr std::string_view kEmployerNames[] = {
    "Cedar Ridge",  "Harborview",  "Brightwater",  "Northgate",    "Summit Peak",  "Blue Heron",
    "Ironwood",     "Lakeshore",   "Redstone",     "Silver Oak",   "Meridian",     "Fairmont Hill",
    "Granite Bay",  "Evergreen",   "Copper Creek", "Westbrook",    "Pinnacle",     "Oak Hollow",
    "Riverbend",    "Stonebridge", "Clearview",    "Highland",     "Maple Grove",  "Larkspur",
    "Beacon",       "Crestline",   "Whitfield",    "Hawthorne",    "Juniper",      "Kestrel",
    "Lincoln Park", "Marlowe",     "Newbury",      "Orchard",      "Palisade",     "Quarry Lane",
    "Rosewood",     "Sagebrush",   "Tidewater",    "Union Square", "Valley Forge", "Wexford",
    "Windmill",     "Yarrow",      "Alder",        "Bayside",      "Cascade",      "Delmar",
    "Eastlake",     "Foxglove",    "Glenwood",     "Hillcrest",    "Inverness",    "Jasper",
    "Kingsley",     "Lantern",     "Monarch",      "Nightingale",  "Osprey",       "Prairie",
    "Ridgeline",    "Sequoia",     "Thornton",     "Vantage",      "Waverly",      "Zephyr",
};

constexpr std::string_view kFirstNames[] = {
    "Maria",   "James",   "Aisha",  "Daniel",  "Grace",   "Luis",    "Hannah", "Kevin",
    "Priya",   "Michael", "Sofia",  "Andre",   "Emily",   "Wei",     "Olivia", "Marcus",
    "Fatima",  "Brian",   "Chloe",  "Diego",   "Rachel",  "Tyrone",  "Mei",    "Patrick",
    "Nadia",   "Samuel",  "Elena",  "Jordan",  "Leah",    "Omar",    "Tessa",  "Victor",
    "Jasmine", "Ethan",   "Camila", "Aaron",   "Ingrid",  "Malik",   "Naomi",  "Peter",
    "Rosa",    "Derek",   "Keiko",  "Anthony", "Shannon", "Mateusz", "Yvonne", "Caleb",
};

constexpr std::string_view kLastNames[] = {
    "Alvarez",  "Bennett", "Chen",    "Dawson",    "Edwards",   "Fischer",  "Garcia",
    "Hughes",   "Ibrahim", "Jackson", "Kim",       "Lopez",     "Mitchell", "Nguyen",
    "O'Connor", "Patel",   "Quinn",   "Rivera",    "Schneider", "Thompson", "Usman",
    "Vasquez",  "Walker",  "Young",   "Zimmerman", "Brooks",    "Coleman",  "Diaz",
    "Foster",   "Greene",  "Hassan",  "Johnson",   "Kowalski",  "Lee",      "Martinez",
    "Novak",    "Ortiz",   "Perry",   "Reyes",     "Singh",     "Turner",   "Washington",
    "Wright",   "Okafor",  "Harris",  "Morgan",    "Tanaka",    "Sullivan",
};

constexpr std::string_view kUniversities[] = {
    "Ohio State University",
    "University of Houston",
    "San Diego State University",
    "Purdue University",
    "University of Florida",
    "Arizona State University",
    "Temple University",
    "University of Washington",
    "Georgia State University",
    "University of Texas at Austin",
    "Michigan State University",
    "Colorado State University",
    "North Carolina State University",
    "University of Minnesota",
    "Portland State University",
    "University at Buffalo",
    "Boise State University",
    "University of Iowa",
    "George Mason University",
    "California State University, Sacramento",
    "University of Massachusetts Boston",
    "University of Missouri",
    "Clemson University",
    "Oklahoma State University",
};

}  // namespace

std::span<const City> Cities() { return kCities; }
std::span<const std::string_view> EmployerNames() { return kEmployerNames; }
std::span<const std::string_view> FirstNames() { return kFirstNames; }
std::span<const std::string_view> LastNames() { return kLastNames; }
std::span<const std::string_view> Universities() { return kUniversities; }

}  // namespace dynajob::market_places
