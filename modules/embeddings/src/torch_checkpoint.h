// The tensors of a file that torch.save made of a model's state_dict (pytorch_model.bin).
//
// The format is a zip archive without compression: <name>/data.pkl, a pickle (protocol 2) that
// describes the tensors, and <name>/data/<key>, their bytes. The pickle is read as data: of the
// functions it may name, only those that rebuild tensors are known and nothing is ever called. (The
// unpickler of LibTorch 1.13 does not read what state_dict() gives, because of its attributes.)
#ifndef DYNAJOB_EMBEDDINGS_SRC_TORCH_CHECKPOINT_H_
#define DYNAJOB_EMBEDDINGS_SRC_TORCH_CHECKPOINT_H_

#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/core/tensor_bundle.h"

namespace dynajob {

// Tensors of 32-bit floats, and those of 16-bit ones widened; others are left out. kCorruptData for
// what is not such a file; kInvalidArgument for the format before PyTorch 1.6, which is a different
// one, and for pickles that name anything else.
Result<TensorBundle> ParseTorchCheckpoint(std::string_view bytes);

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_TORCH_CHECKPOINT_H_
