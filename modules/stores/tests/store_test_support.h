// Sample records for the tests of stores.
#ifndef DYNAJOB_STORES_TESTS_STORE_TEST_SUPPORT_H_
#define DYNAJOB_STORES_TESTS_STORE_TEST_SUPPORT_H_

#include <span>
#include <string>
#include <vector>

#include "dynajob/core/types.h"
#include "dynajob/stores/records.h"
#include "dynajob/testing/temporary_directory.h"

namespace dynajob {

inline Job MakeJob(const std::string& id) {
  Job job;
  job.id = id;
  job.title = "Senior Pastry Chef – " + id;
  job.company = "Café \"Zoë\"";
  job.sector = "Hospitality";
  job.description = "Bakes.\nTwo lines; 100 % 'quoted' \xF0\x9F\xA5\x90";
  job.technical_skills = {"baking", "c++", "say \"cheese\""};
  job.soft_skills = {"patience"};
  job.experience_requirements = "3 years";
  job.location = "Lyon, France";
  job.position = GeoPoint{45.76, 4.835};
  job.work_mode = WorkMode::kOnsite;
  job.seniority = Seniority::kSenior;
  job.contract = ContractType::kFullTime;
  job.salary = SalaryRange{30000.5, 42000.25};
  job.posted_ms = 1714521600000;
  job.expires_ms = 1717200000001;
  return job;
}

inline Candidate MakeCandidate(const std::string& id) {
  Candidate candidate;
  candidate.id = id;
  candidate.bio = "Likes bread.";
  candidate.resume = "Baker, 2010–2020";
  candidate.category = "Chef";
  candidate.hard_skills = {"baking", "viennoiserie"};
  candidate.soft_skills = {"teamwork"};
  candidate.location = "Dijon";
  candidate.position = GeoPoint{47.32, 5.04};
  candidate.preferred_work_mode = WorkMode::kOnsite;
  candidate.seniority = Seniority::kMid;
  candidate.expected_salary = 35000.0;
  return candidate;
}

inline std::vector<EmbeddingRow> JobRows(const std::string& id, float base) {
  return {{id, "title", {base, 0.5f}}, {id, "tech", {base + 1, 0.25f}}};
}

inline std::vector<EmbeddingRow> CandidateRows(const std::string& id, float base) {
  return {{id, "hard", {base, -0.5f}}, {id, "soft", {base + 1, -0.25f}}};
}

template <typename T>
std::string MessageOf(const T& result) {
  return result.ok() ? "(ok)" : result.error().message;
}

inline std::vector<float> Values(std::span<const float> row) { return {row.begin(), row.end()}; }

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_STORE_TEST_SUPPORT_H_
