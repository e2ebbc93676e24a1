/** At most 32 values that stand for as many as came: when full, every other one goes and half as many are taken. */
export interface Samples {
  values: number[];
  stride: number;
  passed: number;
}

const KEPT_MAX = 32;

export function noSamples(): Samples {
  return { values: [], stride: 1, passed: 0 };
}

export function addSample(samples: Samples, value: number): void {
  samples.passed += 1;
  if (samples.passed < samples.stride) return;
  samples.passed = 0;
  samples.values.push(value);
  if (samples.values.length < KEPT_MAX) return;
  samples.values = samples.values.filter((_, index) => index % 2 === 0);
  samples.stride *= 2;
}

/** The middle one does not care for outliers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

/** The median distance from the median, scaled so that it is the standard deviation of what is spread evenly round it. */
export function spreadOf(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}
