import type { Window } from "#protocol/chip/window.ts";

/** Hand-made windows of 100 ms for tables; every one differs a little from the last, as real ones do. */
export interface Made {
  volts?: number;
  amps?: number;
  arcMs?: number;
  shortMs?: number;
  arcFirstMs?: number;
  arcLastMs?: number;
  shorts?: number;
  strikes?: number;
  closed?: boolean;
  invalid?: boolean;
  sensorMissing?: boolean;
  run?: number;
  /** Identical to the last of its kind in every figure. */
  still?: boolean;
  spreadVolts?: number;
}

export function makeWindow(seq: number, made: Made, windowMs = 100): Window {
  const wobble = made.still ? 0 : ((seq % 7) + 1) / 10;
  const volts = made.volts === undefined || made.volts === 0 ? 0 : made.volts + wobble;
  const amps = made.amps === undefined || made.amps === 0 ? 0 : made.amps + wobble;
  const arcMs = made.arcMs ?? 0;
  return {
    seq,
    run: made.run ?? 1,
    closed: made.closed ?? true,
    sensorMissing: made.sensorMissing ?? false,
    invalid: made.invalid ?? false,
    voltageMeanVolts: volts,
    voltageRmsVolts: Math.abs(volts),
    voltagePeakVolts: volts + Math.sign(volts) * (made.spreadVolts ?? 0.5),
    currentMeanAmps: amps,
    currentRmsAmps: Math.abs(amps),
    currentPeakAmps: amps * 1.1,
    arcMs,
    shortMs: made.shortMs ?? 0,
    arcFirstMs: made.arcFirstMs ?? 0,
    arcLastMs: made.arcLastMs ?? (arcMs > 0 ? windowMs : 0),
    shorts: made.shorts ?? 0,
    strikes: made.strikes ?? 0,
  };
}

export const ARC: Made = { volts: 25, amps: 120, arcMs: 100 };
export const NO_LOAD: Made = { volts: 68 };
export const SHORT: Made = { volts: 3, amps: 160, shortMs: 100 };
export const OPEN: Made = { closed: false };
export const HOLE: Made = { invalid: true };

/** `[windows, what each of them shows]`, one after the other. */
export function sequence(...parts: readonly [number, Made][]): Window[] {
  const windows: Window[] = [];
  let seq = 0;
  for (const [count, made] of parts) {
    for (let i = 0; i < count; i++) {
      windows.push(makeWindow(seq, made));
      seq += made.run ?? 1;
    }
  }
  return windows;
}
