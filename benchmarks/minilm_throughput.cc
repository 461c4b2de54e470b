// Embeds texts with a MiniLM-like model and says how fast, and what share of the time is matrix
// multiplication. With --out, writes what it computed, for a comparison with the Python package
// (scripts/verify_minilm.py, which also measures that package in the same run).
//
//   minilm_throughput --model DIR --texts FILE [--workers N] [--repeat N] [--out FILE]
//
// FILE holds for each text its length (uint64, little-endian) and its bytes. The output holds for
// each text the number of its tokens (uint64), their ids (int32), and the vector (float32). Texts
// are cut at the model's window, as the Python package does. Prints one JSON object.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/embeddings/minilm.h"

namespace {

using dynajob::Status;

dynajob::Result<std::vector<std::string>> ReadTexts(const std::string& path) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string bytes, dynajob::ReadFile(path));
  std::vector<std::string> texts;
  for (size_t at = 0; at < bytes.size();) {
    uint64_t size = 0;
    if (bytes.size() - at < sizeof(size)) return dynajob::CorruptData(path + ": cut short");
    std::memcpy(&size, bytes.data() + at, sizeof(size));
    at += sizeof(size);
    if (bytes.size() - at < size) return dynajob::CorruptData(path + ": cut short");
    texts.push_back(bytes.substr(at, size));
    at += size;
  }
  return texts;
}

template <typename T>
void Append(const T* values, size_t count, std::string& out) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

Status Run(std::map<std::string, std::string>& flags) {
  dynajob::MiniLmOptions options;
  options.model = flags["--model"];
  options.windows = false;
  options.workers = std::atoi(flags["--workers"].c_str());
  const auto load_start = std::chrono::steady_clock::now();
  DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, dynajob::MiniLmEmbedder::Open(options));
  const double load_seconds = Seconds(load_start);
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<std::string> texts, ReadTexts(flags["--texts"]));

  double best = 0, best_tokenizing = 0, best_share = 0, least_processor = 0;
  std::vector<std::vector<int32_t>> tokens(texts.size());
  dynajob::Matrix vectors;
  size_t token_count = 0;
  for (int i = 0; i < std::max(1, std::atoi(flags["--repeat"].c_str())); ++i) {
    // One thread: what a call of Embed spreads over the workers.
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t processor_start = std::clock();  // of all threads
    token_count = 0;
    for (size_t text = 0; text < texts.size(); ++text) {
      tokens[text] = embedder->tokenizer().Encode(texts[text], embedder->max_tokens());
      token_count += tokens[text].size();
    }
    const double tokenizing = Seconds(start);
    dynajob::EncoderTimes times;
    DYNAJOB_RETURN_IF_ERROR(embedder->EmbedTokens(tokens, vectors, &times));
    const double seconds = Seconds(start);
    const double processor =
        static_cast<double>(std::clock() - processor_start) / double{CLOCKS_PER_SEC};
    least_processor = i == 0 ? processor : std::min(processor, least_processor);
    if (i > 0 && seconds >= best) continue;
    best = seconds;
    best_tokenizing = tokenizing;
    best_share = times.matrix_seconds / times.seconds;
  }
  const auto per_second = [&](size_t count) { return static_cast<double>(count) / best; };
  fmt::print(
      "{{\"embedder\": \"{}\", \"texts\": {}, \"tokens\": {}, \"load_seconds\": {:.3f}, "
      "\"seconds\": {:.3f}, \"processor_seconds\": {:.3f}, \"tokenizing_seconds\": {:.3f}, "
      "\"texts_per_second\": {:.1f}, "
      "\"tokens_per_second\": {:.0f}, \"matrix_share\": {:.3f}}}\n",
      embedder->id(), texts.size(), token_count, load_seconds, best, least_processor,
      best_tokenizing, per_second(texts.size()), per_second(token_count), best_share);
  if (flags["--out"].empty()) return Status::Ok();
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) {
    const uint64_t count = tokens[i].size();
    Append(&count, 1, out);
    Append(tokens[i].data(), tokens[i].size(), out);
    Append(vectors.Row(i).data(), vectors.cols(), out);
  }
  return dynajob::WriteFileAtomically(flags["--out"], out);
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags = {
      {"--model", "minilm"}, {"--texts", ""}, {"--workers", "1"}, {"--repeat", "3"}, {"--out", ""}};
  for (int i = 1; i < argc; i += 2) {
    if (!flags.contains(argv[i]) || i + 1 == argc) {
      fmt::print(stderr,
                 "usage: minilm_throughput --model DIR --texts FILE [--workers N] "
                 "[--repeat N] [--out FILE]\n");
      return 2;
    }
    flags[argv[i]] = argv[i + 1];
  }
  const Status status = Run(flags);
  if (status.ok()) return 0;
  fmt::print(stderr, "minilm_throughput: {}\n", status.error().message);
  return 1;
}
