// A MongoDB server that plays a script over the real wire protocol, for what the test server lacks.
// The script's form is described in tests/servers/scripted_mongodb.py, which runs as a process of
// its own while the object lives. Throws std::runtime_error when it cannot be started.
#ifndef DYNAJOB_STORES_TESTS_SCRIPTED_MONGODB_H_
#define DYNAJOB_STORES_TESTS_SCRIPTED_MONGODB_H_

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/types.h>

#include "store_test_support.h"

namespace dynajob {

class ScriptedMongodb {
 public:
  // `script` is JSON text, in which the order of members counts as it does in BSON.
  explicit ScriptedMongodb(const std::string& script);
  ScriptedMongodb(const ScriptedMongodb&) = delete;
  ScriptedMongodb& operator=(const ScriptedMongodb&) = delete;
  ~ScriptedMongodb();

  // "mongodb://127.0.0.1:PORT"
  const std::string& uri() const { return uri_; }

  // The requests with this command so far, in order of arrival, as extended JSON.
  std::vector<nlohmann::json> Received(std::string_view command) const;

 private:
  TemporaryDirectory directory_;
  pid_t process_ = -1;
  int input_ = -1;  // the server stops when this is closed
  std::string uri_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_SCRIPTED_MONGODB_H_
