// What a catalog holds, in one line: what was made on one is not mixed with another.
#ifndef DYNAJOB_CLI_SRC_CATALOG_FINGERPRINT_H_
#define DYNAJOB_CLI_SRC_CATALOG_FINGERPRINT_H_

#include <string>

#include "dynajob/core/catalog.h"

namespace dynajob {

// "300 candidates, 3000 jobs, 0123456789abcdef": the number is a hash of ids, texts, facts and
// vectors. Checkpoints and the cells of sweeps hold it.
std::string CatalogFingerprint(const Catalog& catalog);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_CATALOG_FINGERPRINT_H_
