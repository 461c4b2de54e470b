#include "demo_config.h"

namespace dynajob {

// Small enough for two cores and two minutes, large enough for intervals that decide something.
const char* const kDemoConfig = R"toml(
[market]
jobs = 3000
candidates = 300

[embeddings]
model = "sample"
dimension = 64

[compare]
seeds = 5
candidates = 24
steps = 40

[learn]
random_start = true
)toml";

}  // namespace dynajob
