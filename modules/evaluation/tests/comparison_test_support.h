// A small generated market and an experiment on it that runs in about a second.
#ifndef DYNAJOB_EVALUATION_TESTS_COMPARISON_TEST_SUPPORT_H_
#define DYNAJOB_EVALUATION_TESTS_COMPARISON_TEST_SUPPORT_H_

#include "dynajob/embeddings/lexical_embedder.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/evaluation/comparison.h"
#include "dynajob/market/generator.h"

namespace dynajob {

inline Catalog SmallMarketCatalog(int64_t jobs = 120, int64_t candidates = 24) {
  const MarketOptions market_options{.jobs = jobs, .candidates = candidates, .seed = 5};
  Market market = GenerateMarket(market_options).value();
  LexicalOptions lexical;
  lexical.dimension = 16;
  const auto embedder = LexicalEmbedder::Create(lexical).value();
  return BuildCatalog(std::move(market.candidates), std::move(market.jobs), *embedder).value();
}

inline ExperimentOptions SmallExperiment() {
  ExperimentOptions options;
  options.comparison.seeds = 2;
  options.comparison.workers = 2;
  options.comparison.steps = 12;
  options.comparison.candidates = 4;
  options.comparison.candidate_set_size = 10;
  options.comparison.resamples = 200;
  options.trainer.network.q_layers = {16};
  options.trainer.network.world_model_layers = {16};
  options.trainer.pretrain.cosine.steps = 100;
  options.trainer.pretrain.llm.steps = 60;
  options.trainer.pretrain.hybrid_llm.steps = 60;
  options.trainer.pretrain.hybrid_rollout_steps = 20;
  options.trainer.pretrain.minimum_updates = 50;
  options.trainer.pretrain.candidate_set_size = 10;
  return options;
}

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_TESTS_COMPARISON_TEST_SUPPORT_H_
