#include "dynajob/core/rng.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

// The output function of SplitMix64 (Steele, Lea and Flood 2014).
uint64_t SplitMixFinalise(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

constexpr uint64_t kGoldenGamma = 0x9e3779b97f4a7c15ULL;

}  // namespace

uint64_t HashBytes(std::string_view bytes, uint64_t seed) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ SplitMixFinalise(seed + kGoldenGamma);
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3ULL;
  }
  return SplitMixFinalise(hash);
}

uint64_t MixHash(uint64_t hash, uint64_t value) {
  return SplitMixFinalise(hash * 3 + value + kGoldenGamma);
}

Rng::Rng(uint64_t seed) {
  for (uint64_t& word : state_) {
    seed += kGoldenGamma;
    word = SplitMixFinalise(seed);
  }
}

uint64_t Rng::operator()() {
  const uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Rng::Uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

double Rng::Uniform(double low, double high) { return low + (high - low) * Uniform(); }

uint64_t Rng::Below(uint64_t bound) {
  DYNAJOB_CHECK(bound > 0, "Rng::Below needs a positive bound");
  // Rejection keeps the distribution exact: 2^64 mod bound values are thrown away.
  const uint64_t threshold = (0 - bound) % bound;
  for (;;) {
    const uint64_t value = (*this)();
    if (value >= threshold) return value % bound;
  }
}

double Rng::Normal() {
  for (;;) {
    const double u = Uniform(-1, 1);
    const double v = Uniform(-1, 1);
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * std::log(s) / s);
  }
}

bool Rng::Bernoulli(double probability) { return Uniform() < probability; }

size_t Rng::Categorical(std::span<const double> weights) {
  double total = 0;
  for (const double weight : weights) total += weight;
  DYNAJOB_CHECK(total > 0, "Rng::Categorical needs a positive sum of weights");
  double remaining = Uniform() * total;
  size_t last_positive = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last_positive = i;
    remaining -= weights[i];
    if (remaining < 0) return i;
  }
  return last_positive;
}

std::vector<uint32_t> Rng::SampleWithoutReplacement(size_t population, size_t count) {
  DYNAJOB_CHECK(count <= population, "cannot draw more than the population without replacement");
  std::vector<uint32_t> chosen;
  chosen.reserve(count);
  std::vector<bool> taken(population, false);
  for (size_t j = population - count; j < population; ++j) {
    auto candidate = static_cast<uint32_t>(Below(j + 1));
    if (taken[candidate]) candidate = static_cast<uint32_t>(j);
    taken[candidate] = true;
    chosen.push_back(candidate);
  }
  Shuffle(std::span<uint32_t>(chosen));
  return chosen;
}

}  // namespace dynajob
