// Loads the library that holds LibTorch when it is first asked for. LibTorch registers thousands of
// operators as it is loaded, which takes 0.4 s of processor time: more than a ranking.
#include <filesystem>
#include <system_error>

#include <dlfcn.h>
#include <fmt/format.h>

#include "dynajob/agent/pair_network.h"
#include "dynajob/core/check.h"

#include "mlp.h"

namespace dynajob {
namespace {

constexpr const char* kLibrary = "libdynajob_torch.so";
constexpr const char* kFactory = "DynajobMakeTorchGradient";
struct Factory {
  MlpGradient* (*make)();
};

// Beside the program, in lib/ beside its folder, else where the system looks.
std::string LibraryPath() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const char* folder : {"", "../lib", "../lib/dynajob"}) {
    const std::filesystem::path path = program.parent_path() / folder / kLibrary;
    if (!error && std::filesystem::exists(path, error)) return path.string();
    error.clear();
  }
  return kLibrary;
}

Result<Factory> LoadFactory() {
  void* library = dlopen(LibraryPath().c_str(), RTLD_NOW | RTLD_LOCAL);
  void* symbol = library == nullptr ? nullptr : dlsym(library, kFactory);
  if (symbol == nullptr) {
    const char* reason = dlerror();
    return FailedPrecondition(
        fmt::format("network.backend = libtorch: cannot load {}, which belongs beside the program: "
                    "{}",
                    kLibrary, reason == nullptr ? "unknown reason" : reason));
  }
  return Factory{reinterpret_cast<MlpGradient* (*)()>(symbol)};
}

const Result<Factory>& LoadedFactory() {
  static const Result<Factory> factory = LoadFactory();
  return factory;
}

}  // namespace

Status LoadTorchBackend() {
  return LoadedFactory().ok() ? Status::Ok() : Status(LoadedFactory().error());
}

std::unique_ptr<MlpGradient> MakeTorchGradient() {
  DYNAJOB_CHECK(LoadedFactory().ok(), LoadedFactory().error().message);
  return std::unique_ptr<MlpGradient>(LoadedFactory()->make());
}

}  // namespace dynajob
