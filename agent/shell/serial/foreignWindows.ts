import { EMPTY_WINDOW, RUN_MAX, type Window } from "#protocol/chip/window.ts";

/** Slow meters are read once a second: one reading makes one window. */
export const FOREIGN_WINDOW_MS = 1_000;
/** A reading stands for at most so many windows; a longer pause was not seen at all. */
const HELD_WINDOWS_MAX = 3;
const KEPT_MAX = 128;
const ARC_LEAST_VOLTS = 8;
const ARC_MOST_VOLTS = 45;

export interface MeterReading {
  voltageVolts: number;
  currentAmps: number;
}

/**
 * Makes numbered windows out of single readings. A reading ends the window that it falls nearest to; windows that
 * nothing was read in are invalid. What happens between two readings is not known, and no window pretends otherwise:
 * a strike or a short is the difference of two readings.
 */
export class ForeignWindows {
  readonly #startMs: number;
  readonly #arcMinAmps: number;
  #kept: Window[] = [];
  #nextSeq = 0;
  #lost = 0;
  #previous: MeterReading = { voltageVolts: 0, currentAmps: 0 };

  /** Windows are counted from `startMs`, on the same monotonic clock as the readings. */
  constructor(startMs: number, arcMinAmps: number) {
    this.#startMs = startMs;
    this.#arcMinAmps = arcMinAmps;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Windows that went before they were confirmed. */
  get lostWindows(): number {
    return this.#lost;
  }

  /** `reading` is null when the meter did not answer. */
  add(atMs: number, closed: boolean, reading: MeterReading | null): void {
    const elapsed = Math.round((atMs - this.#startMs) / FOREIGN_WINDOW_MS) - this.#nextSeq;
    if (elapsed < 1) return;
    if (reading === null) {
      // The next reading may still stand for these, unless too many are missing.
      if (elapsed > HELD_WINDOWS_MAX) this.#missing(elapsed, closed);
      return;
    }
    const held = elapsed <= HELD_WINDOWS_MAX ? elapsed : 1;
    this.#missing(elapsed - held, closed);
    for (let count = 0; count < held; count++) this.#keep(this.#windowOf(reading, closed));
  }

  /** What is kept from `readFrom` on; what lies below `confirmedBelow` is forgotten. */
  read(readFrom: number, confirmedBelow: number): Window[] {
    this.#kept = this.#kept.filter((window) => window.seq + window.run > confirmedBelow);
    return this.#kept.filter((window) => window.seq >= readFrom);
  }

  #missing(windows: number, closed: boolean): void {
    for (let left = windows; left > 0; left -= RUN_MAX) {
      this.#keep({ ...EMPTY_WINDOW, seq: this.#nextSeq, run: Math.min(left, RUN_MAX), closed, invalid: true });
    }
  }

  #windowOf(reading: MeterReading, closed: boolean): Window {
    const { voltageVolts: volts, currentAmps: amps } = reading;
    const flowing = amps >= this.#arcMinAmps;
    const flowedBefore = this.#previous.currentAmps >= this.#arcMinAmps;
    const short = flowing && volts < ARC_LEAST_VOLTS;
    const shortBefore = flowedBefore && this.#previous.voltageVolts < ARC_LEAST_VOLTS;
    const arc = flowing && volts >= ARC_LEAST_VOLTS && volts <= ARC_MOST_VOLTS;
    this.#previous = reading;
    return {
      seq: this.#nextSeq,
      run: 1,
      closed,
      sensorMissing: false,
      invalid: false,
      voltageMeanVolts: volts,
      voltageRmsVolts: Math.abs(volts),
      voltagePeakVolts: volts,
      currentMeanAmps: amps,
      currentRmsAmps: Math.abs(amps),
      currentPeakAmps: amps,
      arcMs: arc ? FOREIGN_WINDOW_MS : 0,
      shortMs: short ? FOREIGN_WINDOW_MS : 0,
      arcFirstMs: 0,
      arcLastMs: arc ? FOREIGN_WINDOW_MS : 0,
      shorts: short && !shortBefore ? 1 : 0,
      strikes: flowing && !flowedBefore ? 1 : 0,
    };
  }

  #keep(window: Window): void {
    this.#kept.push(window);
    this.#nextSeq = window.seq + window.run;
    if (this.#kept.length > KEPT_MAX) this.#lost += this.#kept.shift()?.run ?? 0;
  }
}
