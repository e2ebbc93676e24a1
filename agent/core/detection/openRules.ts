/** What must not be while the contactor is commanded open, locked or not: current, and open-circuit voltage. */
import { type Episode, follow, meanOf } from "#agent/core/detection/episode.ts";
import type { Found } from "#agent/core/detection/finding.ts";
import { presenceAmps } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";

/** A strike's touches come with pauses: a pause takes off a quarter of itself. */
const CURRENT_RULE = { holdMs: 500, pausePart: 0.25, rearmMs: 60_000 };
/** Inverters hold their charge: judged only so long after opening (design "What counts as an arc"). */
const JUDGED_AFTER_MS = 60_000;
/** Below the lowest voltage that a VRD leaves, far above any sensor's offset. */
const OPEN_VOLTS = 9;
const VOLTAGE_RULE = { holdMs: 700, pausePart: 1, rearmMs: 60_000 };

export interface OpenWatch {
  current: Episode | null;
  voltage: Episode | null;
  wasClosed: boolean;
  /** Since the contactor was last closed, or since the chip was first met. */
  openMs: number;
}

export function initialOpenWatch(): OpenWatch {
  return { current: null, voltage: null, wasClosed: true, openMs: 0 };
}

export function watchOpen(watch: OpenWatch, seen: Seen, settings: MeterSettings): Found[] {
  const { closed } = seen.window;
  const found = seen.usable ? [...watchCurrent(watch, seen, settings), ...watchVoltage(watch, seen)] : [];
  watch.openMs = closed ? 0 : watch.openMs + seen.endMs - seen.startMs;
  watch.wasClosed = closed;
  return found;
}

/** The first open window after a closed one may hold the last of a current that was allowed. */
function watchCurrent(watch: OpenWatch, seen: Seen, settings: MeterSettings): Found[] {
  const thresholdAmps = presenceAmps(settings);
  const flows = !seen.window.closed && !watch.wasClosed && Math.abs(seen.amps) > thresholdAmps;
  const { episode, met } = follow(watch.current, seen, flows ? Math.abs(seen.amps) : null, CURRENT_RULE);
  watch.current = episode;
  if (!met || !episode) return [];
  const measure = { quantity: "amps", measured: meanOf(episode), threshold: thresholdAmps } as const;
  return [{ name: "suspectedModifiedWelder", reason: "currentWhileOpen", measure: { ...measure, ...spanOf(episode, seen) } }];
}

/** Only the part of a run beyond the sixty seconds counts. */
function watchVoltage(watch: OpenWatch, seen: Seen): Found[] {
  const judgedFromMs = seen.startMs + Math.max(0, JUDGED_AFTER_MS - watch.openMs);
  if (seen.window.closed) {
    watch.voltage = follow(watch.voltage, seen, null, VOLTAGE_RULE).episode;
    return [];
  }
  if (judgedFromMs >= seen.endMs) return [];
  const judged = { startMs: judgedFromMs, endMs: seen.endMs };
  const volts = Math.abs(seen.volts);
  const { episode, met } = follow(watch.voltage, judged, volts > OPEN_VOLTS ? volts : null, VOLTAGE_RULE);
  watch.voltage = episode;
  if (!met || !episode) return [];
  const measure = { quantity: "volts", measured: meanOf(episode), threshold: OPEN_VOLTS } as const;
  return [{ name: "suspectedModifiedWelder", reason: "voltageWhileOpen", measure: { ...measure, ...spanOf(episode, seen) } }];
}

function spanOf({ startMs }: Episode, { endMs }: Seen): { atMs: number; forMs: number } {
  return { atMs: startMs, forMs: endMs - startMs };
}
