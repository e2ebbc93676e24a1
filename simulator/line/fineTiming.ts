import type { Timing } from "#simulator/chip/wire/bus.ts";

/** A timer of the system comes up to two milliseconds late, which is half a frame on a fast line. */
const COARSE_MS = 2;

/** Wake-ups that are on time to within the turn of the loop; the last two milliseconds of each wait cost a processor. */
export const FINE_TIMING: Timing = {
  nowMs: () => performance.now(),
  wakeAfter: (ms, run) => {
    const dueMs = performance.now() + ms;
    const spin = (): void => {
      if (performance.now() >= dueMs) run();
      else setImmediate(spin);
    };
    if (ms > COARSE_MS) setTimeout(spin, ms - COARSE_MS);
    else spin();
  },
};
