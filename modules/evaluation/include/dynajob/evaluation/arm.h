// The arms of a comparison: what recommends, and how it learns from the answers.
#ifndef DYNAJOB_EVALUATION_ARM_H_
#define DYNAJOB_EVALUATION_ARM_H_

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "dynajob/agent/dyna_q.h"
#include "dynajob/agent/environment.h"
#include "dynajob/agent/options.h"
#include "dynajob/evaluation/judge.h"

namespace dynajob {

enum class Protocol {
  kNewUser,    // a clone of the warm agent meets each unseen candidate
  kNewSystem,  // one agent serves a stream of unseen candidates and learns across them
};
std::string_view ToString(Protocol protocol);
Result<Protocol> ParseProtocol(std::string_view text);

// One arm in one protocol. Not safe for concurrent use.
class Arm {
 public:
  virtual ~Arm() = default;
  virtual void BeginCandidate(CandidateRow) {}
  // One environment step: choose, recommend, learn.
  virtual Status Step(Environment& environment) = 0;
  // The arm's preference before any online step: greater is better. Used for jumpstart and ranking.
  virtual void Score(CandidateRow candidate, std::span<const JobRow> jobs,
                     std::span<double> scores) = 0;
  // Updates and steps spent online so far.
  virtual LearnerCounts counts() const { return {}; }
};

// What an agent ranks jobs by: Q, or the reward that its world model predicts, which is Q at gamma
// = 0 without bootstrapping.
enum class RankBy { kQ, kWorldModel };

// An agent that goes on learning: Dyna-Q, or its world model alone with as many updates per step as
// Dyna-Q would make, real and simulated.
std::unique_ptr<Arm> MakeLearnerArm(const DynaQAgent& agent, const OnlineOptions& options,
                                    Protocol protocol, bool warm, RankBy rank_by = RankBy::kQ);
// The same agent, greedy, its weights never touched: separates the warm start from learning.
std::unique_ptr<Arm> MakeFrozenArm(const DynaQAgent& agent, RankBy rank_by = RankBy::kQ);
// Uniform over the candidate set.
std::unique_ptr<Arm> MakeRandomArm(uint64_t seed);
// Greedy on a fixed score of pairs: cosine ranking, the surrogate itself, or the judge (the greedy
// oracle).
using PairScore = std::function<double(Pair)>;
std::unique_ptr<Arm> MakeRankingArm(PairScore score);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_ARM_H_
