// Random numbers that are the same on every machine and independent of call order.
//
// Every random choice in dynajob draws from an `Rng` that was derived from what the choice is
// *for*: `Rng::Derive(seed, "explore", candidate, step)`. Two purposes never share a stream, so
// adding a draw in one place changes nothing elsewhere, and the number of threads cannot matter.
// The standard library's distributions are not used because their output differs between
// implementations.
#ifndef DYNAJOB_CORE_RNG_H_
#define DYNAJOB_CORE_RNG_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace dynajob {

// FNV-1a with a SplitMix64 finaliser; stable across machines and versions (stored data depends on
// it).
uint64_t HashBytes(std::string_view bytes, uint64_t seed = 0);

// Mixes `value` into `hash` (SplitMix64 finaliser).
uint64_t MixHash(uint64_t hash, uint64_t value);

// xoshiro256++ (Blackman and Vigna 2021), seeded through SplitMix64. Copyable; a copy continues the
// same sequence. Not safe for concurrent use.
class Rng {
 public:
  using result_type = uint64_t;
  using State = std::array<uint64_t, 4>;

  explicit Rng(uint64_t seed);

  // A generator for one purpose: equal arguments give equal streams.
  template <std::convertible_to<uint64_t>... Keys>
  static Rng Derive(uint64_t seed, std::string_view purpose, Keys... keys) {
    uint64_t hash = HashBytes(purpose, seed);
    ((hash = MixHash(hash, static_cast<uint64_t>(keys))), ...);
    return Rng(hash);
  }

  uint64_t operator()();
  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~uint64_t{0}; }

  // Uniform in [0, 1), 53 bits.
  double Uniform();
  // Uniform in [low, high).
  double Uniform(double low, double high);
  // Uniform in {0, …, bound - 1} without bias. Requires bound > 0.
  uint64_t Below(uint64_t bound);
  // Standard normal (Marsaglia's polar method; the second value is discarded so that the state is
  // only the four words).
  double Normal();
  bool Bernoulli(double probability);
  // Index drawn with probability proportional to weights[i] >= 0. Requires a positive sum.
  size_t Categorical(std::span<const double> weights);

  template <typename T>
  void Shuffle(std::span<T> items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Below(i)]);
  }

  // `count` distinct indices out of {0, …, population - 1}, in random order (Floyd's algorithm,
  // then a shuffle). Requires count <= population.
  std::vector<uint32_t> SampleWithoutReplacement(size_t population, size_t count);

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_RNG_H_
