const FIRST_CAP_MS = 1000;
const RETRY_MAX_MS = 300_000;
/** Nobody is kept away for longer, whatever the platform says. */
const SLOT_MAX_S = 900;

/** How the platform wants to be come back to after an outage: not before `afterS`, and spread over `spreadS` from there. */
export interface ReturnSlot {
  readonly afterS: number;
  readonly spreadS: number;
}

export const NO_SLOT: ReturnSlot = { afterS: 0, spreadS: 0 };

/** As much of it as is obeyed: 15 minutes together. */
export function boundedSlot({ afterS, spreadS }: ReturnSlot): ReturnSlot {
  const after = wholeSeconds(afterS, SLOT_MAX_S);
  return { afterS: after, spreadS: wholeSeconds(spreadS, SLOT_MAX_S - after) };
}

/**
 * Waiting times before each further attempt to connect, in ms: uniform in [0, min(maxMs, 2^n s)), so that machines which lost
 * the platform together do not come back together. In a slot the first is uniform over the spread, and none after it is shorter than the
 * spread: then at no moment, however long the outage, do more than (machines ÷ spread) a second try. `random` gives [0, 1). Never ends.
 */
export function* fullJitter(random: () => number, maxMs = RETRY_MAX_MS, slot = NO_SLOT): Generator<number, never> {
  const spreadMs = slot.spreadS * 1000;
  let capMs = Math.min(maxMs, FIRST_CAP_MS);
  yield Math.min(SLOT_MAX_S * 1000, slot.afterS * 1000 + Math.floor(random() * Math.max(spreadMs, capMs)));
  for (;;) {
    capMs = Math.min(maxMs, capMs * 2);
    yield Math.max(spreadMs, Math.floor(random() * capMs));
  }
}

function wholeSeconds(value: number, max: number): number {
  return Number.isFinite(value) ? Math.min(max, Math.max(0, Math.floor(value))) : 0;
}
