// libFuzzer entry over facts in prose and their places.
#include <string>
#include <string_view>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/market/record_evidence.h"

#include "fuzz_testing.h"

namespace dynajob {
namespace {

template <typename Value>
void CheckSpan(const std::optional<Found<Value>>& found, std::string_view text) {
  DYNAJOB_CHECK(!found || (found->span.begin < found->span.end && found->span.end <= text.size()),
                "a fact has a place in the text");
}

}  // namespace

void FuzzTextFacts(std::string_view bytes) {
  const std::string text = PlainText(bytes);
  DYNAJOB_CHECK(IsCleanUtf8(text), "plain text is valid UTF-8");
  DYNAJOB_CHECK(MaskBoilerplate(bytes).size() == bytes.size(), "masking keeps every place");
  for (const std::string_view view : {std::string_view(text), bytes}) {
    CheckSpan(FindPay(view), view);
    CheckSpan(FindWorkMode(view), view);
    CheckSpan(FindContract(view), view);
    CheckSpan(FindLocation(view), view);
    CheckSpan(FindPostingSeniority(view), view);
    CheckSpan(FindResumeSeniority(view), view);
  }
  Job job;
  job.title = text.substr(0, text.size() / 4);
  job.description = text;
  const auto& vocabulary = SkillVocabulary::Builtin();
  const auto skills = vocabulary.FindSkills(MaskBoilerplate(FactText(job)));
  job.technical_skills = skills.hard;
  job.soft_skills = skills.soft;
  for (const FactEvidence& fact : ExplainJob(job, vocabulary)) {
    const std::string& field =
        fact.place && fact.place->field == "title" ? job.title : job.description;
    DYNAJOB_CHECK(!fact.place || fact.place->span.end <= field.size(), "evidence is in its field");
  }
}

}  // namespace dynajob

DYNAJOB_FUZZ_ENTRY(FuzzTextFacts)
