import type { After } from "#agent/ports.ts";

/** The system's timers. */
export const systemAfter: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};
