#include "simulated_user.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/core/file.h"
#include "dynajob/llm/capabilities.h"
#include "dynajob/stores/open_store.h"

#include "spending_text.h"

namespace dynajob {
namespace {

constexpr const char* kReportFile = "llm.json";

std::string RewardsFrom(const EndpointUserReport& report) {
  std::vector<std::string> sources;
  for (const auto& [source, count] : report.sources) {
    if (count == 0) continue;
    sources.push_back(source == ToString(LabelSource::kLogprobs)  ? "probabilities"
                      : source == ToString(LabelSource::kSamples) ? "the mean of several answers"
                                                                  : "single answers");
  }
  return sources.empty() ? "nothing yet" : fmt::format("{}", fmt::join(sources, " and "));
}

}  // namespace

std::string_view SurrogateNote() { return "llm: surrogate (rule-based stand-in, not an LLM)"; }

SimulatedUser::~SimulatedUser() {
  // What the client still answers goes into cache and budget; what the user asks goes to the
  // client.
  endpoint_.reset();
  client_.reset();
}

Result<std::unique_ptr<SimulatedUser>> SimulatedUser::Open(const Session& session,
                                                           const Catalog& catalog,
                                                           const std::string& store,
                                                           Refusals refusals) {
  if (session.settings.llm.source == LlmSource::kSurrogate) return Surrogate(session, catalog);
  std::unique_ptr<SimulatedUser> simulated(new SimulatedUser());
  DYNAJOB_ASSIGN_OR_RETURN(simulated->cosine_,
                           CosineReward::Create(catalog, session.settings.experiment.cosine));
  DYNAJOB_RETURN_IF_ERROR(simulated->OpenEndpoint(session, catalog, store, refusals));
  simulated->user_ = simulated->endpoint_.get();
  return simulated;
}

Result<std::unique_ptr<SimulatedUser>> SimulatedUser::Surrogate(const Session& session,
                                                                const Catalog& catalog) {
  std::unique_ptr<SimulatedUser> simulated(new SimulatedUser());
  DYNAJOB_ASSIGN_OR_RETURN(simulated->surrogate_,
                           SurrogateUser::Create(catalog, session.settings.experiment.surrogate));
  simulated->user_ = simulated->surrogate_.get();
  return simulated;
}

Status SimulatedUser::OpenEndpoint(const Session& session, const Catalog& catalog,
                                   const std::string& store, Refusals refusals) {
  const LlmOptions& options = session.settings.llm;
  const ChatOptions& chat = session.settings.chat;
  const bool replays = options.source == LlmSource::kReplay;
  // A replay asks nobody; the client only says how address and model are written.
  DYNAJOB_ASSIGN_OR_RETURN(client_,
                           HttpChatClient::Create(chat, replays ? "" : ApiKeyFromEnvironment()));
  DYNAJOB_ASSIGN_OR_RETURN(auto connection,
                           OpenStore(store, replays ? OpenMode::kReadOnly : OpenMode::kReadWrite,
                                     session.settings.store));
  cache_ = std::make_unique<AnswerCache>(std::move(connection));
  DYNAJOB_ASSIGN_OR_RETURN(budget_,
                           Budget::Create(options.budget, client_->model(), session.ledger));
  DYNAJOB_ASSIGN_OR_RETURN(const EndpointProfile profile, FindProfile(replays));
  const auto concurrency = static_cast<size_t>(chat.concurrency);
  const EndpointUserParts parts{.catalog = &catalog,
                                .cache = cache_.get(),
                                .client = replays ? nullptr : client_.get(),
                                .budget = replays ? nullptr : budget_.get(),
                                .base_url = client_->base_url(),
                                .model = client_->model(),
                                .profile = profile,
                                .sampling = chat.sampling,
                                .cosine = cosine_.get(),
                                .in_flight = concurrency + std::max<size_t>(4, concurrency / 2)};
  EndpointOptions asked = options.endpoint;
  if (refusals == Refusals::kAllow) asked.max_invalid_share = 1;
  DYNAJOB_ASSIGN_OR_RETURN(endpoint_, EndpointUser::Create(parts, asked));
  origin_ = DescribeOrigin(asked, chat.sampling);
  return Status::Ok();
}

// What the endpoint was found to be able to do when its first answer was bought decides the form of
// every question, and so the keys of the cache.
Result<EndpointProfile> SimulatedUser::FindProfile(bool replays) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::optional<EndpointProfile> known,
                           cache_->LoadProfile(client_->base_url(), client_->model()));
  if (known) return *known;
  if (replays) {
    return Error{ErrorCode::kLlmUnavailable,
                 fmt::format("replay: {} holds no answers of model '{}' at {}; buy them with --llm "
                             "endpoint, or move them here with 'dynajob labels import'",
                             cache_->store_name(), client_->model(), client_->base_url())};
  }
  DYNAJOB_ASSIGN_OR_RETURN(const Capabilities can, ProbeCapabilities(*client_));
  const EndpointProfile found = {
      .mode = can.answer_mode(), .top_logprobs = can.top_logprobs, .fingerprint = can.fingerprint};
  DYNAJOB_RETURN_IF_ERROR(cache_->SaveProfile(client_->base_url(), client_->model(), found));
  return found;
}

