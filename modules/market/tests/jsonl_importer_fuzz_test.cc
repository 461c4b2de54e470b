// Runs the libFuzzer entry of fuzz_jsonl_importer.cc on tricky inputs and seeded mutations of them.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/testing/mutations.h"

#include "jsonl_importer_testing.h"

namespace dynajob {
namespace {

std::vector<std::string> TrickyInputs() {
  std::vector<std::string> inputs = {
      "",
      "\n",
      "{",
      "{}",
      "[]",
      "null",
      "NaN",
      "\"\\ud800\"",
      "{\"a\":-Infinity}",
      "\xEF\xBB\xBF",
      "\x1F\x8B",
      std::string("\x1F\x8B\x08\0\0\0\0\0\0\0", 10),
      std::string(3000, '['),
      "$1,,,2 - $",
      "$-$",
      "per g",
      "P",
      "a$",
      "\u00e2",
      "\u00e2\u20ac",
      "\u00c2",
      "&#x;",
      "&#99999999;",
      "<",
      "</",
      "<!--",
      "<b",
      "year",
      "3 years",
      "to 3 years experience",
      "3 - years exp",
      ", TX",
      "{\"job_id\":\"\",\"title\":\"x\"}",
      "{\"job_id\":{\"$oid\":\"1\"},\"title\":\"x\"}",
      "{\"job_id\":{\"$oid\":[]},\"title\":[[\"x\"],null]}",
      "{\"job_id\":1e999,\"title\":\"x\"}",
      "{\"title\":\"a\",\"title\":[\"b\"],\"job_id\":1,\"job_id\":null}",
      std::string(kJob),
      std::string(kCandidate),
      std::string(kJob) + "\n" + std::string(kCandidate),
      EveryKindOfBadRow(),
      Gzip(EveryKindOfBadRow()),
      Gzip(std::string(5000, 'x'))};
  const std::string gzip = Gzip(std::string(kJob) + "\n");
  inputs.push_back(gzip.substr(0, gzip.size() - 4));
  inputs.push_back(gzip + gzip);
  return inputs;
}

TEST(ImporterFuzz, TrickyInputsKeepTheInvariants) {
  for (const std::string& input : TrickyInputs()) RunFuzzEntry(input);
}

TEST(ImporterFuzz, MutatedInputsKeepTheInvariants) {
  ForEachMutation(TrickyInputs(), {.count = 3000}, RunFuzzEntry);
}

}  // namespace
}  // namespace dynajob
