#include "dynajob/embeddings/phrase_embedder.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/core/file.h"
#include "dynajob/core/tensor_bundle.h"
#include "dynajob/core/text.h"

namespace dynajob {
namespace {

constexpr size_t kShownBytes = 60;

// Fails when the values cannot be brought to norm 1.
bool Normalise(std::span<float> values) {
  double squares = 0;
  for (const float value : values) squares += double{value} * double{value};
  if (!(squares > 0) || !std::isfinite(squares)) return false;
  const double norm = std::sqrt(squares);
  for (float& value : values) value = static_cast<float>(double{value} / norm);
  return true;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::vector<std::string_view> SplitSentences(std::string_view passage) {
  std::vector<std::string_view> sentences;
  while (!passage.empty()) {
    const size_t stop = passage.find(". ");
    const size_t length = stop == std::string_view::npos ? passage.size() : stop + 1;
    const std::string_view sentence = Trim(passage.substr(0, length));
    if (!sentence.empty()) sentences.push_back(sentence);
    passage.remove_prefix(length);
  }
  return sentences;
}

Result<std::string> MakePhraseVectors(std::span<const std::string> phrases, const Matrix& vectors,
                                      std::string_view embedder_id) {
  DYNAJOB_CHECK(vectors.rows() == phrases.size(), "one vector for each phrase");
  std::string lines;
  for (const std::string& phrase : phrases) {
    if (Trim(phrase).empty() || phrase.find('\n') != std::string::npos)
      return InvalidArgument(fmt::format("phrase '{}' is empty or has more than one line", phrase));
    lines += lines.empty() ? phrase : "\n" + phrase;
  }
  std::vector<float> values;
  for (size_t i = 0; i < vectors.rows(); ++i)
    values.insert(values.end(), vectors.Row(i).begin(), vectors.Row(i).end());
  TensorBundle bundle;
  bundle.PutHalf("vectors", values, {phrases.size(), vectors.cols()});
  bundle.metadata() = {{"phrases", lines}, {"embedder", std::string(embedder_id)}};
  std::string file = bundle.Serialize();
  DYNAJOB_ASSIGN_OR_RETURN([[maybe_unused]] const auto readable,
                           PhraseEmbedder::Parse("check", file));
  return file;
}

Result<std::unique_ptr<PhraseEmbedder>> PhraseEmbedder::Parse(std::string_view name,
                                                              std::string_view file,
                                                              size_t dimension, StandIn stand_in) {
  DYNAJOB_ASSIGN_OR_RETURN(const TensorBundle bundle, TensorBundle::Parse(file));
  const auto& metadata = bundle.metadata();
  if (!metadata.contains("phrases") || !metadata.contains("embedder"))
    return CorruptData(fmt::format("{}: no phrases or no embedder in the metadata", name));
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<size_t> shape, bundle.Shape("vectors"));
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<float> values, bundle.Floats("vectors"));
  const std::vector<std::string> phrases = Lines(metadata.at("phrases"));
  if (shape.size() != 2 || shape[0] != phrases.size() || shape[1] == 0)
    return CorruptData(fmt::format("{}: {} phrases do not fit the tensor", name, phrases.size()));
  if (dimension == kWhole) dimension = shape[1];
  if (dimension > shape[1])
    return InvalidArgument(fmt::format("embeddings.dimension is {}; the vectors of {} have {}",
                                       dimension, name, shape[1]));

  auto embedder = std::unique_ptr<PhraseEmbedder>(new PhraseEmbedder());
  embedder->vectors_ = Matrix(shape[0], dimension);
  for (size_t i = 0; i < phrases.size(); ++i) {
    const std::span<float> row = embedder->vectors_.Row(i);
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * shape[1]), dimension, row.begin());
    if (!Normalise(row))
      return CorruptData(fmt::format("{}: phrase '{}' has no direction", name, phrases[i]));
    if (!embedder->rows_.try_emplace(phrases[i], i).second)
      return CorruptData(fmt::format("{}: phrase '{}' is there twice", name, phrases[i]));
  }
  embedder->id_ =
      fmt::format("{}:{}:f16:{:08x}:d{}", name, metadata.at("embedder"), Crc32(file), dimension);
  embedder->stand_in_ = std::move(stand_in);
  return embedder;
}

Status PhraseEmbedder::Embed(std::span<const std::string> texts, Matrix& out) const {
  out = Matrix(texts.size(), dimension());
  for (size_t i = 0; i < texts.size(); ++i) DYNAJOB_RETURN_IF_ERROR(EmbedOne(texts[i], out.Row(i)));
  return Status::Ok();
}

Status PhraseEmbedder::EmbedOne(std::string_view text, std::span<float> out) const {
  std::vector<std::string_view> parts = {text};
  if (!rows_.contains(text)) parts = SplitSentences(text);
  std::vector<double> sum(out.size(), 0.0);
  for (const std::string_view part : parts) {
    const auto found = rows_.find(part);
    std::vector<WeightedPhrase> phrases;
    if (found != rows_.end()) {
      phrases.push_back({found->second, 1.0});
    } else if (stand_in_) {
      phrases = stand_in_(part);
      stood_in_.fetch_add(1, std::memory_order_relaxed);
    } else {
      return InvalidArgument(
          fmt::format("'{}' has no vector in {}; use another embedder for this text",
                      SanitizeUtf8(part.substr(0, kShownBytes)), id_));
    }
    for (const auto& [phrase, weight] : phrases) {
      const std::span<const float> vector = vectors_.Row(phrase);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += weight * double{vector[i]};
    }
  }
  const double norm = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
  for (size_t i = 0; i < sum.size(); ++i)
    out[i] = norm > 0 ? static_cast<float>(sum[i] / norm) : 0.0f;
  return Status::Ok();
}

}  // namespace dynajob
