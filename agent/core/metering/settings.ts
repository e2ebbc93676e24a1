/** What the meter must know of the machine; from its GB/T 10249 designation and its sensor. */
export interface MeterSettings {
  windowMs: number;
  /** 15 A; TIG 5 A. */
  arcMinAmps: number;
  alternating: boolean;
  ratedAmps: number;
  /** Rated duty cycle at `ratedAmps`, 0–1, over 10 minutes. */
  ratedDutyCycle: number;
  sensorRangeAmps: number;
}

/** One arc as the definition counts it. Times are milliseconds of the chip's window clock (seq × windowMs). */
export interface ArcRecord {
  startMs: number;
  endMs: number;
  /** endMs − startMs less gaps merged: arc and short-circuit time together. */
  arcMs: number;
  meanAmps: number;
  meanVolts: number;
  peakAmps: number;
  strikes: number;
  shorts: number;
  shortMs: number;
  chargeAmpereSeconds: number;
  energyJoules: number;
  /** How it ended: current gone, electrode stuck, contactor opened, readings missing or withdrawn as frozen ("missing"). */
  ending: "off" | "stuck" | "opened" | "missing";
}

/**
 * Since the session began. Arcs, their time, charge and energy are of arcs that have ended; strikes, shorts and `shortMs` are
 * of every window with the contactor closed, as the chip counts them (`stuckMs` is a part of `shortMs`). Frozen windows count nowhere.
 */
export interface SessionTotals {
  arcs: number;
  arcMs: number;
  strikes: number;
  shorts: number;
  shortMs: number;
  stuckMs: number;
  noLoadMs: number;
  chargeAmpereSeconds: number;
  energyJoules: number;
}

/** What the meter found in the windows it was given, in order of time. */
export type MeterFact =
  | { type: "arcStarted"; atMs: number }
  | { type: "arcEnded"; arc: ArcRecord }
  | { type: "stuckElectrode"; startMs: number; endMs: number; meanAmps: number }
  | { type: "dutyCycleExceeded"; atMs: number; dutyCycle: number; allowedDutyCycle: number; meanAmps: number }
  | { type: "frozenReading"; channel: "voltage" | "current"; startMs: number; endMs: number; withdrawnArcMs: number }
  | { type: "windowsLost"; fromSeq: number; count: number };
