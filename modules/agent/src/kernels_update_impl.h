// Steps of the optimizers, alone and on gradients that never leave the registers, for
// kernels_impl.h. Every expression has one way to be fused, so that all widths give the same bits.

constexpr float kFirstGain = 1.0f - 0.9f;     // Adam, 1 - beta1
constexpr float kSecondGain = 1.0f - 0.999f;  // 1 - beta2
constexpr float kSquareGain = 1.0f - 0.99f;   // RMSprop, 1 - alpha
constexpr float kEpsilon = 1e-8f;

inline Vector Root(Vector values) {
#if DYNAJOB_LANES == 16
  return _mm512_maskz_sqrt_ps(0xffff, values);  // the plain one trips a warning of GCC 12
#elif DYNAJOB_LANES == 8
  return _mm256_sqrt_ps(values);
#else
  Vector roots;
  for (size_t i = 0; i < kLanes; ++i) roots[i] = __builtin_sqrtf(values[i]);
  return roots;
#endif
}

// One vector of parameters and moments at `place`.
template <bool kAdam>
[[gnu::always_inline]] inline void UpdateVector(const Update& x, size_t place, Vector gradient,
                                                Bfloat16* rounded) {
  Vector second = Load(x.second + place);
  Vector step = gradient;
  if constexpr (kAdam) {
    step = Load(x.first + place);
    step += kFirstGain * (gradient - step);
    Store(x.first + place, step);
  }
  second += (kAdam ? kSecondGain : kSquareGain) * (gradient * gradient - second);
  Store(x.second + place, second);
  const Vector divisor = Root(second) * x.root_scale + kEpsilon;
  const Vector parameter = Load(x.parameters + place) - x.step_size * step / divisor;
  Store(x.parameters + place, parameter);
  if (rounded != nullptr) StoreRounded(rounded, parameter);
}

// Fewer than a vector, through padded copies.
template <bool kAdam>
void UpdateSome(const Update& x, size_t place, const float* gradient, size_t count,
                Bfloat16* rounded) {
  float parameters[kLanes] = {}, first[kLanes] = {}, second[kLanes] = {}, gradients[kLanes] = {};
  Bfloat16 halves[kLanes];
  for (size_t v = 0; v < count; ++v) {
    gradients[v] = gradient[v];
    parameters[v] = x.parameters[place + v];
    second[v] = x.second[place + v];
    if (kAdam) first[v] = x.first[place + v];
  }
  Update copy = x;
  copy.parameters = parameters, copy.first = first, copy.second = second;
  UpdateVector<kAdam>(copy, 0, Load(gradients), halves);
  for (size_t v = 0; v < count; ++v) {
    x.parameters[place + v] = parameters[v];
    x.second[place + v] = second[v];
    if (kAdam) x.first[place + v] = first[v];
    if (rounded != nullptr) rounded[v] = halves[v];
  }
}

template <bool kAdam>
void UpdateAll(const float* gradients, size_t count, const Update& x) {
  ForEachVector(count, [&](size_t i, size_t some) {
    if (some == kLanes)
      UpdateVector<kAdam>(x, i, Load(gradients + i), nullptr);
    else
      UpdateSome<kAdam>(x, i, gradients + i, some, nullptr);
  });
}
void UpdateParameters(const float* gradients, size_t count, const Update& x) {
  if (x.adam)
    UpdateAll<true>(gradients, count, x);
  else
    UpdateAll<false>(gradients, count, x);
}

// The gradients of a tile that are still to be applied. That happens between the multiply-adds of
// the next tile: square roots and divisions have a unit of their own, and memory has time to
// answer.
struct Pending {
  static constexpr size_t kMost = 20;
  Vector gradients[kMost];
  size_t count = 0;
  size_t place[kMost];  // of each vector
  size_t rounded_place[kMost];
};

// Always inline: a call would save all sums of the tile.
template <bool kAdam>
[[gnu::always_inline]] inline void ApplyOne(const Update& x, const Pending& pending, size_t index) {
  UpdateVector<kAdam>(x, pending.place[index], pending.gradients[index],
                      x.rounded == nullptr ? nullptr : x.rounded + pending.rounded_place[index]);
}

