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

// Labels beside their points: of the places around it each label takes, one after another, the one
// that covers the least of other points and labels and stays within the frame. Earlier points have
// the first choice.
export function placeLabels(
  points: LabelledPoint[],
  frame: Box,
  height: number,
  gap = 7,
): PlacedLabel[] {
  const marks = points.map(({x, y}) => ({left: x - 5, right: x + 5, top: y - 5, bottom: y + 5}));
  const taken: Box[] = [];
  return points.map((point, i) => {
    let best: Box | undefined;
    let least = Infinity;
    for (const box of placesAround(point, height, gap)) {
      const outside =
        Math.max(0, frame.left - box.left) +
        Math.max(0, box.right - frame.right) +
        Math.max(0, frame.top - box.top) +
        Math.max(0, box.bottom - frame.bottom);
      let cost = outside * height * 4;
      for (const other of taken) cost += 4 * overlap(box, other);
      marks.forEach((mark, j) => (cost += j === i ? 0 : 2 * overlap(box, mark)));
      // Near places first: distance breaks ties, and stands against a little overlap.
      cost += 0.3 * Math.abs((box.top + box.bottom) / 2 - point.y);
      if (cost < least) {
        least = cost;
        best = box;
      }
    }
    taken.push(best!);
    return {x: best!.left, y: (best!.top + best!.bottom) / 2};
  });
}

function placesAround({x, y, width}: LabelledPoint, height: number, gap: number): Box[] {
  const places: Box[] = [];
  const at = (left: number, middle: number): number =>
    places.push({left, right: left + width, top: middle - height / 2, bottom: middle + height / 2});
  for (let step = 0; step <= 8; ++step) {
    for (const side of step === 0 ? [0] : [-1, 1]) {
      const middle = y + side * step * (height / 2);
      at(x + gap, middle);
      at(x - gap - width, middle);
    }
  }
  at(x - width / 2, y - height);
  at(x - width / 2, y + height);
  return places;
}
