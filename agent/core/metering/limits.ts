import type { MeterSettings } from "#agent/core/metering/settings.ts";

/** What counts as an arc (design "What counts as an arc"). */
export const ARC_LEAST_MS = 300;
/** So long of neither arc nor short ends an arc; less merges. */
export const GAP_ENDS_ARC_MS = 300;
/** A short circuit longer than this is a stuck electrode. */
export const STUCK_MS = 1000;
/** An AC machine is classified by the RMS of so long a time. */
export const RMS_SPAN_MS = 20;
/** An arc shorter than this with a re-strike soon after it was lost, and makes no bead. */
export const LOST_ARC_MS = 1000;
export const RESTRIKE_WITHIN_MS = 3000;

export const FROZEN_MS = 10_000;
/** A channel seldom freezes on a window's edge: up to so much of the stretch lies in windows that are only partly frozen. */
export const FROZEN_EDGE_MS = 100;

export const ARC_LEAST_VOLTS = 8;
export const ARC_MOST_VOLTS = 45;

/** More than this is "current present" for faults and for the freeze rule. */
export function presenceAmps(settings: MeterSettings): number {
  return Math.max(8, 0.03 * settings.ratedAmps, 0.02 * settings.sensorRangeAmps);
}
