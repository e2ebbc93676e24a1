import { WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock, encodeBlock } from "#protocol/chip/codec.ts";

/**
 * What the chip (or a driver for a slow meter) says about one stretch of time.
 * `seq` numbers windows since the chip's boot; `run` like idle windows share one record.
 * Means, RMS and peaks are over the readings that the window had; times are milliseconds of the window.
 */
export interface Window {
  seq: number;
  run: number;
  closed: boolean;
  sensorMissing: boolean;
  /** No reading in it at all: neither arc nor freeze. */
  invalid: boolean;
  voltageMeanVolts: number;
  voltageRmsVolts: number;
  voltagePeakVolts: number;
  currentMeanAmps: number;
  currentRmsAmps: number;
  currentPeakAmps: number;
  /** Arc condition: I ≥ the arc's least current and U 8–45 V (shorts not counted). */
  arcMs: number;
  /** I ≥ the arc's least current and U < 8 V. */
  shortMs: number;
  /** Where in the window the arc condition first began and last ended; both 0 when `arcMs` is 0. */
  arcFirstMs: number;
  arcLastMs: number;
  /** Short circuits begun in the window. */
  shorts: number;
  /** Current rises from nothing into a short or an arc. */
  strikes: number;
}

/** A window in which nothing was seen: what a reading, or its absence, is added to. */
export const EMPTY_WINDOW: Readonly<Window> = {
  seq: 0,
  run: 1,
  closed: false,
  sensorMissing: false,
  invalid: false,
  voltageMeanVolts: 0,
  voltageRmsVolts: 0,
  voltagePeakVolts: 0,
  currentMeanAmps: 0,
  currentRmsAmps: 0,
  currentPeakAmps: 0,
  arcMs: 0,
  shortMs: 0,
  arcFirstMs: 0,
  arcLastMs: 0,
  shorts: 0,
  strikes: 0,
};

const PARTS = 200;
const CLOSED = 0x8000;
const SENSOR_MISSING = 0x4000;
const INVALID = 0x2000;
export const RUN_MAX = 0x0fff;

export function encodeWindow(window: Window, windowMs: number): Uint16Array {
  const part = (ms: number) => Math.max(0, Math.min(PARTS, Math.round((ms * PARTS) / windowMs)));
  const flags = (window.closed ? CLOSED : 0) | (window.sensorMissing ? SENSOR_MISSING : 0) | (window.invalid ? INVALID : 0);
  // A sliver of arc must not vanish in rounding: the edges would lose their meaning.
  const arcPart = window.arcMs > 0 ? Math.max(1, part(window.arcMs)) : 0;
  return encodeBlock(WINDOW, {
    flagsAndRun: flags | Math.min(window.run, RUN_MAX),
    voltageMeanVolts: window.voltageMeanVolts,
    voltageRmsVolts: window.voltageRmsVolts,
    voltagePeakVolts: window.voltagePeakVolts,
    currentMeanAmps: window.currentMeanAmps,
    currentRmsAmps: window.currentRmsAmps,
    currentPeakAmps: window.currentPeakAmps,
    arcAndShort: (arcPart << 8) | part(window.shortMs),
    arcEdges: (part(window.arcFirstMs) << 8) | part(window.arcLastMs),
    shortsAndStrikes: (Math.min(255, window.shorts) << 8) | Math.min(255, window.strikes),
  });
}

/** `words` is one record, 10 words; `seq` comes from the page's `firstSeq` plus the runs before it. */
export function decodeWindow(words: readonly number[] | Uint16Array, seq: number, windowMs: number): Window {
  const record = decodeBlock(WINDOW, words);
  const ms = (parts: number) => (parts * windowMs) / PARTS;
  return {
    seq,
    run: record.flagsAndRun & RUN_MAX,
    closed: (record.flagsAndRun & CLOSED) !== 0,
    sensorMissing: (record.flagsAndRun & SENSOR_MISSING) !== 0,
    invalid: (record.flagsAndRun & INVALID) !== 0,
    voltageMeanVolts: record.voltageMeanVolts,
    voltageRmsVolts: record.voltageRmsVolts,
    voltagePeakVolts: record.voltagePeakVolts,
    currentMeanAmps: record.currentMeanAmps,
    currentRmsAmps: record.currentRmsAmps,
    currentPeakAmps: record.currentPeakAmps,
    arcMs: ms(record.arcAndShort >> 8),
    shortMs: ms(record.arcAndShort & 0xff),
    arcFirstMs: ms(record.arcEdges >> 8),
    arcLastMs: ms(record.arcEdges & 0xff),
    shorts: record.shortsAndStrikes >> 8,
    strikes: record.shortsAndStrikes & 0xff,
  };
}
