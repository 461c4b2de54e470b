// How much is done at once, and what is refused when there is too much to do.
//
// Work that computes (ranking, explaining, embedding) takes a slot; the rest waits in line, for at
// most as long as its deadline allows. The line is short and its end depends on the kind of work:
// bulk work is refused first, explanations next, recommendations last. Refusing early keeps the
// wait of those who are admitted short, so that work is not done for clients that have given up.
#ifndef DYNAJOB_SERVE_SRC_ADMISSION_H_
#define DYNAJOB_SERVE_SRC_ADMISSION_H_

#include <array>
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
    Ticket(Ticket&& other) noexcept : gate_(other.gate_), outcome_(other.outcome_) {
      other.gate_ = nullptr;
    }
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (gate_ != nullptr) gate_->Leave();
    }
    Outcome outcome() const { return outcome_; }

   private:
    friend class AdmissionGate;
    Ticket(AdmissionGate* gate, Outcome outcome) : gate_(gate), outcome_(outcome) {}
    AdmissionGate* gate_;
    Outcome outcome_;
  };
  Ticket Enter(WorkClass work, SteadyTime deadline);

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
  void Leave();

  const size_t slots_;
  const size_t line_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  size_t working_ = 0;
  std::list<Waiter*> waiting_;  // in order of arrival
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_ADMISSION_H_
