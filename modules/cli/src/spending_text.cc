#include "spending_text.h"

#include <fmt/format.h>

namespace dynajob {

std::string CostText(const Spending& spending) {
  if (const auto cost = spending.cost_usd()) return fmt::format("{:.4f} USD", *cost);
  if (spending.known_cost_usd == 0) return "unknown";
  return fmt::format("unknown; {:.4f} USD without the {} calls whose cost nobody states",
                     spending.known_cost_usd, spending.paid_without_cost);
}

std::string TokenText(const Spending& spending) {
  std::string text =
      fmt::format("{} + {} (prompt + answer)", spending.prompt_tokens, spending.completion_tokens);
  if (spending.paid_without_usage > 0)
    text += fmt::format("; {} calls without figures", spending.paid_without_usage);
  return text;
}

}  // namespace dynajob
