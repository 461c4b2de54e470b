// libFuzzer entry over skills files and the vocabulary that is made of them.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/market/skills_file.h"

#include "fuzz_testing.h"
#include "skill_matcher.h"

namespace dynajob {

void FuzzSkillsFile(std::string_view bytes) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     ("dynajob_fuzz_skills_" + std::to_string(::getpid()));
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto file = ReadSkillsFile(path);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (!file.ok()) {
    DYNAJOB_CHECK(file.error().code == ErrorCode::kInvalidArgument ||
                      file.error().code == ErrorCode::kCorruptData,
                  "a skills file can only be refused: " + file.error().message);
    return;
  }
  // The vocabulary itself takes long to build, its matcher does not.
  SkillMatcher matcher;
  int target = 0;
  for (const ImportedSkill& skill : file->skills) {
    DYNAJOB_CHECK(!skill.phrase.empty() && IsCleanUtf8(skill.phrase), "a skill is a phrase");
    matcher.Add(skill.phrase, target, SpellingGuard::kNone);
    for (const std::string& spelling : skill.spellings)
      matcher.Add(spelling, target, SpellingGuard::kContext);
    ++target;
  }
  for (const SkillMatcher::Match& match : matcher.Find(bytes))
    DYNAJOB_CHECK(match.begin < match.end && match.end <= bytes.size() && match.target < target,
                  "a match is a place in the text");
}

}  // namespace dynajob

DYNAJOB_FUZZ_ENTRY(FuzzSkillsFile)
