// The vocabulary of the domain: candidates, jobs, responses and the typed facts about them.
//
// A *candidate* is a person looking for a job, a *job* is a posting and the action of the Markov
// decision process, a *response* is what a candidate did with a recommended job. Text fields are
// UTF-8. Facts that are not known are kUnknown, std::nullopt or empty, never a guess.
#ifndef DYNAJOB_CORE_TYPES_H_
#define DYNAJOB_CORE_TYPES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynajob {

// Ordered from least to most interest; the order is that of the ordered-logit judge.
enum class Response { kIgnore, kClick, kSave, kApply };
inline constexpr size_t kResponseCount = 4;
// P(response), indexed by Response, sums to 1.
using ResponseProbabilities = std::array<double, kResponseCount>;

enum class WorkMode { kUnknown, kOnsite, kHybrid, kRemote };

// Ordered; the difference of two known levels is the seniority gap.
enum class Seniority { kUnknown, kIntern, kJunior, kMid, kSenior, kLead, kExecutive };

enum class ContractType { kUnknown, kFullTime, kPartTime, kContract, kTemporary, kInternship };

// "APPLY", "onsite", "senior", "full-time"…; the parsers take what the printers give, in any case,
// and return nullopt for anything else.
std::string_view ToString(Response response);
std::string_view ToString(WorkMode mode);
std::string_view ToString(Seniority seniority);
std::string_view ToString(ContractType contract);
std::optional<Response> ParseResponse(std::string_view text);
std::optional<WorkMode> ParseWorkMode(std::string_view text);
std::optional<Seniority> ParseSeniority(std::string_view text);
std::optional<ContractType> ParseContractType(std::string_view text);

// Degrees, WGS 84.
struct GeoPoint {
  double latitude = 0;
  double longitude = 0;
  bool operator==(const GeoPoint&) const = default;
};

// Great-circle distance in kilometres (haversine, mean Earth radius 6371 km).
double DistanceKm(const GeoPoint& a, const GeoPoint& b);

// A yearly salary range in US dollars, low <= high.
struct SalaryRange {
  double low = 0;
  double high = 0;
  bool operator==(const SalaryRange&) const = default;
};

struct Job {
  std::string id;
  std::string title;
  std::string company;
  std::string sector;  // "Banking", …; empty when unknown
  std::string description;
  std::vector<std::string> technical_skills;
  std::vector<std::string> soft_skills;
  std::string experience_requirements;
  std::string location;  // as written
  std::optional<GeoPoint> position;
  WorkMode work_mode = WorkMode::kUnknown;
  Seniority seniority = Seniority::kUnknown;
  ContractType contract = ContractType::kUnknown;
  std::optional<SalaryRange> salary;
  std::optional<int64_t> posted_ms = std::nullopt;   // Unix time in milliseconds
  std::optional<int64_t> expires_ms = std::nullopt;  // not recommended from this moment on
  bool operator==(const Job&) const = default;
};

struct Candidate {
  std::string id;
  std::string bio;
  std::string resume;
  std::string category;  // field of work as stated by the data's source; empty when unknown
  std::vector<std::string> hard_skills;
  std::vector<std::string> soft_skills;
  std::string location;
  std::optional<GeoPoint> position;
  WorkMode preferred_work_mode = WorkMode::kUnknown;
  Seniority seniority = Seniority::kUnknown;
  std::optional<double> expected_salary;  // yearly, US dollars, as stated by the candidate
  bool operator==(const Candidate&) const = default;
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_TYPES_H_
