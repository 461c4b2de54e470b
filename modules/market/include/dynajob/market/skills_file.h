// Skills from a user's own list, for SkillVocabulary::Extended.
//
// Read as they are: ESCO's skills_en.csv (preferredLabel, altLabels by lines or '|'), O*NET's
// "Technology Skills.txt" (Example) and "Skills.txt" (Element Name), both separated by tabs, any
// separated values with a column "skill" (and "aliases", by '|'), and plain text with one skill a
// line, "canonical | other spelling | …". Plain, gzip or zstd.
#ifndef DYNAJOB_MARKET_SKILLS_FILE_H_
#define DYNAJOB_MARKET_SKILLS_FILE_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/market/vocabulary.h"

namespace dynajob {

struct SkillsFile {
  std::string format;  // "ESCO", "O*NET technology skills", "O*NET skills", "table", "list"
  std::vector<ImportedSkill> skills;  // in order of first appearance, each phrase once
  size_t skipped_rows = 0;            // without a skill, or broken
};

// Skills of O*NET's "Skills.txt" ("Active Listening") and ESCO rows of the type "attitude" are
// soft. A note in parentheses at the end, "Java (computer programming)", is no part of the phrase.
// kNotFound or kIo for the file; kInvalidArgument when it holds no skill, or more than a million.
Result<SkillsFile> ReadSkillsFile(const std::filesystem::path& path);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SKILLS_FILE_H_
