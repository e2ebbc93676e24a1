import { presenceAmps } from "#agent/core/metering/limits.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";
import { EMPTY_WINDOW, type Window } from "#protocol/chip/window.ts";

/** One window as the meter looks at it: placed on the window clock, its values as the machine's kind wants them. */
export interface Seen {
  window: Window;
  startMs: number;
  endMs: number;
  windowMs: number;
  alternating: boolean;
  /** Readings are there: it can show an arc, or a freeze. */
  usable: boolean;
  /** DC: mean less the sensor's zero, signed. AC: RMS. */
  amps: number;
  volts: number;
  peakAmps: number;
  currentPresent: boolean;
}

export function see(window: Window, settings: MeterSettings, zeroAmps: number): Seen {
  const { windowMs, alternating } = settings;
  const startMs = window.seq * windowMs;
  const usable = !window.invalid && !window.sensorMissing;
  const amps = alternating ? window.currentRmsAmps : window.currentMeanAmps - zeroAmps;
  return {
    window,
    startMs,
    endMs: startMs + window.run * windowMs,
    windowMs,
    alternating,
    usable,
    amps,
    volts: alternating ? window.voltageRmsVolts : window.voltageMeanVolts,
    peakAmps: Math.abs(window.currentPeakAmps - (alternating ? 0 : zeroAmps)),
    currentPresent: usable && Math.abs(amps) > presenceAmps(settings),
  };
}

/** Windows that never reached us: nothing is known of them but that they were. */
export function missingWindow(seq: number, run: number): Window {
  return { ...EMPTY_WINDOW, seq, run, invalid: true };
}
