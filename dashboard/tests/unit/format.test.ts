import {describe, expect, it} from 'vitest';

import {count, duration, fixed, percent, pValue, signed, withInterval} from '../../src/lib/format';

describe('numbers as text', () => {
  it('has a minus sign, and none for a zero', () => {
    expect(fixed(-1.234, 2)).toBe('−1.23');
    expect(fixed(-0.001, 2)).toBe('0.00');
    expect(signed(0.5, 1)).toBe('+0.5');
    expect(signed(0.0001, 2)).toBe('0.00');
    expect(signed(-0.5, 1)).toBe('−0.5');
  });

  it('says that an interval is not known', () => {
    expect(withInterval({value: 1, low: 0.5, high: 1.5}, 1)).toBe('1.0 [0.5, 1.5]');
    expect(withInterval({value: 1, low: null, high: null}, 1)).toBe('1.0 [unknown]');
  });

  it('groups thousands', () => {
    expect(count(999)).toBe('999');
    expect(count(1234567)).toBe('1,234,567');
  });

  it('has percents and p-values as the field prints them', () => {
    expect(percent(0.456)).toBe('46 %');
    expect(percent(null)).toBe('–');
    expect(pValue(0.0004)).toBe('< 0.001');
    expect(pValue(0.0456)).toBe('0.046');
  });

  it('has durations in the unit that a reader would take', () => {
    expect(duration(0.02)).toBe('20 ms');
    expect(duration(0.1)).toBe('0.10 s');
    expect(duration(10)).toBe('10 s');
    expect(duration(90.06)).toBe('90.1 s');
    expect(duration(600)).toBe('10 min');
    expect(duration(7260)).toBe('2.0 h');
  });
});
