#include <string>

#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

#include "spool.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace dynajob {
namespace {

void Feed(const std::string& bytes) {
  ASSERT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()),
            0);
}

// Violations abort the program; this test passes when none of the inputs did.
TEST(FuzzRequests, MutatedBodiesAndLinesAreRefusedOrReadBackAsThemselves) {
  const std::vector<std::string> corpus = {
      R"({"id":"a","title":"T","technical_skills":["x","é"],"work_mode":"remote",)"
      R"("position":{"latitude":1,"longitude":2},"salary":{"low":1,"high":2},)"
      R"("posted":"2026-05-01T12:00:00Z"})",
      R"({"id":"p","hard_skills":["x"],"expected_salary":1e5,"seniority":"lead"})",
      SpoolLine({"e", "c", "j", Response::kApply, 5, "m", "hire", "r", 3, 0.25}),
      "/v1/jobs/a%2Fb%zz"};
  Rng rng = Rng::Derive(1, "fuzz-requests");
  for (const std::string& seed : corpus) Feed(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = corpus[rng.Below(corpus.size())];
    for (uint64_t edits = 1 + rng.Below(4); edits > 0 && !bytes.empty(); --edits) {
      const size_t at = rng.Below(bytes.size());
      const auto byte = static_cast<char>(rng.Below(256));
      if (const uint64_t kind = rng.Below(3); kind == 0) {
        bytes[at] = byte;
      } else if (kind == 1) {
        bytes.erase(at, 1 + rng.Below(8));
      } else {
        bytes.insert(at, 1 + rng.Below(3), rng.Bernoulli(0.5) ? byte : bytes[at]);
      }
    }
    Feed(bytes);
  }
}

}  // namespace
}  // namespace dynajob
