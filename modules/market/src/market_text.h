// The texts of generated jobs and candidates.
#ifndef DYNAJOB_MARKET_MARKET_TEXT_H_
#define DYNAJOB_MARKET_MARKET_TEXT_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/rng.h"
#include "dynajob/core/types.h"
#include "dynajob/market/vocabulary.h"

#include "market_places.h"

namespace dynajob::market_text {

// What the writer knows beyond the job itself.
struct JobDraft {
  const Occupation* occupation = nullptr;
  const market_places::City* city = nullptr;
};

// One position of a candidate's career, latest first.
struct CareerStep {
  const Occupation* occupation = nullptr;
  const LadderRung* rung = nullptr;
  std::string employer;
  int first_year = 0;
  int last_year = 0;  // 0: to the present
};

struct CandidateDraft {
  std::string first_name;
  std::string last_name;
  const market_places::City* city = nullptr;
  std::vector<CareerStep> career;  // never empty
  int years_of_experience = 0;
};

// Usual years of experience at a level: {lowest, highest}.
struct YearsRange {
  int low = 0;
  int high = 0;
};
YearsRange UsualYears(Seniority level);

// The name of an employer of the occupation in the city.
std::string EmployerName(const Occupation& occupation, const market_places::City& city, Rng& rng);

std::string WriteExperienceRequirements(const JobDraft& draft, const Job& job, Rng& rng);
// Every sentence that this can consist of, and a few more; some of them twice.
std::vector<std::string> ExperienceSentences(const Occupation& occupation);
std::string WriteDescription(const JobDraft& draft, const Job& job, Rng& rng);

std::string WriteBio(const CandidateDraft& draft, const Candidate& candidate, Rng& rng);
std::string WriteResume(const CandidateDraft& draft, const Candidate& candidate, Rng& rng);

// The degree that a field of study leads to, in postings ("Bachelor's degree in nursing") and in
// résumés ("B.S. in Nursing").
std::string DegreeForPosting(std::string_view field);
std::string DegreeForResume(std::string_view field);

// "$85,000", to the nearest dollar.
std::string Dollars(double amount);

template <size_t N>
std::string_view Pick(const std::string_view (&options)[N], Rng& rng) {
  return options[rng.Below(N)];
}

// Replaces every "{key}" of the pattern by its value.
struct Slot {
  std::string_view key;
  std::string value;
};
std::string Fill(std::string_view pattern, std::span<const Slot> slots);

// `count` of the items (all, if fewer), in random order.
std::vector<std::string> PickSome(std::span<const std::string> items, size_t count, Rng& rng);

}  // namespace dynajob::market_text

#endif  // DYNAJOB_MARKET_MARKET_TEXT_H_
