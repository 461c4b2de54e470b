#include "model_store.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/core/time.h"

#include "store_access.h"

namespace dynajob {
namespace {

// What it takes to use a model; checkpoints and progress stay where they were made.
constexpr const char* kModelFiles[] = {"model.safetensors", "model.json", "config.toml"};

Error NoSuchModel(Store& store, std::string_view name, const std::vector<ModelSummary>& models) {
  std::string known;
  for (const ModelSummary& model : models)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", model.name);
  return NotFound(fmt::format("{}: there is no model '{}'; there are: {}", store.name(), name,
                              known.empty() ? "none" : known));
}

}  // namespace

std::string PublishedName(const std::filesystem::path& run) {
  const std::filesystem::path path = std::filesystem::absolute(run).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

Status CheckNameIsFree(Store& store, std::string_view name) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<ModelSummary> models, store.ListModels());
  const auto taken = std::ranges::find(models, name, &ModelSummary::name);
  if (taken == models.end()) return Status::Ok();
  return FailedPrecondition(
      fmt::format("{}: has a model '{}' already, of {}; --force replaces it, --publish NAME "
                  "chooses another name, --no-publish keeps the model out of the store",
                  store.name(), name, FormatIso8601(taken->created_ms)));
}

Status PublishModel(const Session& session, const std::filesystem::path& run,
                    const std::string& name) {
  ModelRecord model{name, NowMs(), {}};
  for (const char* file : kModelFiles) {
    DYNAJOB_ASSIGN_OR_RETURN(std::string bytes, ReadFile(run / file));
    model.files.push_back({file, std::move(bytes)});
  }
  DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadWrite));
  return store->PutModel(model);
}

Result<std::unique_ptr<FetchedModel>> FetchedModel::Fetch(const Session& session,
                                                          std::string_view name) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadOnly));
  DYNAJOB_ASSIGN_OR_RETURN(const std::optional<ModelRecord> model, store->GetModel(name));
  if (!model) {
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<ModelSummary> models, store->ListModels());
    return NoSuchModel(*store, name, models);
  }
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  if (error)
    return IoError(fmt::format("TMPDIR: no directory for temporary files: {}", error.message()));
  std::string pattern = (temporary / "dynajob-model-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    return IoError(fmt::format("{}: cannot make a temporary directory", pattern));
  std::unique_ptr<FetchedModel> fetched(new FetchedModel(pattern));
  for (const ModelFile& file : model->files)
    DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(fetched->directory() / file.name, file.bytes));
  return fetched;
}

FetchedModel::~FetchedModel() {
  std::error_code ignored;  // left-over files of a temporary directory are no failure
  std::filesystem::remove_all(directory_, ignored);
}

}  // namespace dynajob
