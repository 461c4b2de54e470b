// Round domains for axes. Pure functions.

// The smallest 1, 2 or 5 times a power of ten that cuts `span` into at most `count` parts.
export function roundStep(span: number, count: number): number {
  const rough = Math.max(span, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 5]) if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

// [low, high] widened to round numbers; a range without width becomes one of width 1.
export function roundDomain(values: Iterable<number>, count = 6): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  if (high - low < 1e-9) high = low + 1;
  const step = roundStep(high - low, count);
  const tidy = (value: number): number => Number(value.toPrecision(12));
  return [
    tidy(Math.floor(low / step + 1e-9) * step),
    tidy(Math.ceil(high / step - 1e-9) * step),
  ];
}

// Ticks of a logarithmic axis: powers of ten, with their doubles and fives where those are few.
export function logTicks([low, high]: [number, number]): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const factors = high / low >= 100 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; ++exponent) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** exponent).toPrecision(12));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}
