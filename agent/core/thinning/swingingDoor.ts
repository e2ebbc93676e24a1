/** A line through some of the points that is never further from any of them than the limit. */
export interface Point {
  at: number;
  value: number;
}

/**
 * The swinging door: from the last kept point a door is held open as far as every point since allows, and the first that lies outside it keeps the
 * one before. The points kept are points that were measured; between two the line is straight.
 */
export function swingingDoor(points: readonly Point[], limit: number): Point[] {
  const [first, ...rest] = points;
  if (!first) return [];
  const kept = [first];
  let from = first;
  let before = first;
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  for (const point of rest) {
    const slope = slopeOf(from, point);
    if (slope < least || slope > most) {
      kept.push(before);
      from = before;
      least = Number.NEGATIVE_INFINITY;
      most = Number.POSITIVE_INFINITY;
    }
    least = Math.max(least, slopeOf(from, { at: point.at, value: point.value - limit }));
    most = Math.min(most, slopeOf(from, { at: point.at, value: point.value + limit }));
    before = point;
  }
  if (before !== first) kept.push(before);
  return kept;
}

/** Largest distance of any point from the line through those kept. Both ascend, and have the same ends. */
export function largestError(points: readonly Point[], kept: readonly Point[]): number {
  let error = 0;
  let index = 0;
  for (const { at, value } of points) {
    while (index + 1 < kept.length - 1 && (kept[index + 1]?.at ?? at) < at) index += 1;
    const from = kept[index];
    const to = kept[index + 1] ?? from;
    if (!from || !to) continue;
    const line = to.at === from.at ? from.value : from.value + slopeOf(from, to) * (at - from.at);
    error = Math.max(error, Math.abs(value - line));
  }
  return error;
}

function slopeOf(from: Point, to: Point): number {
  return (to.value - from.value) / (to.at - from.at);
}
