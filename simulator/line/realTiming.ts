import type { Timing } from "#simulator/chip/wire/bus.ts";

/** The system's clock and its timers, which may come late by a millisecond or two. */
export const REAL_TIMING: Timing = {
  nowMs: () => performance.now(),
  wakeAfter: (ms, run) => {
    setTimeout(run, Math.max(0, ms));
  },
};
