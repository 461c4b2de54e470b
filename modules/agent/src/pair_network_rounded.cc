// Evaluation of a network in bfloat16, on the copies of the weights that its training steps keep.
#include <algorithm>
#include <vector>

#include "dynajob/agent/pair_network.h"
#include "dynajob/core/check.h"

#include "mlp.h"
#include "rounded_layers.h"

namespace dynajob {
namespace {

// Pairs, or jobs of one candidate, that are encoded together. The candidate's part of the first
// layer is computed once for that many jobs.
constexpr size_t kPairs = 64;
constexpr size_t kJobs = 128;

// One per thread, so that one network can be evaluated by many; kept from call to call.
struct InputScratch {
  Buffer state, rows;
};
InputScratch& Scratch() {
  thread_local InputScratch scratch;
  return scratch;
}

}  // namespace

bool PairNetwork::Rounds() const {
  return gradient_->rounded() != nullptr && shape_->bilinear_rank == 0;
}

void PairNetwork::KeepRounded() {
  if (RoundedLayers* rounded = gradient_->rounded(); rounded != nullptr)
    rounded->Keep(*shape_, parameters_.data(), version_);
}

void PairNetwork::EvaluateRounded(CandidateRow candidate, std::span<const JobRow> jobs,
                                  std::span<float> out) const {
  DYNAJOB_CHECK(jobs.size() == out.size(), "one output per job");
  const size_t width = encoder_->state_dim();
  if (width % 2 != 0) {  // the state ends amid a pair
    std::vector<Pair> pairs;
    for (const JobRow job : jobs) pairs.push_back({candidate, job});
    return EvaluateRounded(pairs, out);
  }
  float* state = Scratch().state.Get(width);
  encoder_->EncodeState(candidate, state);
  const size_t rest = encoder_->input_dim() - width;
  for (size_t begin = 0; begin < jobs.size(); begin += kJobs) {
    const std::span<const JobRow> part =
        jobs.subspan(begin).first(std::min(kJobs, jobs.size() - begin));
    float* rows = Scratch().rows.Get(part.size() * rest);
    encoder_->EncodeJobs(candidate, part, rows);
    gradient_->rounded()->Evaluate(*shape_, parameters_.data(), version_, {state, width}, rows,
                                   part.size(), out.data() + begin);
  }
}

void PairNetwork::EvaluateRounded(std::span<const Pair> pairs, std::span<float> out) const {
  for (size_t begin = 0; begin < pairs.size(); begin += kPairs) {
    const std::span<const Pair> part =
        pairs.subspan(begin).first(std::min(kPairs, pairs.size() - begin));
    float* rows = Scratch().rows.Get(part.size() * encoder_->input_dim());
    encoder_->Encode(part, rows);
    gradient_->rounded()->Evaluate(*shape_, parameters_.data(), version_, {}, rows, part.size(),
                                   out.data() + begin);
  }
}

}  // namespace dynajob
