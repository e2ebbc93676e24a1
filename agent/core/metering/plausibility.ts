import {
  ARC_LEAST_VOLTS,
  ARC_MOST_VOLTS,
  OPEN_CURRENT_MS,
  PHANTOM_MS,
  PHANTOM_SPREAD_VOLTS,
  presenceAmps,
  REVERSED_MS,
} from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { MeterFact, MeterSettings } from "#agent/core/metering/settings.ts";

/** A condition that is told once when it has lasted long enough. */
interface Episode {
  startMs: number;
  ms: number;
  valueMs: number;
  told: boolean;
}

/** Doubts about the sensor and the contactor. */
export interface Plausibility {
  openCurrent: Episode | null;
  reversed: Episode | null;
  phantom: Episode | null;
  wasClosed: boolean;
  volts: number;
}

export function initialPlausibility(): Plausibility {
  return { openCurrent: null, reversed: null, phantom: null, wasClosed: false, volts: 0 };
}

export function checkPlausibility(doubts: Plausibility, seen: Seen, settings: MeterSettings): MeterFact[] {
  if (!seen.usable) return [];
  const facts = [...checkOpenCurrent(doubts, seen), ...checkReversed(doubts, seen, settings), ...checkPhantom(doubts, seen, settings)];
  doubts.wasClosed = seen.window.closed;
  doubts.volts = seen.volts;
  return facts;
}

/** The first open window after a closed one may hold the last of a current that was allowed. */
function checkOpenCurrent(doubts: Plausibility, seen: Seen): MeterFact[] {
  if (seen.window.closed || doubts.wasClosed || !seen.currentPresent) {
    doubts.openCurrent = null;
    return [];
  }
  const episode = lengthen(doubts.openCurrent, seen, Math.abs(seen.amps));
  doubts.openCurrent = episode;
  if (episode.told || episode.ms <= OPEN_CURRENT_MS) return [];
  episode.told = true;
  return [{ type: "currentWhileOpen", atMs: episode.startMs, forMs: episode.ms, amps: episode.valueMs / episode.ms }];
}

/** Told once until current flows the right way: a reversed sensor shows itself at every arc. */
function checkReversed(doubts: Plausibility, seen: Seen, settings: MeterSettings): MeterFact[] {
  if (settings.alternating) return [];
  const thresholdAmps = presenceAmps(settings);
  if (seen.amps > -thresholdAmps) {
    if (!doubts.reversed?.told || seen.amps > thresholdAmps) doubts.reversed = null;
    return [];
  }
  const episode = lengthen(doubts.reversed, seen, seen.amps);
  doubts.reversed = episode;
  if (episode.told || episode.ms < REVERSED_MS) return [];
  episode.told = true;
  return [{ type: "reversedSensor", atMs: episode.startMs, meanAmps: episode.valueMs / episode.ms }];
}

/**
 * Arc-like voltage with no current: somebody welds around the sensor. The voltage must lie in the arc's range and move as an
 * arc's does, by more than 1 V between mean and peak or from one window to the next, for 10 s in sum; calm windows count
 * against it. VRD and low open-circuit voltage stand still, so they never add up. One-reading windows judge by their steps alone.
 */
function checkPhantom(doubts: Plausibility, seen: Seen, settings: MeterSettings): MeterFact[] {
  const { window } = seen;
  const absent = Math.abs(seen.amps) < Math.min(presenceAmps(settings), settings.arcMinAmps) && window.arcMs === 0;
  const volts = Math.abs(seen.volts);
  if (!window.closed || !absent || window.shortMs > 0) {
    doubts.phantom = null;
    return [];
  }
  const arcLike = volts >= ARC_LEAST_VOLTS && volts <= ARC_MOST_VOLTS;
  const spread = Math.max(Math.abs(window.voltagePeakVolts) - volts, Math.abs(seen.volts - doubts.volts));
  if (!arcLike || spread <= PHANTOM_SPREAD_VOLTS || window.run > 1) {
    doubts.phantom = shorten(doubts.phantom, seen);
    return [];
  }
  const episode = lengthen(doubts.phantom, seen, volts);
  doubts.phantom = episode;
  if (episode.told || episode.ms < PHANTOM_MS) return [];
  episode.told = true;
  return [{ type: "voltageWithoutCurrent", atMs: episode.startMs, forMs: episode.ms, meanVolts: episode.valueMs / episode.ms }];
}

function lengthen(before: Episode | null, seen: Seen, value: number): Episode {
  const lengthMs = seen.endMs - seen.startMs;
  const from = before ?? { startMs: seen.startMs, ms: 0, valueMs: 0, told: false };
  return { ...from, ms: from.ms + lengthMs, valueMs: from.valueMs + value * lengthMs };
}

function shorten(before: Episode | null, seen: Seen): Episode | null {
  const lengthMs = seen.endMs - seen.startMs;
  if (!before || before.ms <= lengthMs) return null;
  return { ...before, ms: before.ms - lengthMs, valueMs: before.valueMs * (1 - lengthMs / before.ms) };
}
