#include "label_audit_run.h"

#include <algorithm>

#include "dynajob/evaluation/judge.h"

namespace dynajob {
namespace {

constexpr size_t kPairsAtOnce = 50;  // between two progress reports

Status Buy(const Session& session, SimulatedUser& user, std::span<const Pair> pairs,
           std::span<std::optional<ResponseProbabilities>> labels) {
  user.user().Prefetch(pairs);
  for (size_t begin = 0; begin < pairs.size(); begin += kPairsAtOnce) {
    if (session.cancellation.cancelled())
      return Error{ErrorCode::kCancelled, "the audit was cancelled; its labels are kept"};
    const size_t count = std::min(kPairsAtOnce, pairs.size() - begin);
    DYNAJOB_RETURN_IF_ERROR(
        user.user().Labels(pairs.subspan(begin, count), labels.subspan(begin, count)));
    session.progress.Report({"label", begin + count, pairs.size(), {}});
  }
  return Status::Ok();
}

}  // namespace

Result<KnownResponses> JudgedPairs(const Session& session, const Catalog& catalog, size_t count) {
  const ExperimentOptions& experiment = session.settings.experiment;
  const auto seed = static_cast<uint64_t>(experiment.comparison.seed);
  DYNAJOB_ASSIGN_OR_RETURN(const Judge judge,
                           Judge::Create(catalog, experiment.judge, experiment.rewards, seed));
  KnownResponses known;
  known.pairs = SampleAuditPairs(catalog, count, seed);
  for (const Pair& pair : known.pairs) known.truths.push_back(judge.Probabilities(pair));
  return known;
}

Result<LabelAudit> AuditUser(const Session& session, const Catalog& catalog, SimulatedUser& user,
                             const KnownResponses& known) {
  const ExperimentOptions& experiment = session.settings.experiment;
  // The surrogate as it is meant to be, whatever this run's own surrogate is made to do.
  SurrogateOptions clean = experiment.surrogate;
  clean.corruption = 0;
  clean.positivity_bias = 0;
  DYNAJOB_ASSIGN_OR_RETURN(const auto reference, SurrogateUser::Create(catalog, clean));
  auto audited = CollectAuditedPairs(
      known.pairs, known.truths,
      [&](std::span<const Pair> pairs, std::span<std::optional<ResponseProbabilities>> labels) {
        return Buy(session, user, pairs, labels);
      },
      reference.get());
  session.progress.Clear();
  DYNAJOB_RETURN_IF_ERROR(user.Flush());
  if (!audited.ok()) {
    return user.Explain(audited.error(),
                        "labels that are bought stay in the store: the same command goes on "
                        "from them, with a larger limit where one was reached");
  }
  AuditOptions options;
  options.seed = static_cast<uint64_t>(experiment.comparison.seed);
  return AuditLabels(*audited, experiment.rewards, options);
}

}  // namespace dynajob
