import { presenceAmps } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";

const TIME_CONSTANT_MS = 10_000;

/**
 * The current sensor's zero, followed while the contactor is open. A reading above "current present" is no zero, which
 * also bounds how far it can ever drift. An AC machine is metered by RMS, where an offset hardly shows.
 */
export function trainZero(zeroAmps: number, seen: Seen, settings: MeterSettings): number {
  const { window } = seen;
  if (window.closed || !seen.usable || settings.alternating) return zeroAmps;
  if (Math.abs(window.currentMeanAmps) > presenceAmps(settings)) return zeroAmps;
  const lengthMs = seen.endMs - seen.startMs;
  return zeroAmps + (window.currentMeanAmps - zeroAmps) * (1 - Math.exp(-lengthMs / TIME_CONSTANT_MS));
}
