// Postings and résumés with the skills that a reader finds in them, to measure extraction by.
//
// The texts were written for this test, in the style of real ones and with the traps of real ones;
// the labels were written down from reading the text, before the matcher was run on it. What counts
// as a skill of the text: what the person does, must know or knows. What does not: what other
// people or the company do, boilerplate, benefits, names, and figures of speech. A label is the
// vocabulary's phrase where the vocabulary has the meaning, in other words or not; otherwise it is
// the text's own phrase, and a miss.
#ifndef DYNAJOB_MARKET_TESTS_LABELLED_TEXTS_H_
#define DYNAJOB_MARKET_TESTS_LABELLED_TEXTS_H_

#include <span>
#include <string_view>

namespace dynajob {

struct LabelledText {
  std::string_view name;
  std::string_view text;
  std::string_view hard;  // separated by ';'
  std::string_view soft;  // "
};

std::span<const LabelledText> LabelledPostings();
std::span<const LabelledText> LabelledResumes();
std::span<const LabelledText> LabelledHeldOut();  // of both kinds, not used for tuning

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_TESTS_LABELLED_TEXTS_H_
