// Makes the file of sample_vectors.h:
//
//   make_sample_vectors FILE [MODEL]
//
// MODEL is as in `dynajob embed --model`; the file that is shipped is all-MiniLM-L6-v2's. The
// vectors are rotated to the principal axes of the phrases (the right singular vectors of the
// matrix of all of them, which is not centred: cosines are what is to be kept).
#include <cstdio>

#include <fmt/format.h>
#include <torch/torch.h>

#include "dynajob/core/file.h"
#include "dynajob/embeddings/minilm.h"
#include "dynajob/market/sample_vectors.h"

namespace dynajob {
namespace {

// In place; the axis with the largest singular value becomes the first coordinate. The sign of an
// axis makes its largest component positive.
void RotateToPrincipalAxes(Matrix& vectors) {
  const auto rows = static_cast<int64_t>(vectors.rows());
  const auto cols = static_cast<int64_t>(vectors.cols());
  const torch::Tensor values =
      torch::from_blob(vectors.data(), {rows, cols}, torch::kFloat).to(torch::kDouble);
  torch::Tensor axes = std::get<1>(torch::linalg_eigh(values.t().mm(values))).flip(1);
  const torch::Tensor largest = axes.gather(0, axes.abs().argmax(0, /*keepdim=*/true));
  axes = axes * largest.sign();
  torch::from_blob(vectors.data(), {rows, cols}, torch::kFloat).copy_(values.mm(axes));
}

Status Make(const char* path, const MiniLmOptions& options) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, MiniLmEmbedder::Open(options));
  const std::vector<std::string> phrases = SampleMarketPhrases();
  Matrix vectors;
  DYNAJOB_RETURN_IF_ERROR(embedder->Embed(phrases, vectors));
  RotateToPrincipalAxes(vectors);
  DYNAJOB_ASSIGN_OR_RETURN(const std::string file,
                           MakePhraseVectors(phrases, vectors, embedder->id() + ":principal-axes"));
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
