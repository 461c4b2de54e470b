import {describe, expect, it} from 'vitest';

import {logTicks, roundDomain, roundStep} from '../../src/lib/axis';

describe('roundStep', () => {
  it('is 1, 2 or 5 times a power of ten', () => {
    expect(roundStep(1, 5)).toBeCloseTo(0.2, 12);
    expect(roundStep(0.9, 5)).toBeCloseTo(0.2, 12);
    expect(roundStep(12, 5)).toBe(5);
    expect(roundStep(7000, 5)).toBe(2000);
  });
});

describe('roundDomain', () => {
  it('covers the values with round ends', () => {
    expect(roundDomain([-0.07, 0.83], 5)).toEqual([-0.2, 1]);
    expect(roundDomain([0, 40], 4)).toEqual([0, 40]);
  });

  it('gives a value without range a range', () => {
    const [low, high] = roundDomain([3, 3]);
    expect(low).toBeLessThanOrEqual(3);
    expect(high).toBeGreaterThan(3);
  });

  it('leaves out what is not a number', () => {
    expect(roundDomain([NaN, Infinity, 1, 2], 5)).toEqual([1, 2]);
    expect(roundDomain([])).toEqual([0, 1]);
  });
});

describe('logTicks', () => {
  it('is powers of ten over a wide range, and their parts over a narrow one', () => {
    expect(logTicks([0.05, 2000])).toEqual([0.1, 1, 10, 100, 1000]);
    expect(logTicks([0.9, 30])).toEqual([1, 2, 5, 10, 20]);
  });
});
