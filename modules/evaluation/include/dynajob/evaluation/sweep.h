// A sweep: one experiment at several settings of some config keys, its cells, on the same seeds.
// What is pure about it: which cells there are, which arms each has to run, and what is said of the
// result (sweep.json, schema "dynajob.sweep/1"). Running cells and keeping them is the command
// line's.
//
// Pure functions, safe for concurrent use.
#ifndef DYNAJOB_EVALUATION_SWEEP_H_
#define DYNAJOB_EVALUATION_SWEEP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/evaluation/arm_scores.h"
#include "dynajob/evaluation/comparison.h"

namespace dynajob {

// One value of a config key as its items, since a key may hold a list.
struct SweepValue {
  std::vector<std::string> items;
  bool is_list = false;
  bool operator==(const SweepValue&) const = default;
};

// A key and the values that it takes.
struct SweepAxis {
  std::string key;
  std::vector<SweepValue> values;
};

// "key=a,b,c". A value with a comma is written in quotes ("a,b", with \" and \\ within), a list in
// brackets ([128,64]). kInvalidArgument naming what is wrong: no key, no value, an empty value, an
// unfinished quote or bracket, the same value twice.
Result<SweepAxis> ParseSweepAxis(std::string_view text);

// A line of TOML that sets the key.
std::string AssignmentToml(const std::string& key, const SweepValue& value);

// What a cell sets: each key with its value.
using SweepOverrides = std::vector<std::pair<std::string, SweepValue>>;

// Every combination, the last axis varying fastest. kInvalidArgument when a key is on two axes or
// there are more than `kMostCells`.
inline constexpr size_t kMostCells = 1000;
Result<std::vector<SweepOverrides>> GridCells(std::span<const SweepAxis> axes);

// "corruption=0.3 mode=flipped": keys without their section where that is clear.
std::string CellLabel(const SweepOverrides& overrides);

// The cells' experiments; equal seeds, arms and protocols. `groups`: cells of different groups meet
// different catalogs or candidate sets and share nothing.
struct SweepPlan {
  // By cell and arm: the cell whose run of the arm is this cell's, too; itself where it runs it.
  std::vector<std::vector<size_t>> origin;
  // Identities of warm starts that several cells start from (PretrainedAgents), by group.
  std::vector<std::set<std::string>> shared_training;

  // The arms that a cell runs itself, in the order of the options.
  std::vector<std::string> ArmsToRun(size_t cell, const std::vector<std::string>& arms) const;
};
SweepPlan PlanSweep(std::span<const ExperimentOptions> cells, std::span<const size_t> groups);

struct SweepCell {
  std::string label;
  std::vector<std::pair<std::string, std::string>> overrides;  // key, value as TOML
  int64_t steps = 0;                                           // per person
  ExperimentScores scores;                                     // of all arms, in the usual order
  std::vector<size_t> origin;                                  // of the arms, as SweepPlan has it
};

// Two cells that are to be compared, arm by arm.
struct SweepContrast {
  size_t a = 0;
  size_t b = 0;
};

struct SweepReport {
  std::string name;      // of the study; empty for a grid of the command line
  std::string question;  // that it asks; may be empty
  std::string llm_kind;
  std::vector<std::pair<std::string, std::string>> llm_facts;
  CatalogReport catalog;  // of the first cell
  std::vector<SweepCell> cells;
  std::vector<SweepContrast> contrasts;
  // Pairs of arms that are compared within each cell as one family; empty: the key pairs.
  std::vector<std::pair<std::string, std::string>> pairs;
};

// Each cell against the first.
std::vector<SweepContrast> AgainstFirst(size_t cells);

// sweep.json. Families for Holm's correction, per protocol and in the headline metric: all
// comparisons of `pairs` within cells, and all contrasts; what several cells share counts once.
std::string SweepJson(const SweepReport& report, const ComparisonOptions& options);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SWEEP_H_
