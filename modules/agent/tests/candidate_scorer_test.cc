#include "dynajob/agent/candidate_scorer.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "agent_test_support.h"
#include "kernels.h"
#include "mlp.h"

namespace dynajob {
namespace {

constexpr CandidateRow kPerson = 2;

std::vector<JobView> Views(const PairEncoder& encoder) {
  std::vector<JobView> views;
  for (const JobRow job : AllJobs(encoder.catalog())) views.push_back(encoder.JobAt(job));
  return views;
}

std::vector<CandidateScorer::SharedJob> Shared(std::span<const JobView> views) {
  std::vector<CandidateScorer::SharedJob> shared;
  for (const JobView& view : views) shared.push_back({shared.size(), view});
  return shared;
}

std::vector<NetworkOptions> InputsIn(Precision precision) {
  std::vector<NetworkOptions> all = AllInputs();
  for (NetworkOptions& options : all) options.precision = precision;
  return all;
}

std::vector<float> ByViews(const CandidateScorer& scorer, std::span<const JobView> jobs) {
  std::vector<float> values(jobs.size());
  scorer.Evaluate(jobs, values);
  return values;
}

std::vector<float> ByShares(const CandidateScorer& scorer, std::span<const JobView> jobs) {
  JobShares shares(scorer.network(), jobs.size());
  shares.Compute(scorer.network(), 0, jobs);
  std::vector<float> values(jobs.size());
  scorer.Evaluate(shares, Shared(jobs), values);
  return values;
}

double Rounded(double value) {
  const auto exact = static_cast<float>(value);
  Bfloat16 rounded{};
  ChosenKernels().round(&exact, 1, &rounded);
  return static_cast<double>(ToFloat(rounded));
}

// One pair as a plain composition in double precision, rounded where CandidateScorer says.
double Composition(const PairNetwork& network, Pair pair) {
  const PairEncoder& encoder = network.encoder();
  const MlpShape& shape = network.shape();
  const auto parameter = [&](size_t i) { return static_cast<double>(network.parameters()[i]); };
  std::vector<float> input(encoder.input_dim());
  encoder.Encode(std::span(&pair, 1), input.data());
  const auto at = [&](size_t i) { return static_cast<double>(input[i]); };
  const size_t actions = shape.state_dim, cross = actions + shape.action_dim;
  const size_t facts = cross + encoder.product_dim();
  // A product's factor of the candidate belongs to the weight, that of the job to the input.
  std::vector<float> paired(encoder.product_dim());
  encoder.EncodePairedAction(encoder.JobAt(pair.job), paired.data());

  const LinearShape& first = shape.layers.front();
  std::vector<double> x;
  for (size_t o = 0; o < first.out; ++o) {
    const auto weight = [&](size_t i) { return parameter(first.weight + o * first.in + i); };
    double constant = parameter(first.bias + o), share = 0;
    for (size_t i = 0; i < actions; ++i) constant += weight(i) * at(i);
    for (size_t i = actions; i < cross; ++i) share += Rounded(weight(i)) * Rounded(at(i));
    for (size_t i = cross; i < facts; ++i) {
      const auto job = static_cast<double>(paired[i - cross]);
      const double person = job == 0 ? 0 : at(i) / job;
      constant += Rounded(weight(i) * person) * Rounded(job);
    }
    for (size_t i = facts; i < input.size(); ++i) constant += Rounded(weight(i)) * Rounded(at(i));
    x.push_back(Rounded(std::max(0.0, constant + Rounded(share))));
  }
  for (size_t l = 1; l < shape.layers.size(); ++l) {
    const LinearShape& layer = shape.layers[l];
    const bool last = l + 1 == shape.layers.size();
    std::vector<double> y;
    for (size_t o = 0; o < layer.out; ++o) {
      double sum = parameter(layer.bias + o);
      for (size_t i = 0; i < layer.in; ++i) {
        const double weight = parameter(layer.weight + o * layer.in + i);
        sum += (last ? weight : Rounded(weight)) * x[i];
      }
      if (!last) sum = std::max(0.0, sum);
      y.push_back(l + 2 < shape.layers.size() ? Rounded(sum) : sum);
    }
    x = y;
  }
  for (size_t k = 0; k < shape.bilinear_rank; ++k) {
    double state = 0, action = 0;
    for (size_t i = 0; i < shape.state_dim; ++i)
      state += parameter(shape.bilinear_u + k * shape.state_dim + i) * at(i);
    for (size_t i = 0; i < shape.action_dim; ++i)
      action += Rounded(parameter(shape.bilinear_v + k * shape.action_dim + i)) *
                Rounded(at(actions + i));
    x[0] += state * Rounded(action);
  }
  return x[0];
}

TEST(CandidateScorer, InFloat32HasTheBitsOfTheNetwork) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 300});
  for (const NetworkOptions& options : InputsIn(Precision::kFloat32)) {
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    const CandidateScorer scorer(network, encoder->CandidateAt(kPerson));
    const std::vector<JobView> jobs = Views(*encoder);
    std::vector<float> values(jobs.size());
    network.Evaluate(encoder->CandidateAt(kPerson), jobs, values);
    EXPECT_TRUE(SameBits(ByViews(scorer, jobs), values));

    Matrix rows(jobs.size(), network.share_width());
    network.FirstLayerShares(jobs, rows.data());
    std::vector<PairNetwork::SharedJob> shared;
    for (size_t i = 0; i < jobs.size(); ++i) shared.push_back({rows.Row(i).data(), jobs[i]});
    network.EvaluateShares(encoder->CandidateAt(kPerson), shared, values);
    EXPECT_TRUE(SameBits(ByShares(scorer, jobs), values));
  }
}

