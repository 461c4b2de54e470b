#include "dynajob/rewards/endpoint_report.h"

#include <nlohmann/json.hpp>

#include "dynajob/core/check.h"

namespace dynajob {

using Json = nlohmann::ordered_json;

std::string_view ToString(LabelSource source) {
  switch (source) {
    case LabelSource::kLogprobs:
      return "logprobs";
    case LabelSource::kAnswer:
      return "answer";
    case LabelSource::kSamples:
      return "samples";
  }
  DYNAJOB_CHECK(false, "unknown source of labels");
  return "";
}

std::string ReportJson(const EndpointUserReport& report) {
  const Spending& spending = report.spending;
  const auto cost = spending.cost_usd();
  Json disagreements = Json::array();
  for (const LabelDisagreement& each : report.disagreements) {
    disagreements.push_back({{"candidate", each.candidate_id},
                             {"job", each.job_id},
                             {"label_rank", each.label_rank},
                             {"cosine_rank", each.cosine_rank}});
  }
  const Json json = {{"kind", report.kind},
                     {"base_url", report.identity.base_url},
                     {"model", report.identity.model},
                     {"fingerprint", report.identity.fingerprint},
                     {"mode", ToString(report.profile.mode)},
                     {"top_logprobs", report.profile.top_logprobs},
                     {"prompt", report.prompt_version},
                     {"title_prompt", report.title_prompt_version},
                     {"store", report.store},
                     {"labels",
                      {{"labelled", report.labelled},
                       {"unlabelled", report.unlabelled},
                       {"sources", report.sources},
                       {"title_skips", report.title_skips},
                       {"defects", report.defects},
                       {"fingerprints", report.fingerprints}}},
                     {"calls",
                      {{"paid", spending.paid},
                       {"cached", report.cached},
                       {"joined", report.joined},
                       {"failed", spending.failed},
                       {"refused", spending.refused}}},
                     {"tokens",
                      {{"prompt", spending.prompt_tokens},
                       {"completion", spending.completion_tokens},
                       {"calls_without_usage", spending.paid_without_usage}}},
                     {"cost_usd", cost ? Json(*cost) : Json()},
                     {"known_cost_usd", spending.known_cost_usd},
                     {"calls_of_unknown_cost", spending.paid_without_cost},
                     {"disagreement",
                      {{"liked_against_cosine", report.liked_against_cosine},
                       {"disliked_against_cosine", report.disliked_against_cosine},
                       {"largest", disagreements}}}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dynajob
