// Products of floats and of pairs of bfloat16, for kernels_impl.h: one loop, two kinds of words.

typedef uint32_t Bits __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
typedef uint16_t Halves
    __attribute__((vector_size(kLanes * sizeof(uint16_t)), aligned(2), may_alias));
typedef uint32_t AnyWord __attribute__((may_alias, aligned(2)));

inline Bits LoadBits(const void* from) { return *static_cast<const Bits*>(from); }
inline Vector AsFloats(Bits bits) { return reinterpret_cast<Vector>(bits); }
inline Bits AsBits(Vector values) { return reinterpret_cast<Bits>(values); }

// To the nearest bfloat16, ties to even; denormal numbers become 0, as the instruction has it.
inline Halves Rounded(Vector values) {
#ifdef DYNAJOB_NATIVE_BFLOAT16
  return reinterpret_cast<Halves>(_mm512_cvtneps_pbh(values));
#else
  const Bits bits = AsBits(values), magnitude = bits & 0x7fffffffu;
  Bits rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  rounded = magnitude > 0x7f800000u ? (bits >> 16) | 0x40u : rounded;  // not a number
  rounded = magnitude < 0x00800000u ? (bits >> 16) & 0x8000u : rounded;
  return __builtin_convertvector(rounded, Halves);
#endif
}
inline void StoreRounded(Bfloat16* to, Vector values) {
  *reinterpret_cast<Halves*>(to) = Rounded(values);
}
inline Vector Widened(const Bfloat16* from) {
  const Halves halves = *reinterpret_cast<const Halves*>(from);
  return AsFloats(__builtin_convertvector(halves, Bits) << 16);
}

// One word of the left operand for all lanes, and words of the right one.
inline float Left(const float* from) { return *from; }
inline Vector Right(const float* from) { return Load(from); }
inline uint32_t Left(const BfloatPair* from) { return *reinterpret_cast<const AnyWord*>(from); }
inline Bits Right(const BfloatPair* from) { return LoadBits(from); }

// By value: a reference would keep the sums of a tile in memory.
[[gnu::always_inline]] inline Vector MultiplyAdd(Vector sum, float left, Vector right) {
  return sum + left * right;
}
[[gnu::always_inline]] inline Vector MultiplyAdd(Vector sum, uint32_t left, Bits right) {
#ifdef DYNAJOB_NATIVE_BFLOAT16
  // GCC 12 takes the intrinsic for something that may write memory, and stores all sums every time.
  const Bits both = Bits{} + left;
  __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(both), "v"(right));
  return sum;
#else
  const Bits both = Bits{} + left;
  sum += AsFloats(both & 0xffff0000u) * AsFloats(right & 0xffff0000u);
  return sum + AsFloats(both << 16) * AsFloats(right << 16);
#endif
}

template <typename Word>
inline Vector From(const BasicProduct<Word>& x, size_t row, size_t column) {
  switch (x.start) {
    case Start::kOld:
      return Load(x.c + row * x.c_row + column);
    case Start::kBias:
      return Broadcast(x.bias[row]);
    case Start::kColumnBias:
      return Load(x.bias + column);
    case Start::kZero:
      break;
  }
  return Vector{};
}

// One step along k: the sums of a tile += (a column of a) x (a row of b). Always inline and
// unrolled, so that the sums are registers; a call would keep them in memory.
template <size_t kRows, size_t kVectors, typename Word>
[[gnu::always_inline]] inline void AddOuter(Vector (&sum)[kRows][kVectors], const Word* a,
                                            size_t a_row, const Word* b) {
  decltype(Right(b)) right[kVectors];
#pragma GCC unroll 8
  for (size_t v = 0; v < kVectors; ++v) right[v] = Right(b + v * kLanes);
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r) {
    const auto left = Left(a + r * a_row);
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sum[r][v] = MultiplyAdd(sum[r][v], left, right[v]);
  }
}

// A tile of kRows x (kVectors * kLanes) of c stays in registers over all of k.
template <size_t kRows, size_t kVectors, typename Word>
void Tile(const BasicProduct<Word>& product, size_t i, size_t j) {
  const BasicProduct<Word> x = product;  // a copy that no store can change
  Vector sum[kRows][kVectors];
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) sum[r][v] = From(x, i + r, j + v * kLanes);
  const Word* a = x.a + i * x.a_row;
  const Word* b = x.b + j;
  for (size_t p = 0; p < x.k; ++p, a += x.a_col, b += x.b_row) AddOuter(sum, a, x.a_row, b);
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const Vector value = x.relu ? Positive(sum[r][v]) : sum[r][v];
      const size_t place = (i + r) * x.c_row + j + v * kLanes;
      if (x.c != nullptr)
        Store(x.c + place, value);
      else
        StoreRounded(x.c_rounded + place, value);
    }
  }
}

template <size_t kRows, size_t kVectors, typename Word>
void LastRows(const BasicProduct<Word>& x, size_t i, size_t j) {
  if constexpr (kRows > 0) {
    if (x.m - i == kRows)
      Tile<kRows, kVectors>(x, i, j);
    else
      LastRows<kRows - 1, kVectors>(x, i, j);
  }
}

template <size_t kRows, size_t kVectors, typename Word>
void Panel(const BasicProduct<Word>& x, size_t j) {
  size_t i = 0;
  for (; i + kRows <= x.m; i += kRows) Tile<kRows, kVectors>(x, i, j);
  LastRows<kRows - 1, kVectors>(x, i, j);
}

