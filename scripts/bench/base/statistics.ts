/** Nearest rank. Throws a RangeError when there is nothing to rank: a bench that measured nothing has no result. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError("nothing was measured");
  return found;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
