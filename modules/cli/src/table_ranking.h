// Ranking for one candidate without loading the catalog: from the table of jobs beside an SQLite
// store (stores/ranking_store.h). Answers are those of the loaded catalog.
#ifndef DYNAJOB_CLI_SRC_TABLE_RANKING_H_
#define DYNAJOB_CLI_SRC_TABLE_RANKING_H_

#include <filesystem>
#include <string>

#include "dynajob/core/result.h"

#include "command.h"
#include "store_access.h"

namespace dynajob {

// False, with nothing said, where the catalog has to be loaded: there is no table of the store as
// it is, the candidate or an open job cannot be found in it, or candidate sets need more than the
// jobs.
Result<bool> RankFromTable(Session& session, const std::filesystem::path& model,
                           const std::string& candidate);

// LoadSessionCatalog(), which leaves a table for the next time. That it could not is a message.
Result<StoreAndCatalog> LoadAndKeepTable(const Session& session);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_TABLE_RANKING_H_