// The last columns, fewer than a vector: over padded copies, in steps of k that fit the stack.
template <typename Word>
void LastColumns(const BasicProduct<Word>& x, size_t j) {
  constexpr size_t kStep = 64;
  const size_t columns = x.n - j;
  Word right[kStep * kLanes];
  for (size_t i = 0; i < x.m; ++i) {
    float sum[kLanes] = {};
    for (size_t v = 0; v < columns; ++v)
      sum[v] = x.start == Start::kOld          ? x.c[i * x.c_row + j + v]
               : x.start == Start::kBias       ? x.bias[i]
               : x.start == Start::kColumnBias ? x.bias[j + v]
                                               : 0.0f;
    for (size_t begin = 0; begin < x.k; begin += kStep) {
      const size_t steps = x.k - begin < kStep ? x.k - begin : kStep;
      if (i == 0 || x.k > kStep)
        for (size_t p = 0; p < steps; ++p)
          for (size_t v = 0; v < kLanes; ++v)
            right[p * kLanes + v] = v < columns ? x.b[(begin + p) * x.b_row + j + v] : Word{};
      BasicProduct<Word> part = x;
      part.m = 1, part.n = kLanes, part.k = steps;
      part.a = x.a + i * x.a_row + begin * x.a_col;
      part.b = right, part.b_row = kLanes;
      part.c = sum, part.c_row = kLanes;
      part.start = Start::kOld;
      part.relu = x.relu && begin + steps == x.k;
      Tile<1, 1>(part, 0, 0);
    }
    Bfloat16 rounded[kLanes];
    StoreRounded(rounded, Load(sum));
    for (size_t v = 0; v < columns; ++v) {
      if (x.c != nullptr)
        x.c[i * x.c_row + j + v] = sum[v];
      else
        x.c_rounded[i * x.c_row + j + v] = rounded[v];
    }
  }
}

// As many sums as the registers hold beside a row of b.
template <typename Word>
void Multiply(const BasicProduct<Word>& x) {
  size_t j = 0;
#if DYNAJOB_LANES == 16
  for (; j + 4 * kLanes <= x.n; j += 4 * kLanes) Panel<6, 4>(x, j);
  for (; j + 3 * kLanes <= x.n; j += 3 * kLanes) Panel<7, 3>(x, j);
  for (; j + 2 * kLanes <= x.n; j += 2 * kLanes) Panel<12, 2>(x, j);
  for (; j + kLanes <= x.n; j += kLanes) Panel<12, 1>(x, j);
#else
  for (; j + 2 * kLanes <= x.n; j += 2 * kLanes) Panel<DYNAJOB_LANES == 8 ? 6 : 4, 2>(x, j);
  for (; j + kLanes <= x.n; j += kLanes) Panel<8, 1>(x, j);
#endif
  if (j < x.n) LastColumns(x, j);
}

// The values that do not fill a vector go through a padded copy.
template <typename Step>
inline void ForEachVector(size_t count, const Step& step) {
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) step(i, kLanes);
  if (i < count) step(i, count - i);
}
inline Vector LoadSome(const float* from, size_t count) {
  if (count == kLanes) return Load(from);
  float values[kLanes] = {};
  for (size_t i = 0; i < count; ++i) values[i] = from[i];
  return Load(values);
}
inline void StoreSomeRounded(Bfloat16* to, Vector values, size_t count) {
  if (count == kLanes) return StoreRounded(to, values);
  Bfloat16 rounded[kLanes];
  StoreRounded(rounded, values);
  for (size_t i = 0; i < count; ++i) to[i] = rounded[i];
}

void Round(const float* values, size_t count, Bfloat16* out) {
  ForEachVector(count, [&](size_t i, size_t some) {
    StoreSomeRounded(out + i, LoadSome(values + i, some), some);
  });
}

void PairRows(const float* first, const float* second, size_t count, BfloatPair* out) {
  ForEachVector(count, [&](size_t i, size_t some) {
    const Halves low = Rounded(LoadSome(first + i, some));
    const Halves high = second == nullptr ? Halves{} : Rounded(LoadSome(second + i, some));
    const Bits pairs =
        __builtin_convertvector(low, Bits) | (__builtin_convertvector(high, Bits) << 16);
    if (some == kLanes) {
      *reinterpret_cast<Bits*>(out + i) = pairs;
    } else {
      for (size_t v = 0; v < some; ++v) out[i + v] = static_cast<BfloatPair>(pairs[v]);
    }
  });
}

void AddRelu(const float* share, const float* constant, size_t count, float* out) {
  ForEachVector(count, [&](size_t i, size_t some) {
    const Vector sum = Positive(LoadSome(share + i, some) + LoadSome(constant + i, some));
    if (some == kLanes) {
      Store(out + i, sum);
    } else {
      for (size_t v = 0; v < some; ++v) out[i + v] = sum[v];
    }
  });
}

void AddReluRounded(const Bfloat16* share, const float* constant, size_t count, Bfloat16* out) {
  ForEachVector(count, [&](size_t i, size_t some) {
    Bfloat16 padded[kLanes] = {};
    const Bfloat16* from = share + i;
    if (some < kLanes) {
      for (size_t v = 0; v < some; ++v) padded[v] = from[v];
      from = padded;
    }
    StoreSomeRounded(out + i, Positive(Widened(from) + LoadSome(constant + i, some)), some);
  });
}
