#include "dynajob/embeddings/minilm.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/core/parallel.h"
#include "dynajob/core/rng.h"
#include "dynajob/core/tensor_bundle.h"

#include "bert_config.h"
#include "bert_encoder.h"
#include "model_file.h"
#include "torch_checkpoint.h"

namespace dynajob {
namespace {

// Sequences that are computed together: enough rows to fill the blocks of the linear layers, few
// enough that a call of some dozens of texts still has work for every core.
constexpr size_t kPackTokens = 512;
constexpr int64_t kMaxWorkers = 1024;
constexpr size_t kFrameTokens = 2;  // the first and the last of every sequence
constexpr const char* kMiniLm = "all-MiniLM-L6-v2";

Result<std::filesystem::path> FindModel(const std::string& model) {
  std::error_code ignored;  // a path that cannot be looked at is no folder
  if (std::filesystem::is_directory(model, ignored)) return std::filesystem::path(model);
  const std::filesystem::path cache = ModelCache();
  const std::string name = model == "minilm" ? kMiniLm : model;
  if (!cache.empty() && name.find('/') == std::string::npos &&
      std::filesystem::is_directory(cache / name, ignored))
    return cache / name;
  return NotFound(fmt::format(
      "embeddings.model '{}': there is no such folder, and no model of that name in '{}'; `make "
      "minilm` puts MiniLM there",
      model, cache.string()));
}

struct Weights {
  TensorBundle tensors;
  uint64_t hash = 0;
};

Result<Weights> ReadWeights(const std::filesystem::path& folder) {
  using Parser = Result<TensorBundle> (*)(std::string_view);
  const std::pair<const char*, Parser> formats[] = {{"model.safetensors", TensorBundle::Parse},
                                                    {"pytorch_model.bin", ParseTorchCheckpoint}};
  for (const auto& [name, parse] : formats) {
    const std::filesystem::path path = folder / name;
    const auto bytes = ReadFile(path);
    if (!bytes.ok() && bytes.error().code == ErrorCode::kNotFound) continue;
    if (!bytes.ok()) return bytes.error();
    auto tensors = parse(*bytes);
    if (!tensors.ok()) return InFile(path, tensors.error());
    return Weights{std::move(tensors).value(), HashBytes(*bytes)};
  }
  return NotFound(
      fmt::format("{}: there is neither model.safetensors nor pytorch_model.bin (the weights)",
                  folder.string()));
}

// Groups of sequences, longest first, as indexes: which sequences are together depends on nothing
// but their lengths.
std::vector<std::vector<size_t>> Packs(std::span<const std::vector<int32_t>> sequences) {
  std::vector<size_t> order(sequences.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sequences[a].size() > sequences[b].size(); });
  std::vector<std::vector<size_t>> packs;
  size_t tokens = 0;
  for (const size_t index : order) {
    if (packs.empty() || tokens + sequences[index].size() > kPackTokens) {
      packs.emplace_back();
      tokens = 0;
    }
    packs.back().push_back(index);
    tokens += sequences[index].size();
  }
  return packs;
}

// Cuts the pieces of a text into windows of at most `limit`.
std::vector<std::span<const int32_t>> Windows(std::span<const int32_t> pieces, size_t limit,
                                              const WordPieceTokenizer& tokenizer) {
  std::vector<std::span<const int32_t>> windows;
  const size_t count = (pieces.size() + limit - 1) / limit;
  for (size_t begin = 0; begin < pieces.size();) {
    const size_t fair = (pieces.size() + count - 1) / count;
    const size_t end = std::min(begin + fair, pieces.size());
    size_t cut = end;
    while (cut < pieces.size() && cut > begin && tokenizer.Continues(pieces[cut])) --cut;
    if (cut == begin) cut = end;  // a word that is longer than a window
    windows.push_back(pieces.subspan(begin, cut - begin));
    begin = cut;
  }
  return windows;
}

// The vector of a text from those of its windows, which are rows of `vectors` from `first_row` on.
void JoinWindows(std::span<const std::vector<int32_t>> windows, size_t first_row,
                 const Matrix& vectors, std::span<float> out) {
  if (windows.size() == 1) {
    std::copy_n(vectors.Row(first_row).begin(), out.size(), out.begin());
    return;
  }
  std::vector<double> sum(out.size(), 0.0);
  for (size_t i = 0; i < windows.size(); ++i) {
    const auto weight = static_cast<double>(windows[i].size() - kFrameTokens);
    const std::span<const float> vector = vectors.Row(first_row + i);
    for (size_t j = 0; j < sum.size(); ++j) sum[j] += weight * static_cast<double>(vector[j]);
  }
  const double norm = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
  for (size_t j = 0; j < sum.size(); ++j)
    out[j] = norm > 0 ? static_cast<float>(sum[j] / norm) : 0.0f;
}

}  // namespace

