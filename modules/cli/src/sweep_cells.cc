#include "sweep_cells.h"

#include <array>
#include <map>

#include <fmt/format.h>

namespace dynajob {
namespace {

// Seeds and arms pair the cells with one another; the rest is how the work is done.
constexpr std::array<std::string_view, 6> kSharedKeys = {"compare.seeds",     "compare.seed",
                                                         "compare.workers",   "compare.resamples",
                                                         "compare.protocols", "compare.arms"};

// Which catalog and which candidate sets the cells meet.
std::string GroupText(const Settings& settings) {
  CatalogOptions catalog = settings.catalog;
  CandidateSetOptions sets = settings.candidate_sets;
  CosineOptions cosine = settings.experiment.cosine;
  ConfigRegistry registry;
  catalog.Bind(registry);
  sets.Bind(registry);
  cosine.Bind(registry);
  return registry.ToToml();
}

Status CheckKey(const Settings& base, const std::string& key) {
  ExperimentOptions experiment;
  CatalogOptions catalog;
  CandidateSetOptions sets;
  ConfigRegistry sweepable;
  experiment.Bind(sweepable);
  catalog.Bind(sweepable);
  sets.Bind(sweepable);
  for (const std::string_view shared : kSharedKeys)
    if (key == shared)
      return InvalidArgument(fmt::format(
          "--sweep: all cells share {}, so that they can be compared; set it for all with --set",
          key));
  if (sweepable.Knows(key) || !base.registry().Knows(key)) return Status::Ok();
  return InvalidArgument(
      fmt::format("--sweep: {} has no influence on what is trained and compared", key));
}

}  // namespace

Result<std::vector<ResolvedCell>> ResolveCells(const Settings& base, const Study& study) {
  std::vector<ResolvedCell> cells;
  std::map<std::string, std::string> labels;  // by the settings in force
  std::map<std::string, size_t> groups;
  for (const StudyCell& cell : study.cells) {
    ResolvedCell resolved{
        .label = cell.label, .overrides = {}, .settings = std::make_unique<Settings>()};
    std::string toml;
    for (const auto& [key, value] : cell.overrides) {
      DYNAJOB_RETURN_IF_ERROR(CheckKey(base, key));
      toml += AssignmentToml(key, value);
    }
    const Status varied = resolved.settings->Vary(base, toml);
    if (!varied.ok())
      return Error{varied.error().code,
                   fmt::format("cell '{}': {}", cell.label, varied.error().message)};
    const std::string text = resolved.settings->registry().ToToml();
    for (const auto& [key, unused] : cell.overrides)
      resolved.overrides.emplace_back(key, ValueOf(text, key));
    const auto [known, fresh] = labels.emplace(text, cell.label);
    if (!fresh)
      return InvalidArgument(fmt::format("--sweep: the cells '{}' and '{}' have the same settings",
                                         known->second, cell.label));
    resolved.group = groups.emplace(GroupText(*resolved.settings), groups.size()).first->second;
    cells.push_back(std::move(resolved));
  }
  return cells;
}

}  // namespace dynajob
