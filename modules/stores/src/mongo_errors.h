// What the driver's errors mean, and its log.
#ifndef DYNAJOB_STORES_SRC_MONGO_ERRORS_H_
#define DYNAJOB_STORES_SRC_MONGO_ERRORS_H_

#include <string>
#include <string_view>

#include "dynajob/core/result.h"

#include "mongo_handles.h"

namespace dynajob {

struct MongoErrorKind {
  ErrorCode code = ErrorCode::kIo;
  // What failed: a stage of connecting, or "connection lost"; empty for what the server refuses.
  std::string_view stage;
  bool connecting = false;
  bool transient = false;  // the connection was lost or the server is changing its role
};
// `reply` may be null.
MongoErrorKind ClassifyMongoError(const bson_error_t& error, const bson_t* reply);

// Initialises the driver once per process and takes its log over. Safe to call at any time.
void InitMongoDriver();

// What the driver's log said about an address on this thread since the last call; empty when all
// was well. An option that it does not know is only logged by the driver.
std::string TakeUriComplaint();

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_ERRORS_H_
