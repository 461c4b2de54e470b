#include "dynajob/llm/budget.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace dynajob {
namespace {

constexpr double kTokensPerPrice = 1e6;
// What a chat template wraps around one message: role names and separators.
constexpr uint64_t kTemplateTokensPerMessage = 16;
// What an embedding model puts before and after a text.
constexpr uint64_t kSpecialTokensPerText = 16;

struct PriceEntry {
  std::string_view model;
  TokenPrice price;
};

std::optional<double> ParseAmount(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) && value >= 0 ? std::optional(value) : std::nullopt;
}

// From the right: names of models may hold colons ("llama3:8b").
std::optional<PriceEntry> ParsePrice(std::string_view text) {
  const size_t last = text.rfind(':');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const size_t first = text.rfind(':', last - 1);
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const auto input = ParseAmount(text.substr(first + 1, last - first - 1));
  const auto output = ParseAmount(text.substr(last + 1));
  if (!input || !output) return std::nullopt;
  return PriceEntry{text.substr(0, first), {*input / kTokensPerPrice, *output / kTokensPerPrice}};
}

// How exactly an entry names the model; 0 when it does not.
size_t Exactness(std::string_view entry, std::string_view model) {
  if (entry == model) return model.size() + 2;
  if (!entry.ends_with('*')) return 0;
  entry.remove_suffix(1);
  return model.starts_with(entry) ? entry.size() + 1 : 0;
}

}  // namespace

Status BudgetOptions::Validate() const {
  if (max_calls < 0 || max_tokens < 0 || !(max_cost_usd >= 0) || std::isinf(max_cost_usd)) {
    return InvalidArgument(
        fmt::format("llm.max_calls is {}, llm.max_tokens_total {}, llm.max_cost_usd {}: each must "
                    "be at least 0 and finite (0 is no limit)",
                    max_calls, max_tokens, max_cost_usd));
  }
  for (const std::string& price : prices) {
    if (!ParsePrice(price)) {
      return InvalidArgument(fmt::format(
          "llm.prices holds '{}': each must be MODEL:INPUT:OUTPUT with prices of at least 0 in US "
          "dollars per million tokens, such as small-model*:0.15:0.6",
          price));
    }
  }
  return Status::Ok();
}

void BudgetOptions::Bind(ConfigRegistry& registry) {
  registry.Add("llm.max_calls", &max_calls, "calls one run may make; 0 is no limit", 0);
  registry.Add("llm.max_tokens_total", &max_tokens,
               "tokens of prompts and answers one run may use; 0 is no limit", 0);
  registry.Add("llm.max_cost_usd", &max_cost_usd,
               "US dollars one run may spend, which needs a price of the model; 0 is no limit", 0);
  registry.Add("llm.prices", &prices,
               "MODEL:INPUT:OUTPUT in US dollars per million tokens; MODEL may end in *");
}

std::optional<TokenPrice> FindPrice(const std::vector<std::string>& prices,
                                    std::string_view model) {
  std::optional<TokenPrice> best;
  size_t best_exactness = 0;
  for (const std::string& text : prices) {
    const std::optional<PriceEntry> entry = ParsePrice(text);
    DYNAJOB_CHECK(entry.has_value(), "prices are validated before they are used");
    const size_t exactness = Exactness(entry->model, model);
    if (exactness <= best_exactness) continue;
    best_exactness = exactness;
    best = entry->price;
  }
  return best;
}

CallEstimate MostTokens(const ChatRequest& request) {
  CallEstimate most;
  for (const ChatMessage& message : request.messages) {
    most.prompt_tokens += message.role.size() + message.content.size() + kTemplateTokensPerMessage;
  }
  most.completion_tokens = static_cast<uint64_t>(std::max<int64_t>(0, request.sampling.max_tokens));
  return most;
}

CallEstimate MostTokens(const EmbeddingsRequest& request) {
  CallEstimate most;
  for (const std::string& text : request.texts)
    most.prompt_tokens += text.size() + kSpecialTokensPerText;
  return most;
}

Result<std::unique_ptr<Budget>> Budget::Create(const BudgetOptions& options, std::string_view model,
                                               std::shared_ptr<BudgetLedger> ledger) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  const std::optional<TokenPrice> price = FindPrice(options.prices, model);
  if (options.max_cost_usd > 0 && !price) {
    return InvalidArgument(fmt::format(
        "llm.max_cost_usd is {}, but llm.prices has no price of model '{}': without one "
        "the limit cannot be kept",
        options.max_cost_usd, model));
  }
  if (ledger == nullptr) ledger = std::make_shared<BudgetLedger>();
  return std::unique_ptr<Budget>(new Budget(options, price, std::move(ledger)));
}

