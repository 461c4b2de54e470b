#include "dynajob/embeddings/lexical_embedder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"

namespace dynajob {
namespace {

// Coordinates that a feature touches. On 2,700 real job titles and descriptions the error against
// the exact cosine of the bags is 1 / sqrt(dimension) for any number from 1 to all; 8 keeps the
// vectors of single words from being a few spikes and costs less than a tenth of a dense
// projection.
constexpr int kTouched = 8;

// Relative weights. All character n-grams of a word together weigh kCharacters, less than the word.
// Chosen by how often the nearest real job titles and descriptions are of the same industry.
constexpr double kWord = 1.0;
constexpr double kPhrase = 0.3;  // word n-grams, n > 1
constexpr double kCharacters = 0.9;
// Words of grammar say little of what a text is about.
constexpr double kFunctionWord = 0.1;

// Sorted.
constexpr std::array<std::string_view, 105> kFunctionWords = {
    "a",     "about",   "after",  "all",   "also",   "am",    "an",     "and",   "any",  "are",
    "as",    "at",      "be",     "been",  "being",  "both",  "but",    "by",    "can",  "could",
    "did",   "do",      "does",   "each",  "either", "etc",   "every",  "for",   "from", "had",
    "has",   "have",    "he",     "her",   "here",   "his",   "how",    "i",     "if",   "in",
    "into",  "is",      "it",     "its",   "may",    "me",    "might",  "more",  "most", "must",
    "my",    "no",      "nor",    "not",   "of",     "on",    "or",     "other", "our",  "ours",
    "out",   "over",    "own",    "per",   "shall",  "she",   "should", "so",    "some", "such",
    "than",  "that",    "the",    "their", "them",   "then",  "there",  "these", "they", "this",
    "those", "through", "to",     "too",   "under",  "up",    "upon",   "us",    "very", "was",
    "we",    "were",    "what",   "when",  "where",  "which", "while",  "who",   "whom", "whose",
    "will",  "with",    "within", "would", "you"};
static_assert(std::is_sorted(kFunctionWords.begin(), kFunctionWords.end()));

double WordWeight(std::string_view word) {
  const bool grammar = std::binary_search(kFunctionWords.begin(), kFunctionWords.end(), word);
  return grammar ? kFunctionWord : 1.0;
}

struct Feature {
  uint64_t hash;
  double squared_weight;
};

// Kinds of features hash apart: the word "cat" is not the trigram "cat".
enum FeatureKind : uint64_t { kWordFeature = 1, kCharacterFeature = 2 };

void AddWordFeatures(std::span<const std::string> words, size_t max_run, uint64_t seed,
                     std::vector<Feature>& features) {
  for (size_t first = 0; first < words.size(); ++first) {
    uint64_t hash = MixHash(seed, kWordFeature);
    double weight = 1.0;  // of the run: that of its least telling word
    for (size_t n = 1; n <= max_run && first + n <= words.size(); ++n) {
      const std::string& word = words[first + n - 1];
      hash = MixHash(hash, HashBytes(word));
      weight = std::min(weight, WordWeight(word));
      const double total = weight * (n == 1 ? kWord : kPhrase);
      features.push_back({hash, total * total});
    }
  }
}

// Where the characters of `text` start, and its end. Bytes that are not valid UTF-8 do no harm: a
// stray continuation byte belongs to the character before it.
std::vector<size_t> CharacterStarts(std::string_view text) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i)
    if (i == 0 || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
  starts.push_back(text.size());
  return starts;
}

void AddCharacterFeatures(const std::string& word, size_t min_length, size_t max_length,
                          uint64_t seed, std::vector<Feature>& features) {
  const std::string bounded = "<" + word + ">";
  const std::vector<size_t> starts = CharacterStarts(bounded);
  const size_t characters = starts.size() - 1;
  const size_t begin = features.size();
  for (size_t length = min_length; length <= std::min(max_length, characters); ++length) {
    for (size_t first = 0; first + length <= characters; ++first) {
      const std::string_view ngram =
          std::string_view(bounded).substr(starts[first], starts[first + length] - starts[first]);
      features.push_back({MixHash(MixHash(seed, kCharacterFeature), HashBytes(ngram)), 0.0});
    }
  }
  const double total = kCharacters * WordWeight(word);
  const auto count = static_cast<double>(features.size() - begin);
  for (size_t i = begin; i < features.size(); ++i)
    features[i].squared_weight = total * total / count;
}

// Sums the squared weights of equal features: the weight of a feature then grows with the square
// root of its count. Leaves the features in the order of their hashes.
void MergeEqual(std::vector<Feature>& features) {
  // Equal hashes are ordered by weight, so that the sums do not depend on the order of the sort.
  std::sort(features.begin(), features.end(), [](const Feature& a, const Feature& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.squared_weight < b.squared_weight;
  });
  size_t kept = 0;
  for (size_t i = 0; i < features.size(); ++i) {
    if (kept > 0 && features[kept - 1].hash == features[i].hash) {
      features[kept - 1].squared_weight += features[i].squared_weight;
    } else {
      features[kept++] = features[i];
    }
  }
  features.resize(kept);
}

// Adds `weight` with a random sign at kTouched random coordinates.
void Project(uint64_t hash, double weight, std::span<double> sum) {
  for (uint64_t i = 0; i < kTouched; ++i) {
    const uint64_t random = MixHash(hash, i);
    const size_t coordinate = ((random & 0xffffffffu) * sum.size()) >> 32;
    sum[coordinate] += (random >> 63) != 0 ? weight : -weight;
  }
}

Error OutOfRange(std::string_view key, int64_t value, int64_t low, int64_t high) {
  return InvalidArgument(
      fmt::format("embeddings.{} is {}; the limits are {} to {}", key, value, low, high));
}

}  // namespace

