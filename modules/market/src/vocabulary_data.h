// The raw tables that the vocabulary and the generator are built from. Lists are written as text,
// with the separator that each field names, so that the data files read like tables.
#ifndef DYNAJOB_MARKET_VOCABULARY_DATA_H_
#define DYNAJOB_MARKET_VOCABULARY_DATA_H_

#include <span>
#include <string_view>

#include "dynajob/market/vocabulary.h"

namespace dynajob::vocabulary_data {

// Other spellings of a skill, separated by '|'. A spelling that is also plain English carries a
// guard: '^' counts only in exactly this case, '~' counts only in exactly this case and beside
// evidence, '?' counts in any case beside evidence (skill_matcher.h). The canonical phrase is
// itself a spelling, unguarded unless the list repeats it with a guard.
struct SkillSpellings {
  std::string_view canonical;
  std::string_view spellings;
};

struct RawOccupation {
  std::string_view name{};
  std::string_view sector{};
  std::string_view ladder{};  // "junior: Title; mid: Title", lowest first
  double base_salary = 0;
  double salary_spread = 1;
  double posting_share = 1;
  WorkModeShares work_modes{};
  double part_time_share = 0;
  std::string_view field_of_study{};
  std::string_view credential{};
  std::string_view employers{};   // as in RawSector; empty: those of the sector
  std::string_view core{};        // skills, separated by ',', in three tiers of weight
  std::string_view common{};      // "
  std::string_view occasional{};  // "
  std::string_view soft{};        // ',', most usual first
  std::string_view duties{};      // ';', infinitive clauses that hold one verb each
};

struct RawSector {
  std::string_view name;
  std::string_view neighbours;  // ';', closest first
  std::string_view general;     // hard skills, ',', most usual first
  std::string_view employers;   // ';', patterns: {P} a proper name, {C} the city
};

std::span<const RawSector> Sectors();
std::span<const RawOccupation> BusinessOccupations();
std::span<const RawOccupation> EngineeringOccupations();
std::span<const RawOccupation> TechnologyOccupations();
std::span<const RawOccupation> PeopleOccupations();

std::span<const SkillSpellings> HardSkillSpellings();
// More spellings of hard and soft skills that are in the other tables.
std::span<const SkillSpellings> FurtherSpellings();
// Every soft skill, also those without other spellings.
std::span<const SkillSpellings> SoftSkills();
// Phrases that contain a skill's name and mean something else: "Java Sea". They match, so that
// nothing within them does, and are then dropped.
std::span<const std::string_view> NotSkills();

}  // namespace dynajob::vocabulary_data

#endif  // DYNAJOB_MARKET_VOCABULARY_DATA_H_
