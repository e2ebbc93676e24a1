/** What one session says of its machine's electrical make. */
import { addSample, median, noSamples, type Samples } from "#agent/core/detection/samples.ts";
import { ARC_LEAST_VOLTS } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";

/** The conventional load lines rise by 0.04 to 0.05 V/A (GB/T 15579.1): what is left of the voltage is the machine's and the arc's. */
const LOAD_LINE_VOLTS_PER_AMP = 0.04;
const ARC_FILLS_PART = 0.6;
const ENOUGH_SAMPLES = 10;
const ENOUGH_ARC_MS = 20_000;

export interface SessionSums {
  noLoad: Samples;
  loadLine: Samples;
  closedMs: number;
  arcMs: number;
  shorts: number;
  hadCurrent: boolean;
  wasNoLoad: boolean;
}

/** Null where the session had too little of it. */
export interface Signature {
  noLoadVolts: number | null;
  loadLineVolts: number | null;
  shortsPerS: number | null;
}

export function noSums(): SessionSums {
  return { noLoad: noSamples(), loadLine: noSamples(), closedMs: 0, arcMs: 0, shorts: 0, hadCurrent: false, wasNoLoad: false };
}

export function addToSums(sums: SessionSums, seen: Seen): void {
  const { window, windowMs } = seen;
  if (!window.closed || !seen.usable) {
    sums.wasNoLoad = false;
    return;
  }
  sums.closedMs += seen.endMs - seen.startMs;
  sums.arcMs += window.arcMs + window.shortMs;
  sums.shorts += window.shorts;
  sums.hadCurrent ||= seen.currentPresent || window.arcMs + window.shortMs > 0;
  const volts = Math.abs(seen.volts);
  const isNoLoad = !seen.currentPresent && window.arcMs + window.shortMs === 0 && volts >= ARC_LEAST_VOLTS;
  // The first window after a load may hold some of it.
  if (isNoLoad && (sums.wasNoLoad || window.run > 1)) addSample(sums.noLoad, volts);
  sums.wasNoLoad = isNoLoad;
  if (window.run === 1 && window.arcMs >= ARC_FILLS_PART * windowMs) {
    addSample(sums.loadLine, volts - LOAD_LINE_VOLTS_PER_AMP * Math.abs(seen.amps));
  }
}

export function signatureOf({ noLoad, loadLine, arcMs, shorts }: SessionSums): Signature {
  const enough = arcMs >= ENOUGH_ARC_MS;
  return {
    noLoadVolts: noLoad.values.length >= ENOUGH_SAMPLES ? median(noLoad.values) : null,
    loadLineVolts: enough && loadLine.values.length >= ENOUGH_SAMPLES ? median(loadLine.values) : null,
    shortsPerS: enough ? (shorts * 1000) / arcMs : null,
  };
}