double Budget::MostCost(const CallEstimate& estimate) const {
  if (!price_) return 0;
  return static_cast<double>(estimate.prompt_tokens) * price_->input_usd +
         static_cast<double>(estimate.completion_tokens) * price_->output_usd;
}

Budget::Admission Budget::Reserve(const CallEstimate& estimate) {
  const uint64_t tokens = estimate.prompt_tokens + estimate.completion_tokens;
  const double cost = MostCost(estimate);
  const std::lock_guard lock(ledger_->mutex_);
  const uint64_t calls = ledger_->ended_ + ledger_->in_flight_;
  const bool calls_fit =
      options_.max_calls == 0 || calls < static_cast<uint64_t>(options_.max_calls);
  const bool tokens_fit =
      options_.max_tokens == 0 || ledger_->charged_tokens_ + ledger_->reserved_tokens_ + tokens <=
                                      static_cast<uint64_t>(options_.max_tokens);
  const bool cost_fits =
      options_.max_cost_usd == 0 ||
      ledger_->charged_cost_ + ledger_->reserved_cost_ + cost <= options_.max_cost_usd;
  if (calls_fit && tokens_fit && cost_fits) {
    ++ledger_->in_flight_;
    ledger_->reserved_tokens_ += tokens;
    ledger_->reserved_cost_ += cost;
    return Admission::kGranted;
  }
  // A call that ends frees tokens and money that it did not use, but never its place among calls.
  if (calls_fit && ledger_->in_flight_ > 0) return Admission::kWait;
  ++spending_.refused;
  return Admission::kRefused;
}

void Budget::Release(const CallEstimate& estimate) {
  DYNAJOB_CHECK(ledger_->in_flight_ > 0, "a call ends once");
  --ledger_->in_flight_;
  ++ledger_->ended_;
  ledger_->reserved_tokens_ -= estimate.prompt_tokens + estimate.completion_tokens;
  // Exactly 0 when nothing is in flight, whatever rounding left.
  ledger_->reserved_cost_ =
      ledger_->in_flight_ == 0 ? 0 : ledger_->reserved_cost_ - MostCost(estimate);
}

std::optional<double> Budget::Settle(const CallEstimate& estimate, const ChatUsage& usage) {
  const std::lock_guard lock(ledger_->mutex_);
  Release(estimate);
  ++spending_.paid;
  std::optional<double> cost = usage.cost_usd;
  if (usage.reported) {
    spending_.prompt_tokens += usage.prompt_tokens;
    spending_.completion_tokens += usage.completion_tokens;
    ledger_->charged_tokens_ += usage.prompt_tokens + usage.completion_tokens;
    if (!cost && price_) cost = MostCost({usage.prompt_tokens, usage.completion_tokens});
  } else {
    ++spending_.paid_without_usage;
    ledger_->charged_tokens_ += estimate.prompt_tokens + estimate.completion_tokens;
  }
  ledger_->charged_cost_ += cost.value_or(MostCost(estimate));
  if (cost) {
    spending_.known_cost_usd += *cost;
  } else {
    ++spending_.paid_without_cost;
  }
  return cost;
}

void Budget::Fail(const CallEstimate& estimate) {
  const std::lock_guard lock(ledger_->mutex_);
  Release(estimate);
  ++spending_.failed;
}

Error Budget::Reached() const {
  const std::lock_guard lock(ledger_->mutex_);
  std::string message = "the budget of this run is spent:";
  if (options_.max_calls > 0) {
    message += fmt::format(" llm.max_calls is {} and {} are made;", options_.max_calls,
                           ledger_->ended_ + ledger_->in_flight_);
  }
  if (options_.max_tokens > 0) {
    message += fmt::format(" llm.max_tokens_total is {} and {} are used;", options_.max_tokens,
                           ledger_->charged_tokens_);
  }
  if (options_.max_cost_usd > 0) {
    message += fmt::format(" llm.max_cost_usd is {} and {:.6f} are spent;", options_.max_cost_usd,
                           ledger_->charged_cost_);
  }
  message += " another call might exceed it";
  return {ErrorCode::kBudgetReached, std::move(message)};
}

Spending Budget::spending() const {
  const std::lock_guard lock(ledger_->mutex_);
  return spending_;
}

}  // namespace dynajob
