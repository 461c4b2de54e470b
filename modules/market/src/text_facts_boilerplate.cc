#include <algorithm>
#include <string>
#include <string_view>

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

// Whether a sentence ends before `at`, which is not 0: with a line end, or a stop before a blank.
bool EndsSentence(std::string_view text, size_t at) {
  const char last = text[at - 1];
  if (last == '\n') return true;
  return (last == '.' || last == '!' || last == '?') && at < text.size() && text[at] == ' ';
}

}  // namespace

std::string MaskBoilerplate(std::string_view posting) {
  std::string masked(posting);
  size_t done = 0;        // where the last marked sentence ends
  size_t long_until = 0;  // up to here a sentence that is too long is known to go on
  // A marker never spans two sentences; the sentence is the one that its last byte is in.
  Markers().ForEach(posting, [&](size_t, size_t mark) {
    if (mark <= done || mark <= long_until) return;
    const size_t known = std::max(done, long_until);
    size_t begin = mark - 1;
    while (begin > known && !EndsSentence(posting, begin) && mark - begin <= kMaxSentenceBytes)
      --begin;
    const bool goes_on = begin == long_until && begin > 0 && !EndsSentence(posting, begin);
    size_t end = mark;
    while (!goes_on && end < posting.size() && !EndsSentence(posting, end) &&
           end - begin <= kMaxSentenceBytes)
      ++end;
    if (goes_on || end - begin > kMaxSentenceBytes) {
      long_until = end;
      return;
    }
    std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(begin), end - begin, '\n');
    done = end;
  });
  return masked;
}

}  // namespace dynajob
