/** Seeded chance (mulberry32): the same seed gives the same recording for ever. */
export interface Chance {
  /** 0 ≤ x < 1 */
  next(): number;
  between(low: number, high: number): number;
  /** Roughly normal, standard deviation 1, never beyond ±3. */
  noise(): number;
  happens(probability: number): boolean;
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const noise = () => (next() + next() + next() - 1.5) * 2;
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    noise,
    happens: (probability) => next() < probability,
  };
}
