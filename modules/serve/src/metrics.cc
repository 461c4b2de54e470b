#include "metrics.h"

#include <algorithm>

#include <fmt/format.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

std::string Escape(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string Print(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels)
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, Escape(value));
  return text;
}

std::string Braced(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

}  // namespace

void Metrics::Declare(const std::string& name, Family family) {
  const std::lock_guard lock(mutex_);
  families_.insert_or_assign(name, std::move(family));
}

void Metrics::DeclareCounter(const std::string& name, std::string help) {
  Declare(name, {"counter", std::move(help), {}, {}, {}});
}

void Metrics::DeclareHistogram(const std::string& name, std::string help) {
  Declare(name, {"histogram", std::move(help), {}, {}, {}});
}

void Metrics::DeclareGauge(const std::string& name, std::string help,
                           std::function<double()> value) {
  Declare(name, {"gauge", std::move(help), {}, {}, std::move(value)});
}

void Metrics::Count(std::string_view name, const Labels& labels, double amount) {
  const std::string key = Print(labels);
  const std::lock_guard lock(mutex_);
  const auto family = families_.find(name);
  DYNAJOB_CHECK(family != families_.end(), "an undeclared metric: " + std::string(name));
  family->second.values[key] += amount;
}

void Metrics::Observe(std::string_view name, const Labels& labels, double seconds) {
  const std::string key = Print(labels);
  const auto bucket = static_cast<size_t>(
      std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin());
  const std::lock_guard lock(mutex_);
  const auto family = families_.find(name);
  DYNAJOB_CHECK(family != families_.end(), "an undeclared metric: " + std::string(name));
  Histogram& histogram = family->second.histograms[key];
  ++histogram.buckets[bucket];
  histogram.sum += seconds;
}

std::string Metrics::ToText() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [name, family] : families_) {
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, family.type);
    if (family.gauge) text += fmt::format("{} {}\n", name, family.gauge());
    for (const auto& [labels, value] : family.values)
      text += fmt::format("{}{} {}\n", name, Braced(labels), value);
    for (const auto& [labels, histogram] : family.histograms) {
      const std::string comma = labels.empty() ? "" : labels + ",";
      uint64_t total = 0;
      for (size_t i = 0; i < histogram.buckets.size(); ++i) {
        total += histogram.buckets[i];
        const std::string bound = i < kBounds.size() ? fmt::format("{}", kBounds[i]) : "+Inf";
        text += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, comma, bound, total);
      }
      text += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, Braced(labels), histogram.sum, name,
                          Braced(labels), total);
    }
  }
  return text;
}

}  // namespace dynajob
