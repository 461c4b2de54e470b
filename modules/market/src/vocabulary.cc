#include "dynajob/market/vocabulary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"

#include "skill_matcher.h"
#include "vocabulary_data.h"

namespace dynajob {
namespace {

using vocabulary_data::RawOccupation;
using vocabulary_data::RawSector;
using vocabulary_data::SkillSpellings;

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (const std::string_view part = Trim(text.substr(0, end)); !part.empty())
      parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::vector<LadderRung> ParseLadder(std::string_view text) {
  std::vector<LadderRung> ladder;
  for (const std::string& rung : Split(text, ';')) {
    const size_t colon = rung.find(':');
    DYNAJOB_CHECK(colon != std::string::npos, "rung without a level: " + rung);
    const auto level = ParseSeniority(rung.substr(0, colon));
    DYNAJOB_CHECK(level.has_value(), "unknown level in the rung: " + rung);
    DYNAJOB_CHECK(ladder.empty() || ladder.back().level < *level, "ladder out of order: " + rung);
    ladder.push_back({*level, std::string(Trim(std::string_view(rung).substr(colon + 1)))});
  }
  DYNAJOB_CHECK(!ladder.empty(), "empty ladder");
  return ladder;
}

void AppendTier(std::string_view skills, double weight, std::vector<WeightedSkill>& out) {
  for (std::string& skill : Split(skills, ',')) out.push_back({std::move(skill), weight});
}

// Weights 1, 1/2, 1/3, … in the order of the list.
std::vector<WeightedSkill> RankedSkills(std::string_view skills) {
  std::vector<WeightedSkill> ranked;
  for (std::string& skill : Split(skills, ','))
    ranked.push_back({std::move(skill), 1.0 / static_cast<double>(ranked.size() + 1)});
  return ranked;
}

Occupation ParseOccupation(const RawOccupation& raw, size_t sector) {
  Occupation occupation;
  occupation.name = raw.name;
  occupation.sector = sector;
  occupation.ladder = ParseLadder(raw.ladder);
  occupation.base_salary = raw.base_salary;
  occupation.salary_spread = raw.salary_spread;
  occupation.posting_share = raw.posting_share;
  occupation.part_time_share = raw.part_time_share;
  occupation.work_modes = raw.work_modes;
  occupation.field_of_study = raw.field_of_study;
  occupation.credential = raw.credential;
  AppendTier(raw.core, 8, occupation.hard_skills);
  AppendTier(raw.common, 2.5, occupation.hard_skills);
  AppendTier(raw.occasional, 1, occupation.hard_skills);
  occupation.soft_skills = RankedSkills(raw.soft);
  occupation.duties = Split(raw.duties, ';');
  occupation.employers = Split(
      raw.employers.empty() ? vocabulary_data::Sectors()[sector].employers : raw.employers, ';');
  return occupation;
}

int HardTarget(size_t index) { return static_cast<int>(2 * index); }
int SoftTarget(size_t index) { return static_cast<int>(2 * index + 1); }
bool IsSoft(int target) { return target % 2 != 0; }
size_t IndexOf(int target) { return static_cast<size_t>(target) / 2; }

SpellingGuard TakeGuard(std::string_view& spelling) {
  if (spelling.starts_with('^')) {
    spelling.remove_prefix(1);
    return SpellingGuard::kExactCase;
  }
  if (spelling.starts_with('~')) {
    spelling.remove_prefix(1);
    return SpellingGuard::kEvidence;
  }
  if (spelling.starts_with('?')) {
    spelling.remove_prefix(1);
    return SpellingGuard::kContext;
  }
  return SpellingGuard::kNone;
}

// An imported spelling says nothing about how safe it is. One word is often plain English: names
// ("Slack") count as they are written and other words ("driving") beside evidence; of one or two
// letters ("R") both are asked.
SpellingGuard GuardOfImported(std::string_view spelling) {
  if (spelling.find_first_of(" -/") != std::string_view::npos) return SpellingGuard::kNone;
  if (spelling.size() <= 2) return SpellingGuard::kEvidence;
  const bool is_name =
      std::any_of(spelling.begin(), spelling.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return is_name ? SpellingGuard::kExactCase : SpellingGuard::kContext;
}

}  // namespace

struct SkillVocabulary::Tables {
  std::vector<std::string> hard;
  std::vector<std::string> soft;
  std::vector<std::string> sectors;
  std::vector<std::vector<size_t>> neighbours;      // by sector
  std::vector<std::vector<WeightedSkill>> general;  // by sector
  std::vector<Occupation> occupations;
  std::vector<std::vector<double>> sector_shares;       // by hard skill, then sector; weighted
  std::map<std::string, size_t, std::less<>> hard_ids;  // canonical phrase -> index
  // Targets: twice the index of a hard skill, or twice that of a soft skill plus 1.
  SkillMatcher matcher;

