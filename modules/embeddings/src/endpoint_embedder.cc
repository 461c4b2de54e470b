#include "dynajob/embeddings/endpoint_embedder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/text.h"

#include "endpoint_calls.h"

namespace dynajob {
namespace {

constexpr int64_t kMaxDimensions = 16384;  // that stores take
constexpr int64_t kMaxBatch = 2048;        // that OpenAI takes
constexpr int64_t kMinWindow = 64;
constexpr int64_t kMaxWindow = 1'000'000;
constexpr char kProbe[] = "dynajob";
// The longest that a number of a vector is written: sign, 17 digits, point, exponent, separators
// (indented JSON has more of the latter, but shorter numbers).
constexpr size_t kJsonBytesPerNumber = 28;
constexpr size_t kBase64BytesPerNumber = 6;
constexpr size_t kJsonBytesPerEntry = 256;
constexpr size_t kShownBytes = 60;

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Where to cut a text that is longer than `limit`, near `target` and at most there.
size_t FindCut(std::string_view text, size_t target) {
  for (size_t at = target; at > target / 2; --at)
    if (IsBlank(text[at])) return at;
  while (target > 1 && IsContinuation(text[target])) --target;
  return target;
}

// Adds `weight` times the direction of `vector`; false when it has none.
bool AddDirection(std::span<const float> vector, double weight, std::vector<double>& sum) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * double{value};
  if (!(squares > 0)) return false;
  const double scale = weight / std::sqrt(squares);
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += scale * double{vector[i]};
  return true;
}

bool Normalise(std::span<const double> sum, std::span<float> out) {
  double squares = 0;
  for (const double value : sum) squares += value * value;
  if (!(squares > 0)) return false;
  const double norm = std::sqrt(squares);
  for (size_t i = 0; i < sum.size(); ++i) out[i] = static_cast<float>(sum[i] / norm);
  return true;
}

// What follows "://".
std::string_view WithoutScheme(std::string_view url) {
  const size_t colon = url.find("://");
  return colon == std::string_view::npos ? url : url.substr(colon + 3);
}

}  // namespace

Status EndpointEmbeddingOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(CheckBaseUrl("embeddings.endpoint_base_url", base_url));
  const auto check = [](const char* key, int64_t value, int64_t low, int64_t high) {
    if (value >= low && value <= high) return Status::Ok();
    return Status(InvalidArgument(fmt::format(
        "embeddings.endpoint_{} is {}; the limits are {} to {}", key, value, low, high)));
  };
  DYNAJOB_RETURN_IF_ERROR(check("dimensions", dimensions, 0, kMaxDimensions));
  DYNAJOB_RETURN_IF_ERROR(check("batch", batch, 1, kMaxBatch));
  return check("window_bytes", window_bytes, kMinWindow, kMaxWindow);
}

void EndpointEmbeddingOptions::Bind(ConfigRegistry& registry) {
  registry.Add("embeddings.endpoint_base_url", &base_url,
               "the API that embeds, such as http://localhost:8000/v1; empty: llm.base_url, else "
               "$OPENAI_BASE_URL");
  registry.Add("embeddings.endpoint_model", &model,
               "the model that embeds, as the endpoint names it");
  registry.Add("embeddings.endpoint_dimensions", &dimensions,
               "numbers a vector, for models that can shorten theirs; 0: as the model has them", 0,
               kMaxDimensions);
  registry.Add("embeddings.endpoint_encoding", &encoding,
               "how vectors travel; auto: base64 where the endpoint takes it",
               {{"auto", EncodingChoice::kAuto},
                {"base64", EncodingChoice::kBase64},
                {"float", EncodingChoice::kFloat}});
  registry.Add("embeddings.endpoint_batch", &batch, "texts a call, at most", 1, kMaxBatch);
  registry.Add("embeddings.endpoint_window_bytes", &window_bytes,
               "longest text that is sent as a whole; longer ones are read in windows", kMinWindow,
               kMaxWindow);
}

std::string EmbeddingsApiKeyFromEnvironment() {
  const char* key = std::getenv("EMBEDDINGS_API_KEY");
  return key == nullptr ? ApiKeyFromEnvironment() : key;
}

std::vector<std::string_view> SplitWindows(std::string_view text, size_t bytes) {
  std::vector<std::string_view> windows;
  for (text = Trim(text); !text.empty(); text = Trim(text)) {
    const size_t left = (text.size() + bytes - 1) / bytes;
    const size_t target = (text.size() + left - 1) / left;
    const size_t cut = left == 1 ? text.size() : FindCut(text, target);
    windows.push_back(Trim(text.substr(0, cut)));
    text.remove_prefix(cut);
  }
  return windows;
}

