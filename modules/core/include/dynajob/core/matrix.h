// Contiguous row-major float32 matrices, and views of them.
#ifndef DYNAJOB_CORE_MATRIX_H_
#define DYNAJOB_CORE_MATRIX_H_

#include <cstddef>
#include <span>
#include <vector>

#include "dynajob/core/check.h"

namespace dynajob {

// A borrowed rows x cols matrix; row i starts at data + i * cols.
struct MatrixView {
  const float* data = nullptr;
  size_t rows = 0;
  size_t cols = 0;

  std::span<const float> Row(size_t row) const {
    DYNAJOB_CHECK(row < rows, "matrix row out of range");
    return {data + row * cols, cols};
  }
};

// An owned rows x cols matrix, zero-initialised.
class Matrix {
 public:
  Matrix() = default;
  Matrix(size_t rows, size_t cols) : rows_(rows), cols_(cols), values_(rows * cols, 0.0f) {}

  size_t rows() const { return rows_; }
  size_t cols() const { return cols_; }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }

  std::span<float> Row(size_t row) {
    DYNAJOB_CHECK(row < rows_, "matrix row out of range");
    return {values_.data() + row * cols_, cols_};
  }
  std::span<const float> Row(size_t row) const { return View().Row(row); }
  MatrixView View() const { return {values_.data(), rows_, cols_}; }
  operator MatrixView() const { return View(); }  // NOLINT: implicit by design

 private:
  size_t rows_ = 0;
  size_t cols_ = 0;
  std::vector<float> values_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_MATRIX_H_