  void AddSectors();
  void AddOccupations();
  size_t AddHard(const std::string& skill);
  void AddSkills();
  void AddSpellings(const SkillSpellings& row, int target);
  void AddImported(const ImportedSkill& skill, VocabularyGrowth& growth);
  void AddFurther(const SkillSpellings& row);
  void AddChecked(std::string_view spelling, int target, SpellingGuard guard);
  const std::string& PhraseOf(int target) const;
  void ComputeSectorShares();
  size_t RequireSector(std::string_view name) const;
};

size_t SkillVocabulary::Tables::RequireSector(std::string_view name) const {
  const auto found = std::find(sectors.begin(), sectors.end(), name);
  DYNAJOB_CHECK(found != sectors.end(), "unknown sector: " + std::string(name));
  return static_cast<size_t>(found - sectors.begin());
}

void SkillVocabulary::Tables::AddSectors() {
  for (const RawSector& raw : vocabulary_data::Sectors()) sectors.emplace_back(raw.name);
  for (const RawSector& raw : vocabulary_data::Sectors()) {
    std::vector<size_t>& near = neighbours.emplace_back();
    for (const std::string& name : Split(raw.neighbours, ';')) near.push_back(RequireSector(name));
    general.push_back(RankedSkills(raw.general));
  }
}

void SkillVocabulary::Tables::AddOccupations() {
  for (const auto& group :
       {vocabulary_data::BusinessOccupations(), vocabulary_data::EngineeringOccupations(),
        vocabulary_data::TechnologyOccupations(), vocabulary_data::PeopleOccupations()})
    for (const RawOccupation& raw : group)
      occupations.push_back(ParseOccupation(raw, RequireSector(raw.sector)));
}

size_t SkillVocabulary::Tables::AddHard(const std::string& skill) {
  const auto [entry, inserted] = hard_ids.try_emplace(skill, hard.size());
  if (inserted) hard.push_back(skill);
  return entry->second;
}

void SkillVocabulary::Tables::AddSkills() {
  for (const SkillSpellings& row : vocabulary_data::HardSkillSpellings())
    AddHard(std::string(row.canonical));
  for (const Occupation& occupation : occupations)
    for (const WeightedSkill& skill : occupation.hard_skills) AddHard(skill.skill);
  for (const auto& skills : general)
    for (const WeightedSkill& skill : skills) AddHard(skill.skill);
  for (const SkillSpellings& row : vocabulary_data::SoftSkills()) soft.emplace_back(row.canonical);
  for (const Occupation& occupation : occupations)
    for (const WeightedSkill& skill : occupation.soft_skills)
      DYNAJOB_CHECK(std::find(soft.begin(), soft.end(), skill.skill) != soft.end(),
                    "unknown soft skill '" + skill.skill + "' of " + occupation.name);

  for (const std::string_view phrase : vocabulary_data::NotSkills())
    AddChecked(phrase, SkillMatcher::kNotASkill, SpellingGuard::kNone);
  const auto rows = vocabulary_data::HardSkillSpellings();
  for (size_t i = 0; i < hard.size(); ++i)
    AddSpellings(i < rows.size() ? rows[i] : SkillSpellings{hard[i], ""}, HardTarget(i));
  for (size_t i = 0; i < soft.size(); ++i)
    AddSpellings(vocabulary_data::SoftSkills()[i], SoftTarget(i));
  for (const SkillSpellings& row : vocabulary_data::FurtherSpellings()) AddFurther(row);
}

void SkillVocabulary::Tables::AddSpellings(const SkillSpellings& row, int target) {
  bool canonical_is_guarded = false;
  for (const std::string& part : Split(row.spellings, '|')) {
    std::string_view spelling = part;
    const SpellingGuard guard = TakeGuard(spelling);
    canonical_is_guarded =
        canonical_is_guarded || (guard != SpellingGuard::kNone && spelling == row.canonical);
    AddChecked(spelling, target, guard);
  }
  if (!canonical_is_guarded) AddChecked(row.canonical, target, SpellingGuard::kNone);
}

void SkillVocabulary::Tables::AddFurther(const SkillSpellings& row) {
  const auto known = hard_ids.find(row.canonical);
  const auto soft_skill = std::find(soft.begin(), soft.end(), row.canonical);
  DYNAJOB_CHECK(known != hard_ids.end() || soft_skill != soft.end(),
                "spellings of an unknown skill: " + std::string(row.canonical));
  const int target = known != hard_ids.end()
                         ? HardTarget(known->second)
                         : SoftTarget(static_cast<size_t>(soft_skill - soft.begin()));
  for (const std::string& part : Split(row.spellings, '|')) {
    std::string_view spelling = part;
    const SpellingGuard guard = TakeGuard(spelling);
    AddChecked(spelling, target, guard);
  }
}

// The tables compiled in must be free of contradictions.
void SkillVocabulary::Tables::AddChecked(std::string_view spelling, int target,
                                         SpellingGuard guard) {
  const auto added = matcher.Add(spelling, target, guard);
  DYNAJOB_CHECK(added == SkillMatcher::Added::kNew || added == SkillMatcher::Added::kKnown,
                "two skills share the spelling '" + std::string(spelling) + "', or it has no word");
}

const std::string& SkillVocabulary::Tables::PhraseOf(int target) const {
  return IsSoft(target) ? soft[IndexOf(target)] : hard[IndexOf(target)];
}

void SkillVocabulary::Tables::AddImported(const ImportedSkill& skill, VocabularyGrowth& growth) {
  const std::string_view phrase = Trim(skill.phrase);
  int target = matcher.Lookup(phrase);
  if (target != SkillMatcher::kNotASkill) {
    ++growth.known_skills;
  } else {
    std::vector<std::string>& list = skill.soft ? soft : hard;
    target = skill.soft ? SoftTarget(list.size()) : HardTarget(list.size());
    const auto added = matcher.Add(phrase, target, GuardOfImported(phrase));
    if (added != SkillMatcher::Added::kNew) {
      ++growth.refused_spellings;
      return;
    }
    list.emplace_back(phrase);
    if (!skill.soft) hard_ids.emplace(phrase, IndexOf(target));
    ++growth.new_skills;
  }
  for (const std::string& spelling : skill.spellings) {
    const std::string_view trimmed = Trim(spelling);
    switch (matcher.Add(trimmed, target, GuardOfImported(trimmed))) {
      case SkillMatcher::Added::kNew:
        ++growth.new_spellings;
        break;
      case SkillMatcher::Added::kKnown:
        break;
      default:
        ++growth.refused_spellings;
    }
  }
}

// Share of each sector in a skill's use, times how particular the skill is: one minus the entropy
// of the shares relative to its maximum, at least 1/20 so that general skills still say something.
void SkillVocabulary::Tables::ComputeSectorShares() {
  sector_shares.assign(hard.size(), std::vector<double>(sectors.size(), 0.0));
  for (const Occupation& occupation : occupations)
    for (const WeightedSkill& skill : occupation.hard_skills)
      sector_shares[hard_ids.at(skill.skill)][occupation.sector] += skill.weight;
  for (size_t sector = 0; sector < sectors.size(); ++sector)
    for (const WeightedSkill& skill : general[sector])
      sector_shares[hard_ids.at(skill.skill)][sector] += skill.weight;
  for (std::vector<double>& shares : sector_shares) {
    double sum = 0;
    for (const double share : shares) sum += share;
    if (sum <= 0) continue;
    double entropy = 0;
    for (double& share : shares) {
      share /= sum;
      if (share > 0) entropy -= share * std::log(share);
    }
    const double particular =
        std::max(1 - entropy / std::log(static_cast<double>(sectors.size())), 0.05);
    for (double& share : shares) share *= particular;
  }
}

const SkillVocabulary& SkillVocabulary::Builtin() {
  static const SkillVocabulary vocabulary;
  return vocabulary;
}

SkillVocabulary::SkillVocabulary() : SkillVocabulary({}, nullptr) {}

SkillVocabulary::SkillVocabulary(std::span<const ImportedSkill> imported,
                                 VocabularyGrowth* growth) {
  auto tables = std::make_unique<Tables>();
  tables->AddSectors();
  tables->AddOccupations();
  tables->AddSkills();
  VocabularyGrowth counted;
  for (const ImportedSkill& skill : imported) tables->AddImported(skill, counted);
  if (growth != nullptr) *growth = counted;
  tables->ComputeSectorShares();
  tables_ = std::move(tables);
}

SkillVocabulary::~SkillVocabulary() = default;

std::unique_ptr<const SkillVocabulary> SkillVocabulary::Extended(
    std::span<const ImportedSkill> imported, VocabularyGrowth* growth) {
  return std::unique_ptr<const SkillVocabulary>(new SkillVocabulary(imported, growth));
}

SkillVocabulary::Matches SkillVocabulary::FindSkills(std::string_view text) const {
  Matches matches;
  std::vector<bool> seen(2 * std::max(tables_->hard.size(), tables_->soft.size()), false);
  for (const SkillMatcher::Match& match : tables_->matcher.Find(text)) {
    const auto id = static_cast<size_t>(match.target);
    if (seen[id]) continue;
    seen[id] = true;
    (IsSoft(match.target) ? matches.soft : matches.hard).push_back(tables_->PhraseOf(match.target));
  }
  return matches;
}

std::vector<SkillMention> SkillVocabulary::FindMentions(std::string_view text) const {
  std::vector<SkillMention> mentions;
  for (const SkillMatcher::Match& match : tables_->matcher.Find(text))
    mentions.push_back(
        {tables_->PhraseOf(match.target), IsSoft(match.target), match.begin, match.end});
  return mentions;
}

size_t SkillVocabulary::sector_count() const { return tables_->sectors.size(); }

std::string_view SkillVocabulary::sector_name(size_t sector) const {
  return tables_->sectors.at(sector);
}

std::optional<size_t> SkillVocabulary::FindSector(std::string_view name) const {
  const std::string wanted = ToLowerAscii(name);
  for (size_t i = 0; i < tables_->sectors.size(); ++i)
    if (ToLowerAscii(tables_->sectors[i]) == wanted) return i;
  return std::nullopt;
}

std::vector<double> SkillVocabulary::SectorProfile(std::span<const std::string> skills) const {
  std::vector<double> profile(sector_count(), 0.0);
  for (const std::string& skill : skills) {
    const int target = tables_->matcher.Lookup(skill);
    if (target < 0 || IsSoft(target)) continue;
    const std::vector<double>& shares = tables_->sector_shares[IndexOf(target)];
    for (size_t i = 0; i < profile.size(); ++i) profile[i] += shares[i];
  }
  double sum = 0;
  for (const double share : profile) sum += share;
  if (sum > 0)
    for (double& share : profile) share /= sum;
  return profile;
}

std::span<const std::string> SkillVocabulary::hard_skills() const { return tables_->hard; }
std::span<const std::string> SkillVocabulary::soft_skills() const { return tables_->soft; }
bool SkillVocabulary::IsSoftSkill(std::string_view name) const {
  const std::string wanted = ToLowerAscii(name);
  return std::ranges::any_of(
      tables_->soft, [&](const std::string& skill) { return ToLowerAscii(skill) == wanted; });
}
std::span<const Occupation> SkillVocabulary::occupations() const { return tables_->occupations; }

std::span<const size_t> SkillVocabulary::NeighbouringSectors(size_t sector) const {
  return tables_->neighbours.at(sector);
}

std::span<const WeightedSkill> SkillVocabulary::GeneralSkills(size_t sector) const {
  return tables_->general.at(sector);
}

}  // namespace dynajob
