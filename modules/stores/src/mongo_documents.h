// Documents of the text collections as records, and back.
//
// Reading is lenient, as the documents may be anybody's: what is missing or of a type that cannot
// hold the fact counts as unknown. A text may be an array of texts (joined by "; ") or a number, a
// list of texts may be one text with commas, a date may be a BSON date or Unix milliseconds; bytes
// that are not UTF-8 are replaced by U+FFFD. Unknown facts are not written.
#ifndef DYNAJOB_STORES_SRC_MONGO_DOCUMENTS_H_
#define DYNAJOB_STORES_SRC_MONGO_DOCUMENTS_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dynajob/core/types.h"
#include "dynajob/stores/mongo_options.h"

#include "mongo_handles.h"

namespace dynajob {

// What is read before it is known to belong together.
template <typename Record>
struct RecordDraft {
  Record record;
  std::optional<double> latitude, longitude, salary_low, salary_high;
};

// Reads one kind of record. Immutable; safe for concurrent use.
template <typename Record>
class RecordReader {
 public:
  explicit RecordReader(const MongoNames& names);

  // Only the fields that are read.
  const Bson& projection() const { return projection_; }
  // nullopt when the _id cannot be an id (see mongo_ids.h).
  std::optional<Record> Read(BsonView document) const;

 private:
  using Assign = std::function<void(const bson_iter_t&, RecordDraft<Record>&)>;
  void AddFields(const MongoNames& names);

  std::map<std::string, Assign, std::less<>> fields_;
  Bson projection_;
};

template <>
void RecordReader<Job>::AddFields(const MongoNames& names);
template <>
void RecordReader<Candidate>::AddFields(const MongoNames& names);
extern template class RecordReader<Job>;
extern template class RecordReader<Candidate>;

// {$set: known facts, $unset: unknown ones}: other fields of the document stay. Of a job also
// {$currentDate: when it was written}, which feeds look for.
Bson RecordUpdate(const MongoNames& names, const Job& job);
Bson RecordUpdate(const MongoNames& names, const Candidate& candidate);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_DOCUMENTS_H_
