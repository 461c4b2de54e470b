// Studies: sweeps that are kept as TOML, with the question they ask and the configuration that they
// need. Some are part of the program (studies/*.toml); any file of the same form is one.
//
//   name = "label-noise"                      # of the results' directory
//   question = "How wrong may labels be?"
//   pairs = [["llm", "baseline"]]             # compared within each cell; default: the key pairs
//
//   [[cells]]                                 # a grid; several are taken one after another
//   "surrogate.corruption" = [0.0, 0.3]       # every combination of the values; one alone may
//   "surrogate.corruption_mode" = "flipped"   # stand without brackets, lists have two
//   label = "{surrogate.corruption} wrong"    # optional; {KEY} stands for the value
//
//   [[contrasts]]                             # cells that are compared, as they set their keys;
//   a = {"surrogate.corruption" = 0.3, …}     # default: each cell against the first
//   b = {"surrogate.corruption" = 0.0, …}
//
//   [config.compare]                          # any config keys, below --config, flags and --set
//   seeds = 20
#ifndef DYNAJOB_CLI_SRC_STUDY_H_
#define DYNAJOB_CLI_SRC_STUDY_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/evaluation/sweep.h"

namespace dynajob {

struct StudyCell {
  std::string label;
  SweepOverrides overrides;
};

struct Study {
  std::string name;      // empty for a grid of the command line
  std::string question;  // may be empty
  std::vector<StudyCell> cells;
  std::vector<SweepContrast> contrasts;
  std::vector<std::pair<std::string, std::string>> pairs;  // empty: the key pairs
  std::string config;                                      // TOML
};

// The names of the studies that are part of the program.
std::vector<std::string> BuiltInStudies();

// By name, else the file of that path. kInvalidArgument naming what is wrong, kNotFound when there
// is neither.
Result<Study> LoadStudy(const std::string& name_or_path);
Result<Study> ParseStudy(std::string_view toml, std::string_view origin);

// The grid of --sweep flags.
Result<Study> StudyOfAxes(const std::vector<std::string>& sweeps);

// The study without its configuration, such that ParseStudy reads it back.
std::string StudyToml(const Study& study);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_STUDY_H_
