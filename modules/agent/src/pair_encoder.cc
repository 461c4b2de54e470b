#include "dynajob/agent/pair_encoder.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/core/pair_facts.h"

namespace dynajob {
namespace {

std::vector<float> FieldGains(std::span<const FieldSlice> fields, size_t dimension) {
  std::vector<float> gains(dimension, 1.0f);
  for (const FieldSlice& field : fields) {
    const auto gain = static_cast<float>(std::sqrt(static_cast<double>(field.dimension)));
    std::fill_n(gains.begin() + static_cast<std::ptrdiff_t>(field.offset), field.dimension, gain);
  }
  return gains;
}

Result<FieldSlice> FindField(std::span<const FieldSlice> fields, const std::string& name,
                             const std::string& pair) {
  std::string known;
  for (const FieldSlice& field : fields) {
    if (field.name == name) return field;
    known += (known.empty() ? "" : ", ") + field.name;
  }
  return InvalidArgument(
      fmt::format("network.product_pairs = '{}': unknown field '{}'; known: {}; with "
                  "network.interaction = none there are no pairs",
                  pair, name, known));
}

void Prefetch(std::span<const float> values) {
  constexpr size_t kLine = 64 / sizeof(float);
  for (size_t i = 0; i < values.size(); i += kLine) __builtin_prefetch(values.data() + i);
}

}  // namespace

Result<PairEncoder> PairEncoder::Create(const Catalog& catalog, const NetworkOptions& options) {
  PairEncoder encoder(catalog);
  encoder.state_gain_ = FieldGains(catalog.state_fields(), catalog.state_dim());
  encoder.action_gain_ = FieldGains(catalog.action_fields(), catalog.action_dim());
  if (options.structured_facts) encoder.fact_dim_ = kPairFactCount;
  if (options.interaction != Interaction::kProducts) return encoder;

  for (const std::string& pair : options.product_pairs) {
    const size_t colon = pair.find(':');
    if (colon == std::string::npos) {
      return InvalidArgument(fmt::format(
          "network.product_pairs = '{}' is not of the form state-field:action-field", pair));
    }
    DYNAJOB_ASSIGN_OR_RETURN(const FieldSlice state,
                             FindField(catalog.state_fields(), pair.substr(0, colon), pair));
    DYNAJOB_ASSIGN_OR_RETURN(const FieldSlice action,
                             FindField(catalog.action_fields(), pair.substr(colon + 1), pair));
    if (state.dimension != action.dimension) {
      return InvalidArgument(
          fmt::format("network.product_pairs = '{}': '{}' has {} values but '{}' has {}; lengths "
                      "must agree, or "
                      "network.interaction be none",
                      pair, state.name, state.dimension, action.name, action.dimension));
    }
    encoder.products_.push_back({state, action});
    encoder.product_dim_ += state.dimension;
  }
  return encoder;
}

void PairEncoder::EncodeState(const CandidateView& candidate, float* out) const {
  const std::span<const float> state = candidate.state;
  DYNAJOB_CHECK(state.size() == state_gain_.size(), "a state of another length");
  for (size_t i = 0; i < state.size(); ++i) out[i] = state[i] * state_gain_[i];
}

void PairEncoder::EncodeAction(const JobView& job, float* out) const {
  const std::span<const float> action = job.action;
  DYNAJOB_CHECK(action.size() == action_gain_.size(), "an action of another length");
  for (size_t i = 0; i < action.size(); ++i) out[i] = action[i] * action_gain_[i];
}

void PairEncoder::EncodeCross(const CandidateView& candidate, const JobView& job,
                              float* out) const {
  for (const ProductPair& product : products_) {
    // Two unit vectors: with this gain the product, too, has a mean square near 1.
    const auto gain = static_cast<float>(product.state.dimension);
    for (size_t i = 0; i < product.state.dimension; ++i)
      *out++ =
          gain * candidate.state[product.state.offset + i] * job.action[product.action.offset + i];
  }
  EncodeFacts(candidate, job, out);
}

void PairEncoder::EncodePairedAction(const JobView& job, float* out) const {
  DYNAJOB_CHECK(job.action.size() == action_gain_.size(), "an action of another length");
  for (const ProductPair& product : products_) {
    const float* values = job.action.data() + product.action.offset;
    const float gain = action_gain_[product.action.offset];
    for (size_t i = 0; i < product.action.dimension; ++i) out[i] = gain * values[i];
    out += product.action.dimension;
  }
}

void PairEncoder::EncodeFacts(const CandidateView& candidate, const JobView& job,
                              float* out) const {
  if (fact_dim_ == 0) return;
  const auto facts = ToArray(ComputePairFacts(*candidate.record, *job.record));
  std::copy(facts.begin(), facts.end(), out);
}

void PairEncoder::EncodeState(CandidateRow candidate, float* out) const {
  EncodeState(CandidateAt(candidate), out);
}

void PairEncoder::EncodeAction(JobRow job, float* out) const { EncodeAction(JobAt(job), out); }

void PairEncoder::EncodeCross(Pair pair, float* out) const {
  EncodeCross(CandidateAt(pair.candidate), JobAt(pair.job), out);
}

void PairEncoder::Encode(std::span<const Pair> pairs, float* out) const {
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Pair& pair = pairs[i];
    // Vectors of a batch lie anywhere in the catalog: the next ones travel while these are scaled.
    if (i + 1 < pairs.size()) {
      Prefetch(catalog_->states().Row(pairs[i + 1].candidate));
      Prefetch(catalog_->actions().Row(pairs[i + 1].job));
    }
    EncodeState(pair.candidate, out);
    EncodeAction(pair.job, out + state_dim());
    EncodeCross(pair, out + state_dim() + action_dim());
    out += input_dim();
  }
}

void PairEncoder::EncodeJobs(CandidateRow candidate, std::span<const JobRow> jobs,
                             float* out) const {
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (i + 1 < jobs.size()) Prefetch(catalog_->actions().Row(jobs[i + 1]));
    EncodeAction(jobs[i], out);
    EncodeCross({candidate, jobs[i]}, out + action_dim());
    out += input_dim() - state_dim();
  }
}

}  // namespace dynajob
