// The skill vocabulary that a command works with: the built-in one and the user's files.
#ifndef DYNAJOB_CLI_SRC_MARKET_VOCABULARY_H_
#define DYNAJOB_CLI_SRC_MARKET_VOCABULARY_H_

#include <memory>
#include <string>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/market/vocabulary.h"

#include "command.h"

namespace dynajob {

class MarketVocabulary {
 public:
  // Adds the repeatable flag --skills FILE.
  void Declare(CLI::App& app);

  // Reads the files, tells what they hold, and keeps the vocabulary for the life of this object.
  Result<const SkillVocabulary*> Load(const Session& session);

 private:
  std::vector<std::string> files_;
  std::unique_ptr<const SkillVocabulary> extended_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_MARKET_VOCABULARY_H_
