import {describe, expect, it} from 'vitest';

import {placeLabels, spreadLabels} from '../../src/lib/label_layout';

describe('spreadLabels', () => {
  it('keeps order and distance, and leaves alone what has room', () => {
    const placed = spreadLabels([99, 100, 98, 20], 14, 0, 100);
    expect(placed[1]).toBeLessThanOrEqual(100);
    expect(placed[1]! - placed[0]!).toBeGreaterThanOrEqual(14);
    expect(placed[0]! - placed[2]!).toBeGreaterThanOrEqual(14);
    expect(placed[3]).toBe(20);
  });

  it('keeps equal labels in the order in which they came', () => {
    const placed = spreadLabels([50, 50, 50], 10, 0, 100);
    expect(placed[0]).toBeLessThan(placed[1]!);
    expect(placed[1]).toBeLessThan(placed[2]!);
  });

  it('moves labels closer together when there are too many for the room', () => {
    const placed = spreadLabels(Array.from({length: 11}, () => 50), 14, 0, 100);
    expect(Math.min(...placed)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...placed)).toBeLessThanOrEqual(100);
    expect(new Set(placed).size).toBe(11);
  });

  it('has nothing to do without labels', () => {
    expect(spreadLabels([], 14, 0, 100)).toEqual([]);
    expect(spreadLabels([7], 14, 0, 100)).toEqual([7]);
  });
});

describe('placeLabels', () => {
  const frame = {left: 0, right: 400, top: 0, bottom: 300};

  it('puts a lone label to the right of its point', () => {
    expect(placeLabels([{x: 100, y: 100, width: 40}], frame, 13)).toEqual([{x: 107, y: 100}]);
  });

  it('turns to the left where the frame ends', () => {
    const [label] = placeLabels([{x: 390, y: 100, width: 40}], frame, 13);
    expect(label!.x + 40).toBeLessThan(390);
  });

  it('lets no two labels of a crowd overlap', () => {
    const points = Array.from({length: 8}, (_, i) => ({x: 200 + i, y: 150 + i, width: 60}));
    const labels = placeLabels(points, frame, 13);
    for (const [i, a] of labels.entries())
      for (const b of labels.slice(i + 1))
        expect(Math.abs(a.x - b.x) >= 60 || Math.abs(a.y - b.y) >= 13).toBe(true);
  });
});
