#include "progress_line.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "text_table.h"

namespace dynajob {
namespace {

constexpr double kLiveInterval = 0.1;   // seconds between redraws
constexpr double kPlainInterval = 5.0;  // seconds between lines in a log
constexpr double kRateAfter = 0.5;      // a rate from less time than this says nothing
constexpr size_t kLineWidth = 79;       // a longer live line would wrap and could not be redrawn

}  // namespace

std::string ShortCount(double count) {
  constexpr const char* kSuffixes[] = {"", "k", "M", "G", "T"};
  size_t suffix = 0;
  while (count >= 9999.5 && suffix + 1 < std::size(kSuffixes)) {
    count /= 1000;
    ++suffix;
  }
  if (suffix == 0) {
    const bool fraction = count < 10 && count != std::floor(count);
    return fmt::format("{:.{}f}", count, fraction ? 1 : 0);
  }
  return fmt::format("{:.{}f}{}", count, count < 99.95 ? 1 : 0, kSuffixes[suffix]);
}

std::string ShortDuration(double seconds) {
  const auto total = static_cast<int64_t>(std::llround(std::max(seconds, 0.0)));
  const int64_t hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, rest);
  return fmt::format("{}:{:02}", minutes, rest);
}

std::string FormatProgress(const ProgressEvent& event, double elapsed_seconds, double rate) {
  const auto done = static_cast<double>(event.done), total = static_cast<double>(event.total);
  std::string line = event.stage + "  " + ShortCount(done);
  if (event.total > 0)
    line += fmt::format("/{}  {:.0f} %", ShortCount(total), std::floor(100 * done / total));
  if (event.total > 0 && event.done >= event.total) {
    line += "  in " + ShortDuration(elapsed_seconds);
  } else if (rate > 0) {
    line += fmt::format("  {}/s", ShortCount(rate));
    if (event.total > 0) line += "  " + ShortDuration((total - done) / rate) + " left";
  }
  if (!event.detail.empty()) line += "  " + event.detail;
  return line;
}

ProgressLine::ProgressLine(const Terminal& terminal, bool quiet, Clock clock)
    : terminal_(terminal), quiet_(quiet), clock_(std::move(clock)), last_report_(clock_()) {}

double ProgressLine::SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void ProgressLine::Report(const ProgressEvent& event) {
  if (quiet_) return;
  const std::scoped_lock lock(mutex_);
  const double now = clock_();
  if (event.stage != stage_) {
    stage_ = event.stage;
    stage_start_ = last_report_;
    last_shown_ = terminal_.live ? now - kLiveInterval : now;
    first_done_ = event.done;
    first_report_ = now;
  } else if (event.done <= done_) {
    return;  // from another thread, and late
  }
  done_ = event.done;
  last_report_ = now;
  const bool finished = event.total > 0 && event.done >= event.total;
  const double interval = terminal_.live ? kLiveInterval : kPlainInterval;
  if (!finished && now - last_shown_ < interval) return;
  last_shown_ = now;
  const double measured = now - first_report_;
  const double rate =
      measured < kRateAfter ? 0 : static_cast<double>(event.done - first_done_) / measured;
  Show(FormatProgress(event, now - stage_start_, rate));
}

void ProgressLine::Show(const std::string& line) {
  if (terminal_.live) {
    *terminal_.err << "\r\x1b[2K" << Shorten(line, kLineWidth) << std::flush;
    line_open_ = true;
  } else {
    *terminal_.err << line << "\n" << std::flush;
  }
}

void ProgressLine::Clear() {
  const std::scoped_lock lock(mutex_);
  if (line_open_) *terminal_.err << "\r\x1b[2K" << std::flush;
  line_open_ = false;
}

}  // namespace dynajob
