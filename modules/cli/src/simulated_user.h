// Who plays the user in this run, as llm.source says: the surrogate, a chat model behind an
// endpoint, or its answers from an earlier run. The one place where client, budget, cache and
// user are put together; all arms, seeds and workers share the result.
#ifndef DYNAJOB_CLI_SRC_SIMULATED_USER_H_
#define DYNAJOB_CLI_SRC_SIMULATED_USER_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/evaluation/comparison.h"
#include "dynajob/llm/http_chat_client.h"
#include "dynajob/rewards/endpoint_user.h"

#include "command.h"

namespace dynajob {

// "llm: surrogate (rule-based stand-in, not an LLM)".
std::string_view SurrogateNote();

// Whether too many pairs without a usable answer (llm.max_invalid_share) end the work.
enum class Refusals { kLimit, kAllow };

class SimulatedUser {
 public:
  using Facts = std::vector<std::pair<std::string, std::string>>;

  // `store` is the address of the label cache, which is opened for writing unless the source is
  // the surrogate. Borrows session and catalog. Fails as the store does, with kInvalidArgument
  // when no model is named, and with kLlmUnavailable when an endpoint cannot be asked what it can
  // do, or a replay has nothing to replay.
  static Result<std::unique_ptr<SimulatedUser>> Open(const Session& session, const Catalog& catalog,
                                                     const std::string& store,
                                                     Refusals refusals = Refusals::kLimit);
  // Whatever the source.
  static Result<std::unique_ptr<SimulatedUser>> Surrogate(const Session& session,
                                                          const Catalog& catalog);
  ~SimulatedUser();

  // Safe for concurrent use.
  UserSimulator& user() const { return *user_; }
  // "surrogate", or "llm" for an endpoint and its replay alike.
  std::string_view kind() const { return endpoint_ == nullptr ? "surrogate" : "llm"; }
  // One line for people.
  std::string Note() const;
  // Which answers these are, for checkpoints: labels of another origin must not be mixed in.
  const std::string& origin() const { return origin_; }
  // For results.json: nothing that depends on how answers were fetched. After the work.
  Facts ResultFacts() const;
  // Labels, calls, tokens and cost so far in one line; empty for the surrogate.
  std::string Spent() const;

  // Makes sure that every answer so far is in the store.
  Status Flush();
  // `directory`/llm.json, or none for the surrogate.
  Status WriteReport(const std::filesystem::path& directory) const;

  // What an error of buying labels means to someone who wants to go on: `error`, with what was
  // bought, and that the same command continues. Errors of other kinds are returned as they are.
  Error Explain(const Error& error, std::string_view how_to_continue) const;

 private:
  SimulatedUser() = default;
  Status OpenEndpoint(const Session& session, const Catalog& catalog, const std::string& store,
                      Refusals refusals);
  Result<EndpointProfile> FindProfile(bool replays);
  std::string DescribeOrigin(const EndpointOptions& asked, const Sampling& sampling) const;

  std::unique_ptr<SurrogateUser> surrogate_;
  std::unique_ptr<CosineReward> cosine_;
  std::unique_ptr<AnswerCache> cache_;
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<HttpChatClient> client_;
  std::unique_ptr<EndpointUser> endpoint_;
  UserSimulator* user_ = nullptr;
  std::string origin_ = "surrogate";
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_SIMULATED_USER_H_
