// What the server counts, as Prometheus text (version 0.0.4): names start with dynajob_, times are
// seconds, sizes bytes.
#ifndef DYNAJOB_SERVE_SRC_METRICS_H_
#define DYNAJOB_SERVE_SRC_METRICS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynajob {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Safe for concurrent use.
class Metrics {
 public:
  // Declares a metric; its help is printed even while nothing was counted.
  void DeclareCounter(const std::string& name, std::string help);
  void DeclareHistogram(const std::string& name, std::string help);
  // Asked when the metrics are read.
  void DeclareGauge(const std::string& name, std::string help, std::function<double()> value);

  // Requires a declared name.
  void Count(std::string_view name, const Labels& labels, double amount = 1);
  // Seconds, into buckets from 0.5 ms to 10 s.
  void Observe(std::string_view name, const Labels& labels, double seconds);

  std::string ToText() const;

 private:
  static constexpr std::array kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                         0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
  struct Histogram {
    std::array<uint64_t, kBounds.size() + 1> buckets{};
    double sum = 0;
  };
  struct Family {
    std::string type;
    std::string help;
    std::map<std::string, double> values;         // by printed labels
    std::map<std::string, Histogram> histograms;  // by printed labels
    std::function<double()> gauge;
  };

  void Declare(const std::string& name, Family family);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;  // guarded by mutex_
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_METRICS_H_
