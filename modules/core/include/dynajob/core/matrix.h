// Contiguous row-major float32 matrices, and views of them.
#ifndef DYNAJOB_CORE_MATRIX_H_
#define DYNAJOB_CORE_MATRIX_H_

#include <cstddef>
#include <cstdlib>
#include <new>
#include <span>
#include <utility>
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

// Memory that is zero when it comes: large blocks are pages that the system zeroes when they are
// first written to, so that a matrix that is filled at once is not written twice.
template <typename T>
struct ZeroedAllocator {
  using value_type = T;
  ZeroedAllocator() = default;
  template <typename U>
  explicit ZeroedAllocator(const ZeroedAllocator<U>&) {}

  T* allocate(size_t count) {
    void* memory = std::calloc(count, sizeof(T));
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, size_t) { std::free(memory); }
  // A value without arguments is zero, which the memory is.
  template <typename U>
  void construct(U*) {}
  template <typename U, typename... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }
  bool operator==(const ZeroedAllocator&) const = default;
};

// An owned rows x cols matrix, zero-initialised.
class Matrix {
 public:
  Matrix() = default;
  Matrix(size_t rows, size_t cols) : rows_(rows), cols_(cols), values_(rows * cols) {}

  // Keeps the first rows. Requires rows <= this->rows().
  void Truncate(size_t rows) {
    DYNAJOB_CHECK(rows <= rows_, "a matrix cannot grow");
    rows_ = rows;
    values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(rows * cols_), values_.end());
  }

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
  std::vector<float, ZeroedAllocator<float>> values_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_MATRIX_H_
