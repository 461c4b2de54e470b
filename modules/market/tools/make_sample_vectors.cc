// Makes the file of sample_vectors.h:
//
//   make_sample_vectors FILE [MODEL]
//
// MODEL is as in `dynajob embed --model`; the file that is shipped is all-MiniLM-L6-v2's.
#include <cstdio>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/embeddings/minilm.h"
#include "dynajob/market/sample_vectors.h"

namespace dynajob {
namespace {

Status Make(const char* path, const MiniLmOptions& options) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, MiniLmEmbedder::Open(options));
  const std::vector<std::string> phrases = SampleMarketPhrases();
  DYNAJOB_ASSIGN_OR_RETURN(const std::string file, MakePhraseVectors(phrases, *embedder));
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(path, file));
  fmt::print("{}: {} phrases by {}, {} bytes\n", path, phrases.size(), embedder->id(), file.size());
  return Status::Ok();
}

}  // namespace
}  // namespace dynajob

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: make_sample_vectors FILE [MODEL]\n", stderr);
    return 2;
  }
  dynajob::MiniLmOptions options;
  if (argc == 3) options.model = argv[2];
  const dynajob::Status status = dynajob::Make(argv[1], options);
  if (status.ok()) return 0;
  fmt::print(stderr, "error: {}\n", status.error().message);
  return 1;
}
