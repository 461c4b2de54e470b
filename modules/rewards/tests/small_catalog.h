// Hand-made catalogs for the tests of this module.
#ifndef DYNAJOB_REWARDS_TESTS_SMALL_CATALOG_H_
#define DYNAJOB_REWARDS_TESTS_SMALL_CATALOG_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dynajob/core/catalog.h"

namespace dynajob {

// Rows of numbers as a matrix; all rows are of equal length.
inline Matrix MatrixOf(const std::vector<std::vector<float>>& rows) {
  Matrix matrix(rows.size(), rows.empty() ? 0 : rows.front().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    std::copy(rows[i].begin(), rows[i].end(), matrix.Row(i).begin());
  }
  return matrix;
}

// Fields of two dimensions each: hard | soft and title | tech | soft, plus "wide" of three.
inline Catalog VectorCatalog(const std::vector<std::vector<float>>& states,
                             const std::vector<std::vector<float>>& actions) {
  Catalog::Data data;
  for (size_t i = 0; i < states.size(); ++i) {
    data.candidates.emplace_back().id = "c" + std::to_string(i);
  }
  for (size_t i = 0; i < actions.size(); ++i) data.jobs.emplace_back().id = "j" + std::to_string(i);
  data.state_fields = {{"hard", 0, 2}, {"soft", 2, 2}};
  data.action_fields = {{"title", 0, 2}, {"tech", 2, 2}, {"soft", 4, 2}, {"wide", 6, 3}};
  data.states = MatrixOf(states);
  data.actions = MatrixOf(actions);
  data.embedder = "test";
  return Catalog::Create(std::move(data)).value();
}

// Records with ids as given and one-dimensional dummy vectors.
inline Catalog RecordCatalog(std::vector<Candidate> candidates, std::vector<Job> jobs) {
  Catalog::Data data;
  data.state_fields = {{"hard", 0, 1}};
  data.action_fields = {{"tech", 0, 1}};
  data.states = Matrix(candidates.size(), 1);
  data.actions = Matrix(jobs.size(), 1);
  data.candidates = std::move(candidates);
  data.jobs = std::move(jobs);
  data.embedder = "test";
  return Catalog::Create(std::move(data)).value();
}

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_TESTS_SMALL_CATALOG_H_