template <bool kAdam, size_t kRows, size_t kVectors, typename Word>
void UpdateTile(const BasicProduct<Word>& product, const Update& update, size_t i, size_t j,
                Pending& pending) {
  static_assert(kRows * kVectors <= Pending::kMost);
  const BasicProduct<Word> x = product;
  const Update u = update;
  Vector sum[kRows][kVectors] = {};
  const Word* a = x.a + i * x.a_row;
  const Word* b = x.b + j;
  const auto multiply = [&]() __attribute__((always_inline)) {
    decltype(Right(b)) right[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) right[v] = Right(b + v * kLanes);
#pragma GCC unroll 16
    for (size_t r = 0; r < kRows; ++r) {
      const auto left = Left(a + r * x.a_row);
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sum[r][v] = MultiplyAdd(sum[r][v], left, right[v]);
    }
    a += x.a_col;
    b += x.b_row;
  };
  size_t p = 0;
  const size_t count = pending.count;
  const size_t steps = count == 0 ? 0 : x.k / count;
  for (size_t index = 0; index < count; ++index) {
    for (const size_t end = p + steps; p < end; ++p) multiply();
    ApplyOne<kAdam>(u, pending, index);
    if (index < kRows * kVectors) {  // what the next tile will apply
      const size_t place =
          (i + index / kVectors) * u.row + j + index % kVectors * kLanes + (kLanes - 1);
      __builtin_prefetch(u.parameters + place, 1);
      __builtin_prefetch(u.second + place, 1);
      if (kAdam) __builtin_prefetch(u.first + place, 1);
    }
  }
  for (; p < x.k; ++p) multiply();
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      pending.gradients[r * kVectors + v] = sum[r][v];
      pending.place[r * kVectors + v] = (i + r) * u.row + j + v * kLanes;
      pending.rounded_place[r * kVectors + v] = (i + r) * u.rounded_row + j + v * kLanes;
    }
  pending.count = kRows * kVectors;
}

template <bool kAdam, size_t kRows, size_t kVectors, typename Word>
void UpdateLastRows(const BasicProduct<Word>& x, const Update& u, size_t i, size_t j,
                    Pending& pending) {
  if constexpr (kRows > 0) {
    if (x.m - i == kRows)
      UpdateTile<kAdam, kRows, kVectors>(x, u, i, j, pending);
    else
      UpdateLastRows<kAdam, kRows - 1, kVectors>(x, u, i, j, pending);
  }
}

template <bool kAdam, size_t kRows, size_t kVectors, typename Word>
void UpdatePanel(const BasicProduct<Word>& x, const Update& u, size_t j, Pending& pending) {
  size_t i = 0;
  for (; i + kRows <= x.m; i += kRows) UpdateTile<kAdam, kRows, kVectors>(x, u, i, j, pending);
  UpdateLastRows<kAdam, kRows - 1, kVectors>(x, u, i, j, pending);
}

template <bool kAdam, typename Word>
void UpdateLastColumns(const BasicProduct<Word>& x, const Update& u, size_t j) {
  constexpr size_t kBlock = 64;
  float gradients[kBlock * kLanes];
  for (size_t i = 0; i < x.m; i += kBlock) {
    BasicProduct<Word> part = x;
    part.m = x.m - i < kBlock ? x.m - i : kBlock;
    part.n = x.n - j;
    part.a += i * x.a_row;
    part.b += j;
    part.c = gradients, part.c_row = kLanes;
    LastColumns(part, 0);
    for (size_t r = 0; r < part.m; ++r)
      UpdateSome<kAdam>(u, (i + r) * u.row + j, gradients + r * kLanes, part.n,
                        u.rounded == nullptr ? nullptr : u.rounded + (i + r) * u.rounded_row + j);
  }
}

// Tiles leave room in the registers for the update of one vector.
template <bool kAdam, typename Word>
void UpdateBy(const BasicProduct<Word>& x, const Update& u) {
  Pending pending;
  size_t j = 0;
#if DYNAJOB_LANES == 16
  for (; j + 4 * kLanes <= x.n; j += 4 * kLanes) UpdatePanel<kAdam, 5, 4>(x, u, j, pending);
  for (; j + 2 * kLanes <= x.n; j += 2 * kLanes) UpdatePanel<kAdam, 10, 2>(x, u, j, pending);
  for (; j + kLanes <= x.n; j += kLanes) UpdatePanel<kAdam, 10, 1>(x, u, j, pending);
#else
  for (; j + 2 * kLanes <= x.n; j += 2 * kLanes) UpdatePanel<kAdam, 4, 2>(x, u, j, pending);
  for (; j + kLanes <= x.n; j += kLanes) UpdatePanel<kAdam, 6, 1>(x, u, j, pending);
#endif
  for (size_t index = 0; index < pending.count; ++index) ApplyOne<kAdam>(u, pending, index);
  if (j < x.n) UpdateLastColumns<kAdam>(x, u, j);
}

template <typename Word>
void MultiplyAndUpdate(const BasicProduct<Word>& x, const Update& u) {
  if (u.adam)
    UpdateBy<true>(x, u);
  else
    UpdateBy<false>(x, u);
}
