#include "market_vocabulary.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "dynajob/market/skills_file.h"

namespace dynajob {

void MarketVocabulary::Declare(CLI::App& app) {
  app.add_option("--skills", files_,
                 "Skills to know besides the built-in ones, repeatable: ESCO skills_en.csv, O*NET "
                 "Technology Skills.txt, a table with a column skill, or one skill a line")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

Result<const SkillVocabulary*> MarketVocabulary::Load(const Session& session) {
  if (files_.empty()) return &SkillVocabulary::Builtin();
  std::vector<ImportedSkill> skills;
  for (const std::string& path : files_) {
    DYNAJOB_ASSIGN_OR_RETURN(SkillsFile file, ReadSkillsFile(path));
    session.Message(fmt::format("{}: {}, {} skills", path, file.format, file.skills.size()) +
                    (file.skipped_rows > 0 ? fmt::format(", {} rows without one", file.skipped_rows)
                                           : std::string()));
    skills.insert(skills.end(), std::make_move_iterator(file.skills.begin()),
                  std::make_move_iterator(file.skills.end()));
  }
  VocabularyGrowth growth;
  extended_ = SkillVocabulary::Extended(skills, &growth);
  session.Message(fmt::format(
      "vocabulary: {} new skills, {} known already, {} new spellings, {} not used (taken by "
      "another "
      "skill, or without a word)",
      growth.new_skills, growth.known_skills, growth.new_spellings, growth.refused_spellings));
  return extended_.get();
}

}  // namespace dynajob