TEST(CandidateScorer, InBfloat16EqualsTheRoundedCompositionAndNearlyFloat32) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 40});
  for (NetworkOptions options : InputsIn(Precision::kBfloat16)) {
    for (const std::vector<int64_t>& layers :
         {std::vector<int64_t>{128, 64}, {512, 256, 128}, {31, 13, 7}, {5}}) {
      options.q_layers = layers;
      const auto encoder = MakeEncoder(catalog, options);
      const PairNetwork network(*encoder, layers, options, OptimizerKind::kAdam, 5);
      const CandidateScorer scorer(network, encoder->CandidateAt(kPerson));
      const std::vector<float> values = ByViews(scorer, Views(*encoder));
      std::vector<float> exact(values.size());
      network.Evaluate(encoder->CandidateAt(kPerson), Views(*encoder), exact);
      double error = 0, distance = 0;
      for (size_t i = 0; i < values.size(); ++i) {
        const double wanted = Composition(network, {kPerson, static_cast<JobRow>(i)});
        error = std::max(error, std::abs(static_cast<double>(values[i]) - wanted));
        distance = std::max(distance, std::abs(static_cast<double>(values[i] - exact[i])));
      }
      // Sums in float32 beside sums in double: a number next to a tie may be rounded the other way.
      EXPECT_LT(error, 2e-3);
      EXPECT_LT(distance, 2e-2);
      EXPECT_GT(distance, 1e-5) << "nothing was rounded";
    }
  }
}

TEST(CandidateScorer, InBfloat16AValueDependsOnNothingButThePair) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 4200});
  for (NetworkOptions options : InputsIn(Precision::kBfloat16)) {
    for (const std::vector<int64_t>& layers : {std::vector<int64_t>{128, 64}, {31, 13, 7}, {5}}) {
      options.q_layers = layers;
      const auto encoder = MakeEncoder(catalog, options);
      const PairNetwork network(*encoder, layers, options, OptimizerKind::kAdam, 5);
      const CandidateScorer scorer(network, encoder->CandidateAt(kPerson));
      const std::vector<JobView> jobs = Views(*encoder);
      const std::vector<float> values = ByViews(scorer, jobs);
      EXPECT_TRUE(SameBits(ByShares(scorer, jobs), values));
      // Alone, in small groups, and in the opposite order.
      for (const size_t group : {1, 7, 48, 97}) {
        std::vector<float> parts(jobs.size());
        for (size_t i = 0; i < jobs.size(); i += group) {
          const size_t count = std::min(group, jobs.size() - i);
          scorer.Evaluate(std::span(jobs).subspan(i, count), std::span(parts).subspan(i, count));
        }
        EXPECT_TRUE(SameBits(parts, values)) << group;
      }
      std::vector<float> reversed =
          ByViews(scorer, std::vector<JobView>(jobs.rbegin(), jobs.rend()));
      std::ranges::reverse(reversed);
      EXPECT_TRUE(SameBits(reversed, values));
    }
  }
}

TEST(CandidateScorer, FollowsTheNetworkFromVersionToVersion) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 60});
  NetworkOptions options = Concatenation();
  options.precision = Precision::kBfloat16;
  const auto encoder = MakeEncoder(catalog, options);
  PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
  const CandidateView person = encoder->CandidateAt(kPerson);
  const std::vector<JobView> jobs = Views(*encoder);
  const std::vector<float> before = ByViews(CandidateScorer(network, person), jobs);
  const PairNetwork copy(network);
  const std::vector<Pair> pairs = {{0, 1}, {1, 2}};
  network.Train(pairs, std::vector<float>{1, -1}, 1e-2, Rng(1));
  const std::vector<float> after = ByViews(CandidateScorer(network, person), jobs);
  EXPECT_FALSE(SameBits(after, before));
  EXPECT_TRUE(SameBits(ByShares(CandidateScorer(network, person), jobs), after));
  EXPECT_TRUE(SameBits(ByViews(CandidateScorer(copy, person), jobs), before));
}

TEST(CandidateScorer, SharesAreHalfAsLargeInBfloat16AndAreTakenOver) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 60});
  size_t bytes[2] = {};
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    for (const NetworkOptions& options : InputsIn(precision)) {
      const auto encoder = MakeEncoder(catalog, options);
      const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
      const CandidateScorer scorer(network, encoder->CandidateAt(kPerson));
      const std::vector<JobView> jobs = Views(*encoder);
      JobShares whole(network, jobs.size()), parts(network, jobs.size());
      whole.Compute(network, 0, jobs);
      parts.CopyRows(whole, 0, 10);
      parts.Compute(network, 10, std::span(jobs).subspan(10, 30));
      parts.CopyRows(whole, 40, 20);
      EXPECT_EQ(parts.rows(), 60u);
      std::vector<float> a(jobs.size()), b(jobs.size());
      scorer.Evaluate(whole, Shared(jobs), a);
      scorer.Evaluate(parts, Shared(jobs), b);
      EXPECT_TRUE(SameBits(a, b));
      bytes[precision == Precision::kBfloat16] = whole.bytes();
    }
  }
  EXPECT_EQ(bytes[0], 2 * bytes[1]);
}

TEST(CandidateScorer, ManyThreadsGetTheSameValues) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 200});
  NetworkOptions options;
  options.precision = Precision::kBfloat16;
  const auto encoder = MakeEncoder(catalog, options);
  const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
  const std::vector<JobView> jobs = Views(*encoder);
  std::vector<std::vector<float>> values(4);
  std::vector<std::thread> threads;
  for (auto& mine : values)
    threads.emplace_back(
        [&] { mine = ByViews(CandidateScorer(network, encoder->CandidateAt(kPerson)), jobs); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : values) EXPECT_TRUE(SameBits(mine, values[0]));
}

}  // namespace
}  // namespace dynajob
