// Where labels go so that none lies on another. Pure functions; lengths in pixels.

// Positions near `wanted` that are at least `gap` apart and within [top, bottom] as long as they fit;
// order is kept.
export function spreadLabels(wanted: number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i]! - wanted[j]! || i - j);
  const room = Math.min(gap, wanted.length > 1 ? (bottom - top) / (wanted.length - 1) : gap);
  const placed = [...wanted];
  let next = top;
  for (const i of order) {
    placed[i] = Math.max(placed[i]!, next);
    next = placed[i]! + room;
  }
  // What was pushed out at the bottom moves up again, and pushes what is above it.
  let limit = bottom;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i]!, limit);
    limit = placed[i]! - room;
  }
  return placed;
}

export interface LabelledPoint {
  x: number;
  y: number;
  width: number; // of the label
}

export interface PlacedLabel {
  x: number; // of the label's left end
  y: number; // of its middle
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

// Labels beside their points, within the frame: each takes, one after another, the place that costs
// the least. Lying on another label costs more than any distance, on a mark more than a short one.
// Earlier points have the first choice.
export function placeLabels(
  points: LabelledPoint[],
  frame: Box,
  height: number,
  gap = 7,
): PlacedLabel[] {
  const marks = points.map(({x, y}) => ({left: x - 5, right: x + 5, top: y - 5, bottom: y + 5}));
  const taken: Box[] = [];
  const cost = (box: Box, point: LabelledPoint): number =>
    1000 * sum(taken.map((other) => overlap(box, other))) +
    2 * sum(marks.map((mark) => overlap(box, mark))) +
    0.3 * Math.abs((box.top + box.bottom) / 2 - point.y) +
    // Beside its mark a label needs no line to it.
    (box.left > point.x || box.right < point.x ? 0 : 2);
  for (const point of points) {
    const places = placesAround(point, frame, height, gap);
    const costs = places.map((box) => cost(box, point));
    taken.push(places[costs.indexOf(Math.min(...costs))]!);
  }
  return taken.map(({left, top, bottom}) => ({x: left, y: (top + bottom) / 2}));
}

const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

// Right of the point, left of it and across, at every half line of the frame's height.
function placesAround({x, y, width}: LabelledPoint, frame: Box, height: number, gap: number): Box[] {
  const rows = Math.ceil((frame.bottom - frame.top) / (height / 2));
  const middles = [y];
  for (let step = 1; step <= rows; ++step)
    for (const side of [-1, 1]) middles.push(y + (side * step * height) / 2);
  const inside = (value: number, low: number, high: number): number =>
    Math.max(low, Math.min(value, high));
  return middles.flatMap((middle) =>
    [x + gap, x - gap - width, x - width / 2].map((wanted) => {
      const left = inside(wanted, frame.left, frame.right - width);
      const top = inside(middle - height / 2, frame.top, frame.bottom - height);
      return {left, right: left + width, top, bottom: top + height};
    }),
  );
}
