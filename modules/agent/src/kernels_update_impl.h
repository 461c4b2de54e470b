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

// `ahead`: where the parameters of a later tile begin, which memory is asked for.
template <bool kAdam, size_t kRows, size_t kVectors, typename Word>
void UpdateTile(const BasicProduct<Word>& product, const Update& update, size_t i, size_t j,
                size_t ahead, Pending& pending) {
  static_assert(kRows * kVectors <= Pending::kMost);
  const BasicProduct<Word> x = product;
  const Update u = update;
  Vector sum[kRows][kVectors] = {};
  const Word* a = x.a + i * x.a_row;
  const Word* b = x.b + j;
  // `count` updates spread evenly over k steps: then the multiply-adds hide all of them.
  const size_t count = pending.count;
  size_t index = 0, due = 0;
  for (size_t p = 0; p < x.k; ++p, a += x.a_col, b += x.b_row) {
    AddOuter(sum, a, x.a_row, b);
    due += count;
    if (due < x.k || index == count) continue;
    due -= x.k;
    ApplyOne<kAdam>(u, pending, index);
    if (index < kRows * kVectors) {
      const size_t place =
          ahead + index / kVectors * u.row + index % kVectors * kLanes + (kLanes - 1);
      __builtin_prefetch(u.parameters + place, 1);
      __builtin_prefetch(u.second + place, 1);
      if (kAdam) __builtin_prefetch(u.first + place, 1);
    }
    ++index;
  }
  for (; index < count; ++index) ApplyOne<kAdam>(u, pending, index);  // more than k
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
      UpdateTile<kAdam, kRows, kVectors>(x, u, i, j, i * u.row + j, pending);
    else
      UpdateLastRows<kAdam, kRows - 1, kVectors>(x, u, i, j, pending);
  }
}

// Columns [begin, end), whole tiles of them. Tiles go along the rows, so that parameters and
// moments are long streams (down the rows, each tile would begin 15 short ones on 15 pages); a
// block of b that fits the second cache is read again for every few rows.
template <bool kAdam, size_t kRows, size_t kVectors, typename Word>
void UpdateBlock(const BasicProduct<Word>& x, const Update& u, size_t begin, size_t end,
                 Pending& pending) {
  constexpr size_t kWidth = kVectors * kLanes;
  constexpr size_t kAhead = 2 * kWidth;  // a tile is applied during the next: three tiles' time
  size_t i = 0;
  for (; i + kRows <= x.m; i += kRows) {
    for (size_t j = begin; j < end; j += kWidth) {
      size_t row = i, column = j + kAhead;
      if (column >= end) {
        const bool more = i + 2 * kRows <= x.m;
        row = more ? i + kRows : i;
        column = more && column - end < end - begin ? begin + (column - end) : j;
      }
      UpdateTile<kAdam, kRows, kVectors>(x, u, i, j, row * u.row + column, pending);
    }
  }
  for (size_t j = begin; j < end; j += kWidth)
    UpdateLastRows<kAdam, kRows - 1, kVectors>(x, u, i, j, pending);
}

// As many columns from `j` on as fill tiles; returns where they end.
template <bool kAdam, size_t kRows, size_t kVectors, typename Word>
size_t UpdateColumns(const BasicProduct<Word>& x, const Update& u, size_t j, Pending& pending) {
  constexpr size_t kBlock = 512, kWidth = kVectors * kLanes;
  const size_t end = j + (x.n - j) / kWidth * kWidth;
  while (j < end) {
    const size_t next = end - j < kBlock ? end : j + kBlock;
    UpdateBlock<kAdam, kRows, kVectors>(x, u, j, next, pending);
    j = next;
  }
  return end;
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
#if DYNAJOB_LANES == 16
  size_t j = UpdateColumns<kAdam, 5, 4>(x, u, 0, pending);
  j = UpdateColumns<kAdam, 10, 2>(x, u, j, pending);
  j = UpdateColumns<kAdam, 10, 1>(x, u, j, pending);
#else
  size_t j = UpdateColumns<kAdam, 4, 2>(x, u, 0, pending);
  j = UpdateColumns<kAdam, 6, 1>(x, u, j, pending);
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
