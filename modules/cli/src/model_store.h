// Models between run directories and stores, so that several processes and machines share them.
#ifndef DYNAJOB_CLI_SRC_MODEL_STORE_H_
#define DYNAJOB_CLI_SRC_MODEL_STORE_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"

#include "command.h"

namespace dynajob {

// "store:NAME" on the command line names a model in the session's store.
inline constexpr std::string_view kStoredModelPrefix = "store:";

// The name under which a run directory's model is published unless another is given: its own.
std::string PublishedName(const std::filesystem::path& run);

// kFailedPrecondition, naming the flags that help, when the store has a model of this name.
Status CheckNameIsFree(Store& store, std::string_view name);

// Puts the finished model of a run directory into the session's store.
Status PublishModel(const Session& session, const std::filesystem::path& run,
                    const std::string& name);

// A model of the session's store as a run directory of its own, removed with the object.
class FetchedModel {
 public:
  // kNotFound, with the names that there are, when there is none of this name.
  static Result<std::unique_ptr<FetchedModel>> Fetch(const Session& session, std::string_view name);
  FetchedModel(const FetchedModel&) = delete;
  FetchedModel& operator=(const FetchedModel&) = delete;
  ~FetchedModel();

  const std::filesystem::path& directory() const { return directory_; }

 private:
  explicit FetchedModel(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path directory_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_MODEL_STORE_H_
