#include <string>

#include <gtest/gtest.h>

#include "dynajob/testing/mutations.h"

#include "spool.h"

namespace dynajob {
namespace {

TEST(FuzzRequests, MutatedBodiesAndLinesAreRefusedOrReadBackAsThemselves) {
  const std::vector<std::string> corpus = {
      R"({"id":"a","title":"T","technical_skills":["x","é"],"work_mode":"remote",)"
      R"("position":{"latitude":1,"longitude":2},"salary":{"low":1,"high":2},)"
      R"("posted":"2026-05-01T12:00:00Z"})",
      R"({"id":"p","hard_skills":["x"],"expected_salary":1e5,"seniority":"lead"})",
      SpoolLine({"e", "c", "j", Response::kApply, 5, "m", "hire", "r", 3, 0.25}),
      "/v1/jobs/a%2Fb%zz"};
  for (const std::string& input : corpus) RunFuzzEntry(input);
  ForEachMutation(corpus, {.count = 20'000, .most_edits = 4}, RunFuzzEntry);
}

}  // namespace
}  // namespace dynajob