std::string SimulatedUser::Note() const {
  if (endpoint_ == nullptr) return std::string(SurrogateNote());
  const EndpointUserReport report = endpoint_->Report();
  return fmt::format("llm: {} at {} ({}; prompt {}; answers {}{})", report.identity.model,
                     report.identity.base_url,
                     report.kind == "replay" ? "replay of bought labels" : "endpoint",
                     report.prompt_version, ToString(report.profile.mode),
                     report.profile.top_logprobs > 0 ? " with probabilities" : "");
}

// Everything that a label depends on besides the pair.
std::string SimulatedUser::DescribeOrigin(const EndpointOptions& asked,
                                          const Sampling& sampling) const {
  const EndpointUserReport report = endpoint_->Report();
  return fmt::format(
      "{} at {}, fingerprint '{}', {} with {} logprobs, prompts {} {}, texts of {} characters, {} "
      "stages, {} jobs a call, {} samples, {} attempts, temperature {}, top_p {}, seed {}, {} "
      "tokens",
      report.identity.model, report.identity.base_url, report.identity.fingerprint,
      ToString(report.profile.mode), report.profile.top_logprobs, report.prompt_version,
      report.title_prompt_version, asked.max_chars, asked.stages, asked.batch, asked.samples,
      asked.attempts, sampling.temperature, sampling.top_p, sampling.seed, sampling.max_tokens);
}

SimulatedUser::Facts SimulatedUser::ResultFacts() const {
  if (endpoint_ == nullptr) return {};
  const EndpointUserReport report = endpoint_->Report();
  Facts facts = {{"model", report.identity.model},
                 {"base_url", report.identity.base_url},
                 {"prompt", report.prompt_version}};
  if (!report.title_prompt_version.empty())
    facts.emplace_back("title_prompt", report.title_prompt_version);
  facts.emplace_back("rewards_from", RewardsFrom(report));
  return facts;
}

std::string SimulatedUser::Spent() const {
  if (endpoint_ == nullptr) return "";
  const EndpointUserReport report = endpoint_->Report();
  const Spending& spending = report.spending;
  return fmt::format(
      "llm: {} pairs labelled, {} without a usable answer; {} calls paid, {} failed, {} answers "
      "were there already; tokens {}; cost {}",
      report.labelled, report.unlabelled, spending.paid, spending.failed, report.cached,
      TokenText(spending), CostText(spending));
}

Status SimulatedUser::Flush() { return cache_ == nullptr ? Status::Ok() : cache_->Flush(); }

Status SimulatedUser::WriteReport(const std::filesystem::path& directory) const {
  if (endpoint_ != nullptr)
    return WriteFileAtomically(directory / kReportFile, ReportJson(endpoint_->Report()) + "\n");
  // One of an earlier run would say something that is not true of this one.
  std::error_code error;
  std::filesystem::remove(directory / kReportFile, error);
  if (!error) return Status::Ok();
  return IoError(
      fmt::format("cannot remove {}: {}", (directory / kReportFile).string(), error.message()));
}

Error SimulatedUser::Explain(const Error& error, std::string_view how_to_continue) const {
  const bool buying =
      error.code == ErrorCode::kLlmUnavailable || error.code == ErrorCode::kBudgetReached;
  if (!buying) return error;
  const std::string spent = Spent();
  return {error.code, fmt::format("{}\n{}{}{}", error.message, spent, spent.empty() ? "" : "\n",
                                  how_to_continue)};
}

}  // namespace dynajob
