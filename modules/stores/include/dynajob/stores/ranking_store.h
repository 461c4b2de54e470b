// An SQLite store as ranking for one person needs it: its jobs in a mapped table (job_table.h), the
// person and the texts of a few jobs by id. Opens in milliseconds, whatever the store holds.
//
// The table lies beside the store, as STORE-jobs.f32 or STORE-jobs.f16. Its key has the stamp of
// the store's jobs, a random value that triggers replace inside every transaction that changes a
// job or a vector of one, whoever writes; so a table is used only while the jobs are those that it
// was made from, and copies of a store that went different ways never share one.
//
// Not safe for concurrent use, but the table is.
#ifndef DYNAJOB_STORES_RANKING_STORE_H_
#define DYNAJOB_STORES_RANKING_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/stores/catalog_spec.h"
#include "dynajob/stores/job_table.h"

namespace dynajob {

enum class CatalogCache { kOff, kFloat32, kFloat16 };

struct CatalogCacheOptions {
  CatalogCache precision = CatalogCache::kFloat32;  // of the table's vectors
  int64_t minimum_jobs = 10'000;                    // smaller catalogs have no table

  void Bind(ConfigRegistry& registry);  // "catalog_cache.…"
  bool operator==(const CatalogCacheOptions&) const = default;
};

class RankingStore {
 public:
  // What the jobs of the store are now; nullopt where that cannot be told: no SQLite store, or one
  // of an older schema. Never fails: whoever loads the catalog finds out what is wrong.
  static std::optional<std::string> StampOf(std::string_view uri_or_path);

  // Null unless there is a table of exactly these jobs, fields and precision. A damaged table or
  // one of other jobs is as none. All that is read later is of the moment of opening.
  static std::unique_ptr<RankingStore> Open(std::string_view uri_or_path, const CatalogSpec& spec,
                                            const CatalogCacheOptions& options);

  // Makes the table of `catalog`, which was loaded with `spec` when StampOf() was `stamp` before.
  // False, without an error, where there is none to make: off, too few jobs, or the store was
  // changed meanwhile. kIo when it cannot be written.
  static Result<bool> Save(std::string_view uri_or_path, const CatalogSpec& spec,
                           const CatalogCacheOptions& options, const Catalog& catalog,
                           std::string_view stamp);

  virtual ~RankingStore() = default;

  virtual const std::shared_ptr<const JobTable>& jobs() const = 0;
  // With the vector that a catalog would have for it. nullopt when no catalog that goes with the
  // table would have this candidate.
  struct Person {
    Candidate record;
    std::vector<float> state;
  };
  virtual Result<std::optional<Person>> FindCandidate(std::string_view id) = 0;
  // The whole record of a job of the table.
  virtual Result<Job> JobAt(size_t row) = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_RANKING_STORE_H_
