#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

namespace dynajob {
namespace {

// A longer run of text without a full stop is a description that lost its lines: it stays.
constexpr size_t kMaxSentenceBytes = 1200;

bool IsBoilerplate(std::string_view sentence) {
  static constexpr auto kMarkers = std::to_array<std::string_view>({
      // Equal opportunity.
      "equal opportunity",
      "equal employment",
      "affirmative action",
      "without regard to",
      "regardless of race",
      "discriminat",
      "protected veteran",
      "reasonable accommodation",
      "sexual orientation",
      "e-verify",
      // Screening and hiring.
      "background check",
      "background screen",
      "background investigation",
      "drug screen",
      "drug test",
      "drug-free workplace",
      "criminal histor",
      "recruiting process",
      "recruitment process",
      "recruitment agenc",
      "recruiting agenc",
      "unsolicited resume",
      "visa sponsorship",
      "at-will",
      // Benefits and pay.
      "401(k)",
      "401k",
      "health insurance",
      "dental insurance",
      "paid time off",
      "parental leave",
      "tuition reimbursement",
      "employee assistance program",
      "flexible spending",
      "health savings",
      // Epidemics.
      "covid",
      "vaccinat",
  });
  const std::string lower = ToLowerAscii(sentence);
  return std::any_of(kMarkers.begin(), kMarkers.end(), [&](std::string_view marker) {
    return lower.find(marker) != std::string::npos;
  });
}

// Length of the first sentence with what ends it: a line end, or a stop before a blank.
size_t SentenceLength(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return i + 1;
    const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    if (stop && i + 1 < text.size() && text[i + 1] == ' ') return i + 1;
  }
  return text.size();
}

}  // namespace

std::string WithoutBoilerplate(std::string_view posting) {
  std::string kept;
  kept.reserve(posting.size());
  while (!posting.empty()) {
    const size_t length = SentenceLength(posting);
    const std::string_view sentence = posting.substr(0, length);
    if (length > kMaxSentenceBytes || !IsBoilerplate(sentence)) {
      kept += sentence;
    } else {
      kept += '\n';
    }
    posting.remove_prefix(length);
  }
  return kept;
}

}  // namespace dynajob
