import type { Window } from "#protocol/chip/window.ts";
import type { Piece } from "#simulator/chip/plant/plant.ts";
import { SlidingRms } from "#simulator/chip/plant/slidingRms.ts";

export interface WindowFlags {
  closed: boolean;
  sensorMissing: boolean;
}

/** A finished window, and the integrals that its record does not carry. */
export interface FinishedWindow {
  window: Window;
  chargeAmpereSeconds: number;
  energyJoules: number;
}

type Condition = "none" | "short" | "arc";

const SHORT_BELOW_VOLTS = 8;
const ARC_BELOW_VOLTS = 45;
/** Current must have been away for a period of the mains before its return is a strike. */
const QUIET_BEFORE_STRIKE_MS = 20;
const ROUNDING_MS = 1e-6;

/** Integrates readings of any length into one window at a time, weighted by their time. Nothing is sampled away. */
export class Windower {
  #arcMinAmps: number;
  #rms: SlidingRms | null;
  #condition: Condition = "none";
  #quietMs = Number.POSITIVE_INFINITY;
  #sums = emptySums();

  constructor(arcMinAmps: number, alternating: boolean) {
    this.#arcMinAmps = arcMinAmps;
    this.#rms = alternating ? new SlidingRms() : null;
  }

  /** From the next reading on. */
  classifyBy(arcMinAmps: number, alternating: boolean): void {
    this.#arcMinAmps = arcMinAmps;
    if (alternating !== (this.#rms !== null)) this.#rms = alternating ? new SlidingRms() : null;
  }

  /** The arc condition, and that of a short circuit, as of the last reading. */
  get condition(): Condition {
    return this.#condition;
  }

  /** The caller splits readings at the window's end. */
  feed(reading: Piece): void {
    const sums = this.#sums;
    if (!reading.valid) {
      sums.atMs += reading.ms;
      this.#condition = "none";
      this.#rms?.clear();
      return;
    }
    integrate(sums, reading);
    if (!this.#rms) {
      this.#classify(Math.abs(reading.volts), Math.abs(reading.amps), reading.ms);
      return;
    }
    for (let left = reading.ms; left > ROUNDING_MS; left -= 1) {
      const ms = Math.min(1, left);
      this.#rms.feed(reading.volts, reading.amps, ms);
      this.#classify(this.#rms.volts, this.#rms.amps, ms);
    }
  }

  finish(seq: number, flags: WindowFlags): FinishedWindow {
    const sums = this.#sums;
    this.#sums = emptySums();
    const over = sums.validMs || 1;
    return {
      window: {
        seq,
        run: 1,
        ...flags,
        invalid: sums.validMs <= ROUNDING_MS,
        voltageMeanVolts: sums.volts / over,
        voltageRmsVolts: Math.sqrt(sums.voltsSquared / over),
        voltagePeakVolts: sums.voltsPeak,
        currentMeanAmps: sums.amps / over,
        currentRmsAmps: Math.sqrt(sums.ampsSquared / over),
        currentPeakAmps: sums.ampsPeak,
        arcMs: sums.arcMs,
        shortMs: sums.shortMs,
        arcFirstMs: Math.max(0, sums.arcFirstMs),
        arcLastMs: sums.arcLastMs,
        shorts: sums.shorts,
        strikes: sums.strikes,
      },
      chargeAmpereSeconds: sums.charge / 1000,
      energyJoules: Math.max(0, sums.energy / 1000),
    };
  }

  #classify(volts: number, amps: number, ms: number): void {
    const sums = this.#sums;
    const flowing = amps >= this.#arcMinAmps;
    const condition = !flowing || volts > ARC_BELOW_VOLTS ? "none" : volts < SHORT_BELOW_VOLTS ? "short" : "arc";
    if (condition !== "none") {
      if (this.#quietMs >= QUIET_BEFORE_STRIKE_MS) sums.strikes += 1;
      this.#quietMs = 0;
    } else if (!flowing) this.#quietMs += ms;
    if (condition === "short") {
      if (this.#condition !== "short") sums.shorts += 1;
      sums.shortMs += ms;
    } else if (condition === "arc") {
      if (sums.arcFirstMs < 0) sums.arcFirstMs = sums.atMs;
      sums.arcMs += ms;
      sums.arcLastMs = sums.atMs + ms;
    }
    this.#condition = condition;
    sums.atMs += ms;
  }
}

interface Sums {
  /** Position in the window. */
  atMs: number;
  validMs: number;
  volts: number;
  voltsSquared: number;
  voltsPeak: number;
  amps: number;
  ampsSquared: number;
  ampsPeak: number;
  charge: number;
  energy: number;
  arcMs: number;
  shortMs: number;
  /** Negative until the arc condition was met. */
  arcFirstMs: number;
  arcLastMs: number;
  shorts: number;
  strikes: number;
}

function emptySums(): Sums {
  return {
    atMs: 0,
    validMs: 0,
    volts: 0,
    voltsSquared: 0,
    voltsPeak: 0,
    amps: 0,
    ampsSquared: 0,
    ampsPeak: 0,
    charge: 0,
    energy: 0,
    arcMs: 0,
    shortMs: 0,
    arcFirstMs: -1,
    arcLastMs: 0,
    shorts: 0,
    strikes: 0,
  };
}

function integrate(sums: Sums, { volts, amps, ms }: Piece): void {
  sums.validMs += ms;
  sums.volts += volts * ms;
  sums.voltsSquared += volts * volts * ms;
  sums.amps += amps * ms;
  sums.ampsSquared += amps * amps * ms;
  sums.charge += Math.abs(amps) * ms;
  sums.energy += volts * amps * ms;
  if (Math.abs(volts) > Math.abs(sums.voltsPeak)) sums.voltsPeak = volts;
  if (Math.abs(amps) > Math.abs(sums.ampsPeak)) sums.ampsPeak = amps;
}
