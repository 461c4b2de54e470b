// libFuzzer entry over the tokenizer and the readers of model files; model_fuzz_test calls it with
// seeded mutations. The first byte chooses: 't' a text to tokenise, 'v' vocab.txt, 'j'
// tokenizer.json, 'c' config.json, 'p' a pooling configuration, 'b' pytorch_model.bin. (safetensors
// has fuzz_tensor_bundle.cc.) Whatever the bytes are: an error with a reason, or something usable.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "dynajob/embeddings/wordpiece_tokenizer.h"

#include "bert_config.h"
#include "torch_checkpoint.h"

namespace {

using dynajob::ErrorCode;
using dynajob::WordPieceTokenizer;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_embedding_model: %s\n", what);
  std::abort();
}

template <typename Outcome>
bool Usable(const Outcome& outcome) {
  if (outcome.ok()) return true;
  Require(outcome.error().code == ErrorCode::kCorruptData ||
              outcome.error().code == ErrorCode::kInvalidArgument,
          "another error code");
  Require(!outcome.error().message.empty(), "no reason given");
  return false;
}

void Tokenise(const WordPieceTokenizer& tokenizer, const std::string& text) {
  constexpr size_t kLength = 16;
  const std::vector<int32_t> pieces = tokenizer.Pieces(text);
  const std::vector<int32_t> ids = tokenizer.Encode(text, kLength);
  Require(ids.size() >= 2 && ids.size() <= kLength, "a wrong length");
  Require(ids.front() == tokenizer.first_id() && ids.back() == tokenizer.last_id(), "no frame");
  Require(std::equal(ids.begin() + 1, ids.end() - 1, pieces.begin()), "cutting changed the pieces");
  for (const int32_t id : pieces)
    Require(id >= 0 && static_cast<size_t>(id) < tokenizer.id_limit(), "an id that is none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(data + 1, data + size);
  switch (data[0]) {
    case 't': {
      static const WordPieceTokenizer tokenizer = WordPieceTokenizer::FromVocabularyText(
                                                      "[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##"
                                                      "b\nab\n##ba\n,\n.\n\xe4\xb8\xad\n\xd8\xa7\n")
                                                      .value();
      Tokenise(tokenizer, bytes);
      break;
    }
    case 'v': {
      const auto tokenizer = WordPieceTokenizer::FromVocabularyText(bytes);
      if (Usable(tokenizer)) Tokenise(*tokenizer, bytes);
      break;
    }
    case 'j': {
      const auto tokenizer = WordPieceTokenizer::FromJson(bytes);
      if (Usable(tokenizer)) Tokenise(*tokenizer, bytes);
      break;
    }
    case 'c': {
      const auto config = dynajob::ParseBertConfig(bytes);
      if (Usable(config)) Require(config->hidden % config->heads == 0, "heads do not fit");
      break;
    }
    case 'p': {
      dynajob::BertConfig config;
      config.positions = 512;
      Usable(dynajob::ApplyPoolingConfig(bytes, config));
      if (Usable(dynajob::ApplySentenceConfig(bytes, config)))
        Require(config.max_length <= config.positions, "longer than there are positions");
      break;
    }
    case 'b': {
      const auto tensors = dynajob::ParseTorchCheckpoint(bytes);
      if (Usable(tensors))
        Require(dynajob::TensorBundle::Parse(tensors->Serialize()).ok(), "tensors do not fit");
      break;
    }
    default:
      break;
  }
  return 0;
}
