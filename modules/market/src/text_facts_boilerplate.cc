#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/market/text_facts.h"

#include "phrase_scanner.h"

namespace dynajob {
namespace {

// A longer run of text without a full stop is a description that lost its lines: it stays.
constexpr size_t kMaxSentenceBytes = 1200;

// Each marks the sentence that it stands in.
const PhraseScanner& Markers() {
  static const PhraseScanner scanner({
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
      // What the company says about itself.
      "our values",
      "our core values",
      "our mission",
      "is a leading",
      "is the leading",
      "is a global",
      "leading provider",
      "was founded",
      "founded in",
      "family owned",
      "family-owned",
      "locally owned",
      "fortune 500",
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
  return scanner;
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

std::string MaskBoilerplate(std::string_view posting) {
  // Where the markers end; a marker never spans two sentences.
  std::vector<size_t> marks;
  Markers().ForEach(posting, [&](size_t, size_t end) { marks.push_back(end); });
  std::string masked(posting);
  auto mark = marks.begin();
  for (size_t begin = 0; mark != marks.end() && begin < posting.size();) {
    const size_t length = SentenceLength(posting.substr(begin));
    const bool marked = *mark <= begin + length;
    while (mark != marks.end() && *mark <= begin + length) ++mark;
    if (marked && length <= kMaxSentenceBytes)
      std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(begin), length, '\n');
    begin += length;
  }
  return masked;
}

}  // namespace dynajob
