// How much is done at once, and what is refused when there is too much to do.
//
// Work that computes (ranking, explaining, embedding) takes a slot; the rest waits in line, for at
// most as long as its deadline allows. The line is short and its end depends on the kind of work:
// bulk work is refused first, explanations next, recommendations last. Who could not be done before
// the deadline, by how long work has taken lately, is refused at once as well. Refusing early keeps
// the wait of those who are admitted short, so that work is not done for clients that have given
// up.
#ifndef DYNAJOB_SERVE_SRC_ADMISSION_H_
#define DYNAJOB_SERVE_SRC_ADMISSION_H_

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

#include "http_message.h"

namespace dynajob {

enum class WorkClass { kRecommend, kExplain, kBulk };
inline constexpr size_t kWorkClasses = 3;
std::string_view ToString(WorkClass work);

// Safe for concurrent use.
class AdmissionGate {
 public:
  enum class Outcome { kAdmitted, kOverloaded, kDeadline };

  // `slots` at once, at most `line` in line; at least 1 each.
  AdmissionGate(size_t slots, size_t line);

  // Holds a slot until it is destroyed.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : gate_(other.gate_), outcome_(other.outcome_), since_(other.since_) {
      other.gate_ = nullptr;
    }
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (gate_ != nullptr) gate_->Leave(since_);
    }
    Outcome outcome() const { return outcome_; }

   private:
    friend class AdmissionGate;
    Ticket(AdmissionGate* gate, Outcome outcome)
        : gate_(gate), outcome_(outcome), since_(std::chrono::steady_clock::now()) {}
    AdmissionGate* gate_;
    Outcome outcome_;
    SteadyTime since_;
  };
  Ticket Enter(WorkClass work, SteadyTime deadline);
  // Whether anybody is in line. This and the next take no lock.
  bool has_line() const { return expected_time() > Duration::zero(); }
  // How long a recommendation that comes now would have to wait and be worked on: none when it need
  // not wait, Duration::max() when the line is full.
  using Duration = std::chrono::steady_clock::duration;
  Duration expected_time() const {
    return Duration(expected_time_.load(std::memory_order_relaxed));
  }

  struct Load {
    size_t working = 0;
    size_t waiting = 0;
  };
  Load load() const;

 private:
  struct Waiter {
    std::condition_variable turn;
    bool admitted = false;
  };

  // Places of the line that this kind of work may fill.
  size_t LineFor(WorkClass work) const;
  void Leave(SteadyTime since);
  // Whoever comes now behind those in line; call with mutex_ locked, as the next.
  Duration ExpectedTime() const;
  void NoteLine();

  const size_t slots_;
  const size_t line_;
  std::atomic<Duration::rep> expected_time_{0};
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  size_t working_ = 0;
  std::list<Waiter*> waiting_;  // in order of arrival
  Duration usual_{0};           // that work takes, a moving average
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_ADMISSION_H_
