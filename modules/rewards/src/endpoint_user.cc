#include "dynajob/rewards/endpoint_user.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/check.h"

#include "endpoint_core.h"

namespace dynajob {
namespace {

constexpr size_t kMostDisagreements = 10;
constexpr size_t kFewestForRanks = 20;

// Of each value among all, 0 to 1; equal values share their mean rank.
std::vector<double> Ranks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  const double last = static_cast<double>(values.size() - 1);
  for (size_t i = 0; i < order.size();) {
    size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double rank = (static_cast<double>(i) + static_cast<double>(end - 1)) / 2 / last;
    for (; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

// The mean response on the scale 0 (IGNORE) to 3 (APPLY).
double Interest(const ResponseProbabilities& probabilities) {
  double interest = 0;
  for (size_t i = 0; i < probabilities.size(); ++i)
    interest += static_cast<double>(i) * probabilities[i];
  return interest;
}

}  // namespace

Result<std::unique_ptr<EndpointUser>> EndpointUser::Create(const EndpointUserParts& parts,
                                                           const EndpointOptions& options) {
  DYNAJOB_CHECK(parts.catalog != nullptr && parts.cache != nullptr, "catalog and cache are needed");
  DYNAJOB_CHECK(parts.client == nullptr || parts.budget != nullptr, "a client needs a budget");
  DYNAJOB_CHECK(parts.in_flight > 0, "at least one question is worked on");
  DYNAJOB_ASSIGN_OR_RETURN(auto builder, PromptBuilder::Create(*parts.catalog, options));
  if (options.samples > 1 && parts.profile.top_logprobs == 0 && parts.sampling.temperature <= 0) {
    return InvalidArgument(
        fmt::format("llm.samples is {}, but llm.temperature is {}: samples that must be equal are "
                    "paid for in vain",
                    options.samples, parts.sampling.temperature));
  }
  auto core = std::make_shared<Core>(parts, options, std::move(builder));
  core->Start();
  return std::unique_ptr<EndpointUser>(new EndpointUser(std::move(core)));
}

EndpointUser::EndpointUser(std::shared_ptr<Core> core) : core_(std::move(core)) {}

EndpointUser::~EndpointUser() { core_->Stop(); }

std::string_view EndpointUser::kind() const { return core_->is_replay() ? "replay" : "endpoint"; }

Status EndpointUser::Probabilities(std::span<const Pair> pairs,
                                   std::span<ResponseProbabilities> probabilities) {
  DYNAJOB_CHECK(pairs.size() == probabilities.size(), "one label per pair");
  std::vector<std::optional<ResponseProbabilities>> labels(pairs.size());
  DYNAJOB_RETURN_IF_ERROR(core_->Labels(pairs, labels));
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!labels[i]) return core_->NoLabel(pairs[i]);
    probabilities[i] = *labels[i];
  }
  return Status::Ok();
}

Status EndpointUser::Labels(std::span<const Pair> pairs,
                            std::span<std::optional<ResponseProbabilities>> labels) {
  DYNAJOB_RETURN_IF_ERROR(core_->Labels(pairs, labels));
  return core_->CheckInvalidShare();
}

void EndpointUser::Prefetch(std::span<const Pair> pairs) { core_->Prefetch(pairs); }

EndpointUserReport EndpointUser::Report() const { return core_->Report(); }

EndpointUserReport EndpointUser::Core::Report() const {
  EndpointUserReport report;
  report.kind = is_replay() ? "replay" : "endpoint";
  report.identity = identity_;
  report.profile = parts_.profile;
  report.prompt_version = builder_->prompt().version();
  if (context_.options.stages == 2)
    report.title_prompt_version = builder_->title_prompt().version();
  report.store = parts_.cache->store_name();
  if (parts_.budget != nullptr) report.spending = parts_.budget->spending();
  const std::lock_guard lock(mutex_);
  report.cached = cached_;
  report.joined = joined_;
  report.labelled = labelled_;
  report.unlabelled = unlabelled_;
  report.sources = sources_;
  report.title_skips = title_skips_;
  report.defects = defects_;
  report.fingerprints = fingerprints_;
  ReportDisagreements(report);
  return report;
}

// Requires mutex_. Ranks, because labels and cosines have no common scale.
void EndpointUser::Core::ReportDisagreements(EndpointUserReport& report) const {
  if (parts_.cosine == nullptr) return;
  std::vector<uint64_t> ids;
  for (const auto& [id, unit] : units_) {
    if (!unit.labels.empty()) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  std::vector<Pair> pairs;
  std::vector<double> interests;
  std::vector<double> cosines;
  for (const uint64_t id : ids) {
    const auto& labels = units_.at(id).labels;
    for (size_t place = 0; place < labels.size(); ++place) {
      pairs.push_back(PairAt(id, place));
      interests.push_back(Interest(labels[place]));
      cosines.push_back(parts_.cosine->Cosine(pairs.back()));
    }
  }
  if (pairs.size() < kFewestForRanks) return;
  const std::vector<double> label_ranks = Ranks(interests);
  const std::vector<double> cosine_ranks = Ranks(cosines);
  std::vector<size_t> flagged;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const double difference = label_ranks[i] - cosine_ranks[i];
    if (std::abs(difference) <= context_.options.disagreement) continue;
    ++(difference > 0 ? report.liked_against_cosine : report.disliked_against_cosine);
    flagged.push_back(i);
  }
  std::stable_sort(flagged.begin(), flagged.end(), [&](size_t a, size_t b) {
    return std::abs(label_ranks[a] - cosine_ranks[a]) > std::abs(label_ranks[b] - cosine_ranks[b]);
  });
  flagged.resize(std::min(flagged.size(), kMostDisagreements));
  for (const size_t i : flagged) {
    report.disagreements.push_back({parts_.catalog->candidate(pairs[i].candidate).id,
                                    parts_.catalog->job(pairs[i].job).id, label_ranks[i],
                                    cosine_ranks[i]});
  }
}

}  // namespace dynajob
