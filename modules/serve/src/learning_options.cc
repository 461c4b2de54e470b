#include "dynajob/serve/learning_options.h"

#include "option_limits.h"

namespace dynajob {
namespace {

constexpr OptionLimit<LearningOptions, int64_t> kCounts[] = {
    {"learn.updates_per_response", &LearningOptions::updates_per_response,
     "learning steps after a response, each with its planning", 1, 1000},
    {"learn.rehearsal_pairs", &LearningOptions::rehearsal_pairs,
     "pairs that the model rehearses from before it served", 1, 1'000'000},
    {"learn.pool_jobs", &LearningOptions::pool_jobs, "jobs that candidate sets are drawn from", 1,
     1'000'000},
    {"learn.set_size", &LearningOptions::set_size, "jobs in a candidate set", 1, 10'000},
    {"learn.hold_back_every", &LearningOptions::hold_back_every,
     "one in so many responses judges snapshots before it is learned; 0: none", 0, 1'000'000},
    {"learn.held_back", &LearningOptions::held_back, "newest responses that judge snapshots", 1,
     100'000},
    {"learn.min_held_back", &LearningOptions::min_held_back,
     "held-back responses without which nothing is rolled back", 2, 100'000},
    {"learn.publish_ms", &LearningOptions::publish_ms, "milliseconds between snapshots, at least",
     1, 3'600'000},
    {"learn.checkpoint_seconds", &LearningOptions::checkpoint_seconds,
     "seconds between checkpoints of the learner, at least", 0, 86'400},
    {"learn.person_day", &LearningOptions::person_day,
     "responses of one person that are learned in a day", 0, 1'000'000'000},
    {"learn.key_day", &LearningOptions::key_day,
     "responses through one key that are learned in a day", 0, 1'000'000'000},
    {"learn.key_job_day", &LearningOptions::key_job_day,
     "responses above 'ignore' to one job through one key that are learned in a day", 0,
     1'000'000'000},
};

constexpr OptionLimit<LearningOptions, double> kReals[] = {
    {"learn.learning_rate", &LearningOptions::learning_rate,
     "of the online steps; 0: online.learning_rate_warm, or …_cold for a model without a warm "
     "start",
     0, 1},
    {"learn.rehearsal", &LearningOptions::rehearsal,
     "share of each batch that rehearses what the model knew before it served", 0, 0.99},
    {"learn.impression_seconds", &LearningOptions::impression_seconds,
     "after which a job that was shown and not answered counts as ignored", 0, 1e8},
    {"learn.rollback_z", &LearningOptions::rollback_z,
     "standard errors by which a snapshot must be worse to be rolled back", 0, 100},
};

}  // namespace

Status LearningOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(CheckLimits(*this, kCounts));
  return CheckLimits(*this, kReals);
}

void LearningOptions::Bind(ConfigRegistry& registry) {
  registry.Add("learn.enabled", &enabled, "whether the server learns from responses");
  registry.Add("learn.random_start", &random_start,
               "whether an agent with random weights learns along from the same responses, to be "
               "compared with (policy=random-start)");
  BindLimits(registry, *this, kReals);
  BindLimits(registry, *this, kCounts);
}

}  // namespace dynajob
