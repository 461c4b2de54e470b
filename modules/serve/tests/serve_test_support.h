// A small market with a trained model for the tests of this module.
#ifndef DYNAJOB_SERVE_TESTS_SERVE_TEST_SUPPORT_H_
#define DYNAJOB_SERVE_TESTS_SERVE_TEST_SUPPORT_H_

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/core/catalog.h"
#include "dynajob/testing/temporary_directory.h"

#include "market.h"
#include "snapshot.h"

namespace dynajob {

// Random vectors: hard | soft of 4 and 2, title | tech | soft of 3, 4 and 2.
inline std::shared_ptr<const Catalog> SmallCatalog(size_t candidates, size_t jobs) {
  Rng rng = Rng::Derive(7, "serve-test");
  Catalog::Data data;
  data.embedder = "test";
  data.state_fields = {{"hard", 0, 4}, {"soft", 4, 2}};
  data.action_fields = {{"title", 0, 3}, {"tech", 3, 4}, {"soft", 7, 2}};
  data.states = Matrix(candidates, 6);
  data.actions = Matrix(jobs, 9);
  for (size_t i = 0; i < candidates; ++i) {
    data.candidates.emplace_back().id = "c" + std::to_string(i);
    for (float& value : data.states.Row(i)) value = static_cast<float>(rng.Normal());
  }
  for (size_t i = 0; i < jobs; ++i) {
    Job& job = data.jobs.emplace_back();
    job.id = "j" + std::to_string(i);
    job.location = i % 2 == 0 ? "here" : "there";
    for (float& value : data.actions.Row(i)) value = static_cast<float>(rng.Normal());
  }
  return std::make_shared<const Catalog>(Catalog::Create(std::move(data)).value());
}

// A model with random weights under `name`.
inline std::shared_ptr<const Policy> RandomPolicy(const Catalog& catalog, const std::string& name,
                                                  uint64_t seed,
                                                  Interaction interaction = Interaction::kNone,
                                                  Strategy strategy = Strategy::kBaseline,
                                                  Precision precision = Precision::kFloat32) {
  ModelInfo info;
  info.strategy = strategy;
  info.seed = seed;
  info.network.q_layers = {16, 8};
  info.network.world_model_layers = {8};
  info.network.interaction = interaction;
  info.network.precision = precision;
  info.network.structured_facts = interaction == Interaction::kProducts;
  const PairEncoder encoder = PairEncoder::Create(catalog, info.network).value();
  const DynaQAgent agent(encoder, info.network, info.learner, seed);
  const TemporaryDirectory directory;
  DYNAJOB_CHECK(SaveModel(directory.path(), agent, info).ok(), "a model");
  return std::make_shared<const Policy>(
      Policy{name, name + "-1", Model::Load(directory.path(), catalog).value()});
}

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_TESTS_SERVE_TEST_SUPPORT_H_