Status LexicalOptions::Validate() const {
  if (dimension < 8 || dimension > 4096) return OutOfRange("dimension", dimension, 8, 4096);
  if (word_ngrams < 1 || word_ngrams > 4) return OutOfRange("word_ngrams", word_ngrams, 1, 4);
  if (char_ngram_min < 1 || char_ngram_min > 8)
    return OutOfRange("char_ngram_min", char_ngram_min, 1, 8);
  if (char_ngram_max < char_ngram_min || char_ngram_max > 8)
    return OutOfRange("char_ngram_max", char_ngram_max, char_ngram_min, 8);
  if (seed < 0) return InvalidArgument(fmt::format("embeddings.seed is {}; at least 0", seed));
  return Status::Ok();
}

void LexicalOptions::Bind(ConfigRegistry& registry) {
  registry.Add("embeddings.dimension", &dimension,
               "length of the vectors of the lexical model, and of sample (at most 384)", 8, 4096);
  registry.Add("embeddings.word_ngrams", &word_ngrams, "longest run of words that is a feature", 1,
               4);
  registry.Add("embeddings.char_ngram_min", &char_ngram_min,
               "shortest run of characters that is a feature", 1, 8);
  registry.Add("embeddings.char_ngram_max", &char_ngram_max,
               "longest run of characters that is a feature", 1, 8);
  registry.Add("embeddings.seed", &seed, "of the random projection", 0);
}

Result<std::unique_ptr<LexicalEmbedder>> LexicalEmbedder::Create(const LexicalOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  return std::unique_ptr<LexicalEmbedder>(new LexicalEmbedder(options));
}

LexicalEmbedder::LexicalEmbedder(const LexicalOptions& options)
    : options_(options),
      id_(fmt::format("lexical-v1:d{}:w{}:c{}-{}:s{}", options.dimension, options.word_ngrams,
                      options.char_ngram_min, options.char_ngram_max, options.seed)) {}

void LexicalEmbedder::EmbedOne(std::string_view text, std::span<float> row) const {
  const std::vector<std::string> words = Words(text);
  const uint64_t seed = MixHash(0, static_cast<uint64_t>(options_.seed));
  std::vector<Feature> features;
  AddWordFeatures(words, static_cast<size_t>(options_.word_ngrams), seed, features);
  for (const std::string& word : words)
    AddCharacterFeatures(word, static_cast<size_t>(options_.char_ngram_min),
                         static_cast<size_t>(options_.char_ngram_max), seed, features);
  MergeEqual(features);

  std::vector<double> sum(row.size(), 0.0);
  for (const Feature& feature : features)
    Project(feature.hash, std::sqrt(feature.squared_weight), sum);
  double squares = 0;
  for (const double value : sum) squares += value * value;
  const double norm = std::sqrt(squares);
  for (size_t i = 0; i < row.size(); ++i)
    row[i] = norm > 0 ? static_cast<float>(sum[i] / norm) : 0.0f;
}

Status LexicalEmbedder::Embed(std::span<const std::string> texts, Matrix& out) const {
  out = Matrix(texts.size(), dimension());
  for (size_t i = 0; i < texts.size(); ++i) EmbedOne(texts[i], out.Row(i));
  return Status::Ok();
}

}  // namespace dynajob
