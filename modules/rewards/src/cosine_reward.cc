#include "dynajob/rewards/cosine_reward.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace dynajob {
namespace {

struct FieldNames {
  std::string_view state;
  std::string_view action;
};

// "hard:tech" in two; nullopt unless there are two names around one colon.
std::optional<FieldNames> Split(std::string_view pair) {
  const size_t colon = pair.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == pair.size() ||
      pair.find(':', colon + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return FieldNames{pair.substr(0, colon), pair.substr(colon + 1)};
}

Result<FieldSlice> FindField(std::span<const FieldSlice> fields, std::string_view name,
                             std::string_view side, std::string_view pair) {
  std::string known;
  for (const FieldSlice& field : fields) {
    if (field.name == name) return field;
    known += (known.empty() ? "" : ", ") + field.name;
  }
  return InvalidArgument(
      fmt::format("cosine.pairs: '{}' names the unknown {} field '{}' (known: {})", pair, side,
                  name, known.empty() ? "none" : known));
}

double Dot(const float* a, const float* b, size_t size) {
  // Four sums: a fixed order of additions that the compiler can keep in vector registers.
  double sums[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    for (size_t j = 0; j < 4; ++j) {
      sums[j] += static_cast<double>(a[i + j]) * static_cast<double>(b[i + j]);
    }
  }
  for (; i < size; ++i) sums[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double CosineOf(double dot, double norm_a, double norm_b) {
  if (norm_a == 0 || norm_b == 0) return 0;
  return std::clamp(dot / (norm_a * norm_b), -1.0, 1.0);
}

}  // namespace

Status CosineOptions::Validate() const {
  if (pairs.empty()) return InvalidArgument("cosine.pairs is empty: it needs at least one pair");
  for (const std::string& pair : pairs) {
    if (!Split(pair)) {
      return InvalidArgument(
          fmt::format("cosine.pairs: '{}' is not of the form 'candidate field:job field'", pair));
    }
  }
  return Status::Ok();
}

void CosineOptions::Bind(ConfigRegistry& registry) {
  registry.Add("cosine.pairs", &pairs,
               "fields that the cosine reward compares, as candidate field:job field");
}

Result<std::unique_ptr<CosineReward>> CosineReward::Create(const Catalog& catalog,
                                                           const CosineOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  std::vector<FieldPair> fields;
  for (const std::string& pair : options.pairs) {
    const FieldNames names = *Split(pair);
    DYNAJOB_ASSIGN_OR_RETURN(const FieldSlice state,
                             FindField(catalog.state_fields(), names.state, "candidate", pair));
    DYNAJOB_ASSIGN_OR_RETURN(const FieldSlice action,
                             FindField(catalog.action_fields(), names.action, "job", pair));
    if (state.dimension != action.dimension) {
      return InvalidArgument(fmt::format(
          "cosine.pairs: '{}' pairs fields of unequal length: candidate field '{}' has {}, job "
          "field '{}' has {}",
          pair, state.name, state.dimension, action.name, action.dimension));
    }
    fields.push_back({state.offset, action.offset, state.dimension});
  }
  return std::unique_ptr<CosineReward>(new CosineReward(catalog, options.pairs, std::move(fields)));
}

CosineReward::CosineReward(const Catalog& catalog, std::vector<std::string> names,
                           std::vector<FieldPair> fields)
    : catalog_(catalog), names_(std::move(names)), fields_(std::move(fields)) {
  for (size_t i = 0; i < catalog_.candidate_count(); ++i) {
    state_norms_.push_back(Norm(catalog_.states().Row(i), true));
  }
  for (size_t i = 0; i < catalog_.job_count(); ++i) {
    action_norms_.push_back(Norm(catalog_.actions().Row(i), false));
  }
}

double CosineReward::Norm(std::span<const float> row, bool is_state) const {
  double sum = 0;
  for (const FieldPair& field : fields_) {
    const float* values = row.data() + (is_state ? field.state_offset : field.action_offset);
    sum += Dot(values, values, field.dimension);
  }
  return std::sqrt(sum);
}

Status CosineReward::Rewards(std::span<const Pair> pairs, std::span<double> rewards) {
  DYNAJOB_CHECK(pairs.size() == rewards.size(), "one reward per pair");
  for (size_t i = 0; i < pairs.size(); ++i) rewards[i] = Cosine(pairs[i]);
  return Status::Ok();
}

double CosineReward::Cosine(Pair pair) const {
  const float* state = catalog_.states().Row(pair.candidate).data();
  const float* action = catalog_.actions().Row(pair.job).data();
  double dot = 0;
  for (const FieldPair& field : fields_) {
    dot += Dot(state + field.state_offset, action + field.action_offset, field.dimension);
  }
  return CosineOf(dot, state_norms_[pair.candidate], action_norms_[pair.job]);
}

std::vector<double> CosineReward::FieldCosines(Pair pair) const {
  const float* state = catalog_.states().Row(pair.candidate).data();
  const float* action = catalog_.actions().Row(pair.job).data();
  std::vector<double> cosines;
  for (const FieldPair& field : fields_) {
    const float* a = state + field.state_offset;
    const float* b = action + field.action_offset;
    cosines.push_back(CosineOf(Dot(a, b, field.dimension), std::sqrt(Dot(a, a, field.dimension)),
                               std::sqrt(Dot(b, b, field.dimension))));
  }
  return cosines;
}

}  // namespace dynajob
