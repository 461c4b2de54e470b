// The engine of EndpointUser: which questions are open, who waits for them, and the one thread that
// looks answers up, asks the client and takes answers in.
#ifndef DYNAJOB_REWARDS_SRC_ENDPOINT_CORE_H_
#define DYNAJOB_REWARDS_SRC_ENDPOINT_CORE_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dynajob/rewards/endpoint_user.h"
#include "dynajob/rewards/prompt_builder.h"

#include "label_question.h"

namespace dynajob {

class EndpointUser::Core : public std::enable_shared_from_this<EndpointUser::Core> {
 public:
  Core(const EndpointUserParts& parts, const EndpointOptions& options,
       std::unique_ptr<PromptBuilder> builder);

  void Start();
  void Stop();

  bool is_replay() const { return parts_.client == nullptr; }
  Status Labels(std::span<const Pair> pairs,
                std::span<std::optional<ResponseProbabilities>> labels);
  // Of a pair that Labels gave nothing for.
  Error NoLabel(Pair pair) const;
  Status CheckInvalidShare() const;
  void Prefetch(std::span<const Pair> pairs);
  EndpointUserReport Report() const;

 private:
  // A question on its way.
  struct Ticket {
    Ticket(const QuestionContext& context, uint64_t unit_in, CandidateRow candidate, JobRow first,
           size_t count)
        : question(context, candidate, first, count), unit(unit_in) {}
    LabelQuestion question;
    const uint64_t unit;
    bool taken = false;   // by the thread; guarded by mutex_
    bool joined = false;  // its present call is another user's
    ChatRequest request;
    std::string key;
    CallEstimate estimate;
  };
  using TicketPtr = std::shared_ptr<Ticket>;
  using Arrival = std::pair<TicketPtr, Result<CachedAnswer>>;

  enum class State { kWaiting, kDone, kFailed };
  // What is known about the jobs of one question.
  struct Unit {
    State state = State::kWaiting;
    TicketPtr ticket;  // while it waits
    std::optional<Error> error;
    std::vector<ResponseProbabilities> labels;  // empty: no usable answer
    std::string defect;
    LabelSource source = LabelSource::kAnswer;
    bool skipped_by_title = false;
  };

  uint64_t UnitOf(Pair pair) const;
  size_t PlaceOf(Pair pair) const;  // among the jobs of its unit
  Pair PairAt(uint64_t unit, size_t place) const;
  size_t JobsOf(uint64_t unit) const;
  std::string Describe(const Ticket& ticket) const;

  // Require mutex_.
  void Want(Pair pair, std::deque<TicketPtr>& queue);
  bool CanStart() const;
  std::vector<TicketPtr> TakeNew();

  // The thread's own.
  void Run();
  std::vector<TicketPtr> Ask(std::vector<TicketPtr> tickets);
  std::vector<Arrival> LookUp(const std::vector<TicketPtr>& tickets);
  void Send(const TicketPtr& ticket);
  bool NeedsMore(const TicketPtr& ticket, const Result<CachedAnswer>& answer);
  void Finish(const TicketPtr& ticket, std::optional<Error> error);

  // On the client's thread.
  void OnReply(const TicketPtr& ticket, Result<ChatReply> reply);
  void Arrive(const TicketPtr& ticket, Result<CachedAnswer> answer);

  void ReportDisagreements(EndpointUserReport& report) const;

  const EndpointUserParts parts_;
  const ModelIdentity identity_;
  const std::unique_ptr<PromptBuilder> builder_;
  const QuestionContext context_;
  std::vector<TicketPtr> parked_;  // claimed, and waiting for the budget; the thread's own

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // for the thread
  std::condition_variable done_;     // for those who wait for labels
  std::unordered_map<uint64_t, Unit> units_;
  std::deque<TicketPtr> demanded_;
  std::deque<TicketPtr> ahead_;
  std::vector<Arrival> arrived_;
  size_t active_ = 0;  // taken and not finished
  bool stopping_ = false;
  uint64_t cached_ = 0;
  uint64_t joined_ = 0;
  uint64_t labelled_ = 0;
  uint64_t unlabelled_ = 0;
  uint64_t title_skips_ = 0;
  std::map<std::string, uint64_t> sources_;
  std::map<std::string, uint64_t> defects_;
  std::map<std::string, uint64_t> fingerprints_;

  std::thread thread_;
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_SRC_ENDPOINT_CORE_H_
