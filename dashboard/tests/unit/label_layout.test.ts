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

  // What two of the labels share, in pixels each way, beyond rounding.
  const overlapping = (points: {width: number}[], labels: {x: number; y: number}[]): string[] =>
    labels.flatMap((a, i) =>
      labels.slice(i + 1).flatMap((b, j) => {
        const x = Math.min(a.x + points[i]!.width, b.x + points[i + 1 + j]!.width) - Math.max(a.x, b.x);
        const y = 13 - Math.abs(a.y - b.y);
        return x > 0.01 && y > 0.01 ? [`${i} and ${i + 1 + j}: ${x} x ${y}`] : [];
      }),
    );

  it('lets no two labels of a crowd overlap', () => {
    const points = Array.from({length: 8}, (_, i) => ({x: 200 + i, y: 150 + i, width: 60}));
    expect(overlapping(points, placeLabels(points, frame, 13))).toEqual([]);
  });

  it('finds room in any crowd, also on a phone', () => {
    // A linear congruential generator: the same crowds in every run.
    let state = 1;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    for (const phone of [false, true]) {
      const room = phone ? {left: 44, right: 340, top: 26, bottom: 254} : {left: 44, right: 700, top: 26, bottom: 320};
      for (let crowd = 0; crowd < 200; ++crowd) {
        const center = {
          x: room.left + random() * (room.right - room.left),
          y: room.top + random() * (room.bottom - room.top),
        };
        const points = Array.from({length: 12}, () => ({
          x: Math.min(room.right, Math.max(room.left, center.x + (random() - 0.5) * 80)),
          y: Math.min(room.bottom, Math.max(room.top, center.y + (random() - 0.5) * 60)),
          width: 30 + random() * 60,
        }));
        const labels = placeLabels(points, room, 13);
        expect(overlapping(points, labels), `crowd ${crowd}`).toEqual([]);
        for (const [i, {x, y}] of labels.entries()) {
          expect(x).toBeGreaterThanOrEqual(room.left);
          expect(x + points[i]!.width).toBeLessThanOrEqual(room.right);
          expect(y).toBeGreaterThanOrEqual(room.top);
          expect(y).toBeLessThanOrEqual(room.bottom);
        }
      }
    }
  });
});
