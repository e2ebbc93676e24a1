/** How often somebody may try: so many at once, and then one in a while. */
export interface AttemptRate {
  burst: number;
  /** One more after so long. */
  everyMs: number;
}

export interface Attempts {
  left: number;
  atMonoMs: number;
}

/** `held` is what the last call gave; undefined for somebody new. */
export function attempt(held: Attempts | undefined, { burst, everyMs }: AttemptRate, monoMs: number): { allowed: boolean; held: Attempts } {
  const left = held ? Math.min(burst, held.left + (monoMs - held.atMonoMs) / everyMs) : burst;
  return left >= 1 ? { allowed: true, held: { left: left - 1, atMonoMs: monoMs } } : { allowed: false, held: { left, atMonoMs: monoMs } };
}