Result<std::unique_ptr<EndpointEmbedder>> EndpointEmbedder::Open(
    const EndpointEmbeddingOptions& options, const Parts& parts) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  if (options.model.empty())
    return InvalidArgument(
        "embeddings.endpoint_model is not set: name the model as the endpoint does");
  ConnectionOptions connection = parts.connection;
  if (!options.base_url.empty()) connection.base_url = options.base_url;
  DYNAJOB_ASSIGN_OR_RETURN(std::shared_ptr<Budget> budget,
                           Budget::Create(parts.budget, options.model, parts.ledger));
  DYNAJOB_ASSIGN_OR_RETURN(auto client,
                           EmbeddingsClient::Create(connection, options.model, parts.api_key));
  std::unique_ptr<EndpointEmbedder> embedder(
      new EndpointEmbedder(options, parts, std::move(budget), std::move(client)));
  DYNAJOB_RETURN_IF_ERROR(embedder->Probe());
  return embedder;
}

EndpointEmbedder::EndpointEmbedder(const EndpointEmbeddingOptions& options, const Parts& parts,
                                   std::shared_ptr<Budget> budget,
                                   std::unique_ptr<EmbeddingsClient> client)
    : options_(options), parts_(parts), budget_(std::move(budget)), client_(std::move(client)) {}

EndpointEmbedder::~EndpointEmbedder() = default;

Result<EmbeddingsClient::Outcome> EndpointEmbedder::AskForOne(VectorEncoding encoding) {
  const EmbeddingsRequest request = {
      .texts = {kProbe}, .dimensions = options_.dimensions, .encoding = encoding};
  return AskOnce(*client_, budget_, parts_.cancel, request);
}

Status EndpointEmbedder::Probe() {
  encoding_ = options_.encoding == EncodingChoice::kFloat ? VectorEncoding::kFloat
                                                          : VectorEncoding::kBase64;
  DYNAJOB_ASSIGN_OR_RETURN(EmbeddingsClient::Outcome outcome, AskForOne(encoding_));
  if (options_.encoding == EncodingChoice::kAuto && RefusesRequest(outcome)) {
    encoding_ = VectorEncoding::kFloat;
    DYNAJOB_ASSIGN_OR_RETURN(outcome, AskForOne(encoding_));
  }
  if (!outcome.reply.ok()) return outcome.reply.error();
  dimension_ = outcome.reply->vectors.cols();
  const auto wanted = static_cast<size_t>(options_.dimensions);
  if (wanted > 0 && dimension_ != wanted)
    return CorruptData(fmt::format(
        "embeddings.endpoint_dimensions is {}, but model '{}' at {} gives vectors of {} "
        "numbers: it cannot shorten them; leave the key at 0",
        wanted, options_.model, client_->base_url(), dimension_));
  reported_model_ = outcome.reply->model;
  id_ = fmt::format("endpoint:{}@{}:d{}:l2:w{}",
                    reported_model_.empty() ? options_.model : reported_model_,
                    WithoutScheme(client_->base_url()), dimension_, options_.window_bytes);
  return Status::Ok();
}

Status EndpointEmbedder::Embed(std::span<const std::string> texts, Matrix& out) const {
  std::vector<std::string> pieces;
  std::vector<size_t> first_piece;  // of each text, and the end
  for (const std::string& text : texts) {
    first_piece.push_back(pieces.size());
    const std::string clean = SanitizeUtf8(text);
    for (const std::string_view window :
         SplitWindows(clean, static_cast<size_t>(options_.window_bytes)))
      pieces.emplace_back(window);
  }
  first_piece.push_back(pieces.size());

  const size_t bytes_per_text =
      kJsonBytesPerEntry +
      dimension_ *
          (encoding_ == VectorEncoding::kFloat ? kJsonBytesPerNumber : kBase64BytesPerNumber);
  const auto response_bytes = static_cast<size_t>(parts_.connection.max_response_bytes);
  const auto calls = std::make_shared<EndpointCalls>(
      EndpointCalls::Parts{
          .client = client_.get(),
          .budget = budget_,
          .cancel = parts_.cancel,
          .texts_per_call = std::clamp<size_t>(response_bytes / bytes_per_text, 1,
                                               static_cast<size_t>(options_.batch)),
          .in_flight = static_cast<size_t>(parts_.connection.concurrency),
          .dimensions = options_.dimensions,
          .encoding = encoding_,
          .dimension = dimension_,
          .model = reported_model_},
      pieces);
  DYNAJOB_ASSIGN_OR_RETURN(const Matrix vectors, calls->Run());

  out = Matrix(texts.size(), dimension_);
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<double> sum(dimension_, 0.0);
    for (size_t piece = first_piece[i]; piece < first_piece[i + 1]; ++piece) {
      const auto weight = static_cast<double>(pieces[piece].size());
      if (!AddDirection(vectors.Row(piece), weight, sum))
        return CorruptData(fmt::format("{} gave a vector of zeros for '{}'", client_->base_url(),
                                       SanitizeUtf8(pieces[piece].substr(0, kShownBytes))));
    }
    // Windows whose directions cancel out leave zeros: there is nothing to compare by.
    if (!Normalise(sum, out.Row(i))) std::ranges::fill(out.Row(i), 0.0f);
  }
  return Status::Ok();
}

Spending EndpointEmbedder::spending() const { return budget_->spending(); }

}  // namespace dynajob
