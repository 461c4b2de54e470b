#include "dynajob/core/types.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

template <typename E, size_t N>
using NameTable = std::array<std::pair<E, std::string_view>, N>;

constexpr NameTable<Response, 4> kResponses = {{{Response::kIgnore, "IGNORE"},
                                                {Response::kClick, "CLICK"},
                                                {Response::kSave, "SAVE"},
                                                {Response::kApply, "APPLY"}}};
constexpr NameTable<WorkMode, 4> kWorkModes = {{{WorkMode::kUnknown, "unknown"},
                                                {WorkMode::kOnsite, "onsite"},
                                                {WorkMode::kHybrid, "hybrid"},
                                                {WorkMode::kRemote, "remote"}}};
constexpr NameTable<Seniority, 7> kSeniorities = {{{Seniority::kUnknown, "unknown"},
                                                   {Seniority::kIntern, "intern"},
                                                   {Seniority::kJunior, "junior"},
                                                   {Seniority::kMid, "mid"},
                                                   {Seniority::kSenior, "senior"},
                                                   {Seniority::kLead, "lead"},
                                                   {Seniority::kExecutive, "executive"}}};
constexpr NameTable<ContractType, 6> kContracts = {{{ContractType::kUnknown, "unknown"},
                                                    {ContractType::kFullTime, "full-time"},
                                                    {ContractType::kPartTime, "part-time"},
                                                    {ContractType::kContract, "contract"},
                                                    {ContractType::kTemporary, "temporary"},
                                                    {ContractType::kInternship, "internship"}}};

template <typename E, size_t N>
std::string_view NameOf(const NameTable<E, N>& table, E value) {
  for (const auto& [entry, name] : table)
    if (entry == value) return name;
  return "unknown";
}

template <typename E, size_t N>
std::optional<E> ParseName(const NameTable<E, N>& table, std::string_view text) {
  const std::string wanted = ToLowerAscii(Trim(text));
  for (const auto& [entry, name] : table)
    if (ToLowerAscii(name) == wanted) return entry;
  return std::nullopt;
}

}  // namespace

std::string_view ToString(Response response) { return NameOf(kResponses, response); }
std::string_view ToString(WorkMode mode) { return NameOf(kWorkModes, mode); }
std::string_view ToString(Seniority seniority) { return NameOf(kSeniorities, seniority); }
std::string_view ToString(ContractType contract) { return NameOf(kContracts, contract); }

std::optional<Response> ParseResponse(std::string_view text) { return ParseName(kResponses, text); }
std::optional<WorkMode> ParseWorkMode(std::string_view text) { return ParseName(kWorkModes, text); }
std::optional<Seniority> ParseSeniority(std::string_view text) {
  return ParseName(kSeniorities, text);
}
std::optional<ContractType> ParseContractType(std::string_view text) {
  return ParseName(kContracts, text);
}

double DistanceKm(const GeoPoint& a, const GeoPoint& b) {
  constexpr double kEarthRadiusKm = 6371.0;
  constexpr double kRadians = std::numbers::pi / 180.0;
  const double half_latitude = std::sin((b.latitude - a.latitude) * kRadians / 2);
  const double half_longitude = std::sin((b.longitude - a.longitude) * kRadians / 2);
  const double h = half_latitude * half_latitude + std::cos(a.latitude * kRadians) *
                                                       std::cos(b.latitude * kRadians) *
                                                       half_longitude * half_longitude;
  return 2 * kEarthRadiusKm * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace dynajob
