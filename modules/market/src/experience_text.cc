// Postings: the requirements, and every sentence that they can consist of.
#include <algorithm>
#include <utility>

#include "english.h"
#include "market_text.h"

namespace dynajob::market_text {
namespace {

using english::Capitalize;
using english::WithArticle;

constexpr std::string_view kUntrained = "No experience required; we train.";
constexpr std::string_view kNoYears = "No previous experience required.";
constexpr std::string_view kSchool = "High school diploma or GED.";
// What a degree, and a credential, may be followed by.
constexpr std::string_view kDegreeEndings[] = {" required.", " or equivalent experience."};
constexpr std::string_view kCredentialEndings[] = {" preferred.",
                                                   " required or obtained within the first year."};

std::string Enrolled(const Occupation& occupation) {
  return "Currently enrolled in a degree program in " + occupation.field_of_study +
         " or a related field.";
}

std::string YearsInRole(int years, const Occupation& occupation) {
  return std::to_string(years) + "+ years of experience as " + WithArticle(occupation.name) +
         " or in a similar role.";
}

std::string YearsOfWork(int years) {
  return "At least " + english::Years(years) + " of relevant experience.";
}

// The fewest years that a posting asks for: {usually, at times}.
std::pair<int, int> LeastYears(Seniority level) {
  const int usual = UsualYears(level).low;
  return {std::max(0, usual - 1), usual};
}

}  // namespace

std::string WriteExperienceRequirements(const JobDraft& draft, const Job& job, Rng& rng) {
  const Occupation& occupation = *draft.occupation;
  const bool degree = !occupation.field_of_study.empty();
  if (job.seniority == Seniority::kIntern)
    return degree ? Enrolled(occupation) : std::string(kUntrained);
  const auto [least, most] = LeastYears(job.seniority);
  const int low = rng.Below(2) == 0 ? least : most;
  std::string text;
  if (low == 0)
    text = kNoYears;
  else
    text = rng.Bernoulli(0.5) ? YearsInRole(low, occupation) : YearsOfWork(low);
  if (degree && (low > 0 || rng.Bernoulli(0.7))) {
    text += " " + DegreeForPosting(occupation.field_of_study);
    text += kDegreeEndings[rng.Bernoulli(0.5) ? 0 : 1];
  } else if (!degree) {
    text += " ";
    text += kSchool;
  }
  if (!occupation.credential.empty() && rng.Bernoulli(0.6)) {
    text += " " + Capitalize(occupation.credential);
    text += kCredentialEndings[rng.Bernoulli(0.5) ? 0 : 1];
  }
  return text;
}

std::vector<std::string> ExperienceSentences(const Occupation& occupation) {
  std::vector<std::string> sentences = {std::string(kUntrained), std::string(kNoYears),
                                        std::string(kSchool)};
  for (const LadderRung& rung : occupation.ladder) {
    const auto [least, most] = LeastYears(rung.level);
    for (const int years : {least, most}) {
      if (years == 0) continue;  // kNoYears
      sentences.push_back(YearsInRole(years, occupation));
      sentences.push_back(YearsOfWork(years));
    }
  }
  if (!occupation.field_of_study.empty()) {
    sentences.push_back(Enrolled(occupation));
    for (const std::string_view ending : kDegreeEndings)
      sentences.push_back(DegreeForPosting(occupation.field_of_study) + std::string(ending));
  }
  if (!occupation.credential.empty())
    for (const std::string_view ending : kCredentialEndings)
      sentences.push_back(Capitalize(occupation.credential) + std::string(ending));
  return sentences;
}

}  // namespace dynajob::market_text
