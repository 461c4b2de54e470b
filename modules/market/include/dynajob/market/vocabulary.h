// The skill vocabulary of the market: canonical skill phrases with their other spellings, and the
// occupations, sectors and ladders that use them.
//
// It serves two readers. The generator draws jobs and candidates from its occupations. The
// importers find the skills that a posting or a résumé mentions (FindSkills), and the judge places
// a set of skills among the sectors (SectorProfile). The tables are in src/vocabulary_data_*.cc.
#ifndef DYNAJOB_MARKET_VOCABULARY_H_
#define DYNAJOB_MARKET_VOCABULARY_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/types.h"

namespace dynajob {

// A skill of an occupation; `weight` is relative to the occupation's other skills and positive.
struct WeightedSkill {
  std::string skill;
  double weight = 1;
};

// One rung of an occupation's ladder.
struct LadderRung {
  Seniority level = Seniority::kUnknown;
  std::string title;  // "Senior Geotechnical Engineer"
};

// How the work of an occupation can be done, as shares of its postings; they sum to 1.
struct WorkModeShares {
  double onsite = 1;
  double hybrid = 0;
  double remote = 0;
};

struct Occupation {
  std::string name;  // "geotechnical engineer"
  size_t sector = 0;
  std::vector<LadderRung> ladder;  // from the lowest level to the highest, never empty
  double base_salary = 0;          // of the kMid level in an average city, US dollars a year
  double salary_spread = 1;        // exponent of the level's factor; below 1 for flat ladders
  double posting_share = 1;        // how common its postings are, relative to other occupations
  double part_time_share = 0;      // of its postings
  WorkModeShares work_modes;
  std::string field_of_study;  // "civil engineering"; empty when no degree is usual
  std::string credential;      // "a Professional Engineer (PE) license"; often empty
  std::vector<WeightedSkill> hard_skills;
  std::vector<WeightedSkill> soft_skills;
  // What the work consists of, as infinitive clauses: "design foundations and retaining walls".
  std::vector<std::string> duties;
  // How employers are named: "{P} Solar", where {P} is a proper name and {C} the city.
  std::vector<std::string> employers;
};

// A skill of a user's own list, such as an ESCO or O*NET export (skills_file.h).
struct ImportedSkill {
  std::string phrase;
  std::vector<std::string> spellings;  // others; may be empty
  bool soft = false;
};

// What became of the skills of such a list.
struct VocabularyGrowth {
  size_t new_skills = 0;
  size_t known_skills = 0;  // the vocabulary has them: their spellings are added to its own phrase
  size_t new_spellings = 0;
  size_t refused_spellings = 0;  // without a letter or digit, too long, or that of another skill
};

// A place in a text that mentions a skill: its bytes [begin, end).
struct SkillMention {
  std::string skill;  // the canonical phrase
  bool soft = false;
  size_t begin = 0;
  size_t end = 0;
};

// Immutable after construction; safe for concurrent use.
class SkillVocabulary {
 public:
  // The vocabulary compiled into the program, built on first use.
  static const SkillVocabulary& Builtin();

  // That vocabulary and `imported`. An imported spelling that is one word is guarded, since it may
  // be plain English: a name counts in its own case only, any other word beside evidence only.
  // Imported hard skills have no part in SectorProfile. `growth` may be null.
  static std::unique_ptr<const SkillVocabulary> Extended(std::span<const ImportedSkill> imported,
                                                         VocabularyGrowth* growth = nullptr);

  SkillVocabulary(const SkillVocabulary&) = delete;
  SkillVocabulary& operator=(const SkillVocabulary&) = delete;
  ~SkillVocabulary();

  // Canonical phrases in order of first appearance, without duplicates.
  struct Matches {
    std::vector<std::string> hard;
    std::vector<std::string> soft;
  };

  // The skills that `text` mentions: whole words, longest phrase first, without regard to case;
  // other spellings ("JS", "k8s", "MS Excel") give the canonical phrase. Spellings that are also
  // plain English ("Go", "R", "Excel", "Spring") count only when written like a name and next to
  // evidence that they are one. Takes time linear in the text.
  Matches FindSkills(std::string_view text) const;

  // The same, every place of it, in order.
  std::vector<SkillMention> FindMentions(std::string_view text) const;

  size_t sector_count() const;
  std::string_view sector_name(size_t sector) const;
  std::optional<size_t> FindSector(std::string_view name) const;  // without regard to case

  // Where these hard skills are used: one share per sector, summing to 1; all zero when none of the
  // skills is known. A skill of one sector counts more than one that many sectors use.
  std::vector<double> SectorProfile(std::span<const std::string> skills) const;

  // All canonical phrases, in a fixed order.
  std::span<const std::string> hard_skills() const;
  std::span<const std::string> soft_skills() const;
  // Whether this is the name of a soft skill, without regard to case.
  bool IsSoftSkill(std::string_view name) const;

  std::span<const Occupation> occupations() const;
  // Sectors whose people and postings overlap with those of `sector`, closest first.
  std::span<const size_t> NeighbouringSectors(size_t sector) const;
  // Hard skills asked for in any occupation of the sector ("Microsoft Excel").
  std::span<const WeightedSkill> GeneralSkills(size_t sector) const;

 private:
  SkillVocabulary();
  SkillVocabulary(std::span<const ImportedSkill> imported, VocabularyGrowth* growth);

  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_VOCABULARY_H_