Status MiniLmOptions::Validate() const {
  if (max_tokens != 0 && (max_tokens < 3 || max_tokens > 65'536))
    return InvalidArgument(
        fmt::format("embeddings.max_tokens is {}; 0, or 3 to 65536", max_tokens));
  if (workers < 0 || workers > kMaxWorkers)
    return InvalidArgument(
        fmt::format("embeddings.workers is {}; the limits are 0 to {}", workers, kMaxWorkers));
  return Status::Ok();
}

void MiniLmOptions::Bind(ConfigRegistry& registry) {
  registry.Add("embeddings.max_tokens", &max_tokens,
               "tokens of one window of a model; 0: as the model says", 0, 65'536);
  registry.Add("embeddings.windows", &windows,
               "read texts beyond one window of a model in several, else cut them");
  registry.Add("embeddings.workers", &workers, "threads of a model; 0: one a core", 0, kMaxWorkers);
}

std::filesystem::path ModelCache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return std::filesystem::path(cache) / "dynajob" / "models";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".cache" / "dynajob" / "models";
  return {};
}

struct MiniLmEmbedder::State {
  WordPieceTokenizer tokenizer;
  BertConfig config;
  std::unique_ptr<const BertEncoder> encoder;
  bool windows = true;
  size_t workers = 1;
  std::string id;

  // Fails on ids and lengths that the encoder does not take.
  Status Check(std::span<const std::vector<int32_t>> sequences) const {
    for (const std::vector<int32_t>& ids : sequences) {
      if (ids.empty() || ids.size() > config.positions)
        return InvalidArgument(fmt::format("a sequence has {} tokens; the limits are 1 to {}",
                                           ids.size(), config.positions));
      for (const int32_t token : ids)
        if (token < 0 || static_cast<size_t>(token) >= config.vocabulary)
          return InvalidArgument(
              fmt::format("token {} is outside the vocabulary of {}", token, config.vocabulary));
    }
    return Status::Ok();
  }
};

Result<std::unique_ptr<MiniLmEmbedder>> MiniLmEmbedder::Open(const MiniLmOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(const std::filesystem::path folder, FindModel(options.model));
  DYNAJOB_ASSIGN_OR_RETURN(BertConfig config, ReadBertConfig(folder));
  DYNAJOB_ASSIGN_OR_RETURN(WordPieceTokenizer tokenizer, WordPieceTokenizer::FromFolder(folder));
  if (tokenizer.id_limit() > config.vocabulary)
    return CorruptData(fmt::format("{}: the tokenizer has ids up to {}, the model {} words",
                                   folder.string(), tokenizer.id_limit() - 1, config.vocabulary));
  if (options.max_tokens > 0) config.max_length = static_cast<size_t>(options.max_tokens);
  if (config.max_length > config.positions)
    return InvalidArgument(fmt::format("embeddings.max_tokens is {}; this model has {} positions",
                                       config.max_length, config.positions));
  DYNAJOB_ASSIGN_OR_RETURN(const Weights weights, ReadWeights(folder));
  auto encoder = BertEncoder::Create(config, weights.tensors);
  if (!encoder.ok()) return InFile(folder, encoder.error());
  const size_t workers = options.workers > 0 ? static_cast<size_t>(options.workers)
                                             : std::max(1u, std::thread::hardware_concurrency());
  std::string id = fmt::format(
      "bert:{}:d{}:t{}:{}:l2:{}:{:016x}", config.name.empty() ? "unnamed" : config.name,
      config.hidden, config.max_length, ToString(config.pooling),
      options.windows ? "windows" : "cut", MixHash(weights.hash, tokenizer.Fingerprint()));
  return std::unique_ptr<MiniLmEmbedder>(new MiniLmEmbedder(std::make_unique<const State>(
      State{std::move(tokenizer), std::move(config), std::move(encoder).value(), options.windows,
            workers, std::move(id)})));
}

MiniLmEmbedder::MiniLmEmbedder(std::unique_ptr<const State> state) : state_(std::move(state)) {}
MiniLmEmbedder::~MiniLmEmbedder() = default;

const std::string& MiniLmEmbedder::id() const { return state_->id; }
size_t MiniLmEmbedder::dimension() const { return state_->config.hidden; }
const WordPieceTokenizer& MiniLmEmbedder::tokenizer() const { return state_->tokenizer; }
size_t MiniLmEmbedder::max_tokens() const { return state_->config.max_length; }

Status MiniLmEmbedder::EmbedTokens(std::span<const std::vector<int32_t>> sequences, Matrix& out,
                                   EncoderTimes* times) const {
  DYNAJOB_RETURN_IF_ERROR(state_->Check(sequences));
  out = Matrix(sequences.size(), dimension());
  const std::vector<std::vector<size_t>> packs = Packs(sequences);
  const size_t workers = std::min(state_->workers, packs.size());
  std::atomic<size_t> next{0};
  std::mutex mutex;  // guards *times
  return ParallelFor(workers, workers, [&](size_t) -> Status {
    const auto start = std::chrono::steady_clock::now();
    BertEncoder::Workspace workspace;
    workspace.timed = times != nullptr;
    std::vector<float> vectors;
    for (size_t i = next.fetch_add(1); i < packs.size(); i = next.fetch_add(1)) {
      std::vector<TokenIds> pack;
      for (const size_t index : packs[i]) pack.emplace_back(sequences[index]);
      vectors.resize(pack.size() * dimension());
      DYNAJOB_RETURN_IF_ERROR(state_->encoder->Encode(pack, workspace, vectors));
      for (size_t j = 0; j < pack.size(); ++j)
        std::copy_n(vectors.begin() + static_cast<std::ptrdiff_t>(j * dimension()), dimension(),
                    out.Row(packs[i][j]).begin());
    }
    if (times == nullptr) return Status::Ok();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    const std::scoped_lock lock(mutex);
    times->seconds += elapsed.count();
    times->matrix_seconds += workspace.matrix_seconds;
    return Status::Ok();
  });
}

Status MiniLmEmbedder::Embed(std::span<const std::string> texts, Matrix& out) const {
  const size_t limit = state_->config.max_length - kFrameTokens;
  std::vector<std::vector<std::vector<int32_t>>> windows_of(texts.size());
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(texts.size(), state_->workers, [&](size_t i) {
    std::vector<int32_t> pieces =
        state_->tokenizer.Pieces(texts[i], state_->windows ? SIZE_MAX : limit);
    if (!state_->windows) pieces.resize(std::min(pieces.size(), limit));
    for (const std::span<const int32_t> window : Windows(pieces, limit, state_->tokenizer)) {
      std::vector<int32_t>& ids = windows_of[i].emplace_back();
      ids.push_back(state_->tokenizer.first_id());
      ids.insert(ids.end(), window.begin(), window.end());
      ids.push_back(state_->tokenizer.last_id());
    }
    return Status::Ok();
  }));
  std::vector<std::vector<int32_t>> sequences;
  std::vector<size_t> text_of;
  for (size_t i = 0; i < texts.size(); ++i) {
    for (std::vector<int32_t>& ids : windows_of[i]) {
      sequences.push_back(std::move(ids));
      text_of.push_back(i);
    }
  }
  Matrix vectors;
  DYNAJOB_RETURN_IF_ERROR(EmbedTokens(sequences, vectors));
  out = Matrix(texts.size(), dimension());
  for (size_t first = 0, last = 0; first < sequences.size(); first = last) {
    while (last < sequences.size() && text_of[last] == text_of[first]) ++last;
    JoinWindows(std::span(sequences).subspan(first, last - first), first, vectors,
                out.Row(text_of[first]));
  }
  return Status::Ok();
}

}  // namespace dynajob
