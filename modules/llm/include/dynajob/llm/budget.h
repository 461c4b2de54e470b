// What may be spent on the models behind endpoints, and what was.
//
// A call reserves the most that it could use before it is sent and settles with what it did use, so
// that calls in flight never take a limit by surprise: the limits hold as long as the endpoint's
// own figures for a call stay within its reservation. A Budget counts the calls to one model;
// limits are those of a ledger, which all models of one run of the program share. Answers from the
// cache cost nothing. Safe for concurrent use.
#ifndef DYNAJOB_LLM_BUDGET_H_
#define DYNAJOB_LLM_BUDGET_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/llm/embeddings_client.h"

namespace dynajob {

struct BudgetOptions {
  int64_t max_calls = 0;    // 0 is no limit, here and below
  int64_t max_tokens = 0;   // of prompts and answers together
  double max_cost_usd = 0;  // needs a price of the model
  // "model:input:output" in US dollars per million tokens; a model that ends in "*" stands for all
  // that begin so. The most exact entry counts.
  std::vector<std::string> prices = {};

  Status Validate() const;
  // Declares "llm.max_calls", "llm.max_tokens_total", "llm.max_cost_usd" and "llm.prices".
  void Bind(ConfigRegistry& registry);
};

struct TokenPrice {
  double input_usd = 0;  // per token
  double output_usd = 0;
};
// nullopt when no entry fits. Requires prices that Validate accepts.
std::optional<TokenPrice> FindPrice(const std::vector<std::string>& prices, std::string_view model);

// The most that one call can use.
struct CallEstimate {
  uint64_t prompt_tokens = 0;
  uint64_t completion_tokens = 0;
};
// No tokenizer makes more tokens than bytes, and chat templates add a few to each message.
CallEstimate MostTokens(const ChatRequest& request);
CallEstimate MostTokens(const EmbeddingsRequest& request);

struct Spending {
  uint64_t paid = 0;           // calls that were answered
  uint64_t failed = 0;         // calls that were not, after the client's retries
  uint64_t refused = 0;        // calls that were not made because a limit was reached
  uint64_t prompt_tokens = 0;  // of paid calls, as reported
  uint64_t completion_tokens = 0;
  uint64_t paid_without_usage = 0;  // calls whose tokens nobody reported
  double known_cost_usd = 0;
  uint64_t paid_without_cost = 0;  // calls whose cost is neither reported nor priced

  // nullopt: unknown, because the cost of some call is.
  std::optional<double> cost_usd() const {
    return paid_without_cost == 0 ? std::optional<double>(known_cost_usd) : std::nullopt;
  }
};

// What is used of the limits, by all models together.
class BudgetLedger {
 private:
  friend class Budget;
  std::mutex mutex_;  // of all below, and of the counts of every Budget on this ledger
  uint64_t ended_ = 0;
  uint64_t in_flight_ = 0;
  uint64_t reserved_tokens_ = 0;
  double reserved_cost_ = 0;
  uint64_t charged_tokens_ = 0;  // against the limit: reported, or the reservation
  double charged_cost_ = 0;
};

class Budget {
 public:
  // kInvalidArgument when the options are, or when there is a limit of money and no price for
  // `model`: what cannot be reserved cannot be kept. Without a ledger it has one of its own.
  static Result<std::unique_ptr<Budget>> Create(const BudgetOptions& options,
                                                std::string_view model,
                                                std::shared_ptr<BudgetLedger> ledger = nullptr);

  enum class Admission {
    kGranted,  // reserved; ends with Settle or Fail
    kWait,     // does not fit while others are in flight: ask again when one has ended
    kRefused,  // does not fit, and nothing is in flight that could end below its reservation
  };
  Admission Reserve(const CallEstimate& estimate);

  // The call was answered. Returns its cost: the provider's figure, else by price; nullopt when
  // unknown. Without reported usage the reservation stays spent.
  std::optional<double> Settle(const CallEstimate& estimate, const ChatUsage& usage);
  // The call was not answered: it counts as a call, and its tokens and money are free again.
  void Fail(const CallEstimate& estimate);

  // kBudgetReached, naming the limits that are set and what is spent.
  Error Reached() const;
  Spending spending() const;

 private:
  Budget(const BudgetOptions& options, std::optional<TokenPrice> price,
         std::shared_ptr<BudgetLedger> ledger)
      : options_(options), price_(price), ledger_(std::move(ledger)) {}

  double MostCost(const CallEstimate& estimate) const;
  void Release(const CallEstimate& estimate);

  const BudgetOptions options_;
  const std::optional<TokenPrice> price_;
  const std::shared_ptr<BudgetLedger> ledger_;
  Spending spending_;  // of this model
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_BUDGET_H_
