// Progress on a terminal (one line that is redrawn) or in a log (a plain line every few seconds).
#ifndef DYNAJOB_CLI_SRC_PROGRESS_LINE_H_
#define DYNAJOB_CLI_SRC_PROGRESS_LINE_H_

#include <functional>
#include <mutex>
#include <string>

#include "dynajob/cli/terminal.h"
#include "dynajob/core/progress.h"

namespace dynajob {

// "75", "12.3k", "4.5M": at most five characters.
std::string ShortCount(double count);
// "0:07", "12:34", "3:00:05".
std::string ShortDuration(double seconds);

// "train  3/15  20 %  1.2/s  0:10 left  detail". `elapsed_seconds` of the stage so far; `rate` per
// second, 0 when it is not known yet.
std::string FormatProgress(const ProgressEvent& event, double elapsed_seconds, double rate);

// Safe for concurrent use. A live line is erased by the destructor and by Clear().
class ProgressLine final : public ProgressSink {
 public:
  using Clock = std::function<double()>;  // seconds, monotonic

  // Borrows the stream of `terminal`. `quiet`: shows nothing.
  ProgressLine(const Terminal& terminal, bool quiet, Clock clock = SteadySeconds);
  ~ProgressLine() override { Clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Report(const ProgressEvent& event) override;
  void Clear();

  static double SteadySeconds();

 private:
  void Show(const std::string& line);

  std::mutex mutex_;
  Terminal terminal_;
  bool quiet_;
  Clock clock_;
  std::string stage_;
  uint64_t done_ = 0;
  double last_report_;  // of any stage, or construction
  double stage_start_ = 0;
  // The first report of the stage, which rates are counted from: resumed work begins in the middle.
  uint64_t first_done_ = 0;
  double first_report_ = 0;
  double last_shown_ = 0;
  bool line_open_ = false;
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_PROGRESS_LINE_H_
