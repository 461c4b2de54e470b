#include "mongo_ranges.h"

#include <algorithm>

namespace dynajob {
namespace {

// Types that MongoDB compares with each other share a number.
int TypeBracket(const bson_value_t& value) {
  switch (value.value_type) {
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
    case BSON_TYPE_DOUBLE:
      return BSON_TYPE_DOUBLE;
    default:
      return value.value_type;
  }
}

Bson Between(const BsonValue* from, const BsonValue* below) {
  Bson bounds, filter;
  if (from != nullptr) {
    bounds.Add("$gte", from->get());
    if (below != nullptr) bounds.Add("$lt", below->get());
  } else {
    // Everything else: ids below the first bound, and ids of other types, which no comparison with
    // a bound matches.
    Bson at_least;
    at_least.Add("$gte", below->get());
    bounds.Add("$not", at_least);
  }
  filter.Add("_id", bounds);
  return filter;
}

}  // namespace

Result<std::vector<Bson>> SplitById(const MongoConnection& connection,
                                    const std::string& collection, size_t count) {
  std::vector<Bson> everything(1);
  if (count <= 1) return everything;
  DYNAJOB_ASSIGN_OR_RETURN(const size_t documents, connection.EstimateCount(collection));
  std::vector<BsonValue> bounds;
  for (size_t i = 1; i < count; ++i) {
    Bson id, opts;
    id.Add("_id", 1);
    opts.Add("sort", id).Add("projection", id).Add("limit", int64_t{1});
    opts.Add("skip", static_cast<int64_t>(documents / count * i));
    DYNAJOB_RETURN_IF_ERROR(connection.Find(
        collection, Bson(), opts, ReadFrom::kAsConfigured, [] {},
        [&](BsonView document) {
          bson_iter_t value;
          if (bson_iter_init_find(&value, document.get(), "_id"))
            bounds.emplace_back(*bson_iter_value(&value));
          return Status::Ok();
        }));
  }
  const bool is_usable =
      bounds.size() + 1 == count && std::all_of(bounds.begin(), bounds.end(), [&](const auto& b) {
        return TypeBracket(b.get()) == TypeBracket(bounds.front().get());
      });
  if (!is_usable) return everything;
  std::vector<Bson> ranges;
  for (size_t i = 0; i < count; ++i)
    ranges.push_back(
        Between(i == 0 ? nullptr : &bounds[i - 1], i + 1 == count ? nullptr : &bounds[i]));
  return ranges;
}

}  // namespace dynajob
