// A network as a linear function of the job, near some jobs and for one candidate: what a first
// pass over many jobs ranks by, at the cost of reading their vectors once.
//
// The slope is the mean of the network's gradients at the reference jobs. For inputs that are
// distributed normally that mean is the slope of the least-squares fit (Stein's lemma: E[(x - m)
// f(x)] = Cov(x) E[grad f(x)]), so that it says more about a cloud of jobs than the tangent at its
// middle does.
#ifndef DYNAJOB_AGENT_LINEAR_SCORE_H_
#define DYNAJOB_AGENT_LINEAR_SCORE_H_

#include <span>
#include <vector>

#include "dynajob/agent/pair_network.h"

namespace dynajob {

// Immutable; safe for concurrent use. Scores have no meaning but their order for one candidate.
class LinearScore {
 public:
  // Borrows the network's encoder, and the candidate's vector and record. Requires a job.
  LinearScore(const PairNetwork& network, const CandidateView& candidate,
              std::span<const JobView> references);

  void Evaluate(std::span<const JobView> jobs, std::span<float> out) const;

 private:
  const PairEncoder* encoder_;
  CandidateView candidate_;
  std::vector<float> action_;  // weights of a job's vector as the catalog has it
  std::vector<float> facts_;   // of its structured facts
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_LINEAR_SCORE_H_
