const FIRST_CAP_MS = 1000;
const RETRY_MAX_MS = 300_000;

/**
 * Waiting times before each further attempt to connect, in ms: uniform in [0, min(maxMs, 2^n s)), so that machines which lost
 * the platform together do not come back together. `random` gives [0, 1). Never ends.
 */
export function* fullJitter(random: () => number, maxMs = RETRY_MAX_MS): Generator<number, never> {
  for (let capMs = Math.min(maxMs, FIRST_CAP_MS); ; capMs = Math.min(maxMs, capMs * 2)) yield Math.floor(random() * capMs);
}
