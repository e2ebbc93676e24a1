import type { OpenCircuit } from "#simulator/chip/plant/openCircuit.ts";
import type { Piece, Plant } from "#simulator/chip/plant/plant.ts";
import type { Recording } from "#simulator/chip/plant/recording.ts";

/** A hole longer than this, and than three median steps, is invalid after one median step. */
const LEAST_HOLE_MS = 250;
const ROUNDING_MS = 1e-6;

/**
 * Plays a recording from the moment when power first reaches the machine. Each row holds until the next; holes are invalid; nothing is added.
 * Without power the recording goes on, but no current flows. After its end: open circuit.
 */
export class Player implements Plant {
  readonly #recording: Recording;
  readonly #open: OpenCircuit;
  readonly #holeMs: number;
  #row = -1;
  /** Since the recording's first row. */
  #atMs = 0;
  /** Of the plant's clock. */
  #elapsedMs = 0;
  #startedAtMs: number | null = null;

  constructor(recording: Recording, open: OpenCircuit) {
    this.#recording = recording;
    this.#open = open;
    this.#holeMs = Math.max(3 * recording.medianStepMs, LEAST_HOLE_MS) + ROUNDING_MS;
  }

  /** Plant time at which the recording's first row was played; null before. */
  get startedAtMs(): number | null {
    return this.#startedAtMs;
  }

  /** Plant time at which the recording's `t_s` was 0. */
  get zeroAtMs(): number | null {
    return this.#startedAtMs === null ? null : this.#startedAtMs - this.#recording.firstS * 1000;
  }

  get done(): boolean {
    return this.#row >= this.#recording.rows;
  }

  next(powered: boolean, mostMs: number, into: Piece): void {
    if (this.#startedAtMs === null && powered) {
      this.#startedAtMs = this.#elapsedMs;
      this.#row = 0;
    }
    if (this.#startedAtMs === null || this.done) this.#open.next(powered, mostMs, into);
    else this.#play(powered, mostMs, into);
    this.#elapsedMs += into.ms;
  }

  #play(powered: boolean, mostMs: number, into: Piece): void {
    const endsMs = this.#recording.atMs[this.#row + 1] ?? this.#lastRowEndsMs();
    const beganMs = this.#recording.atMs[this.#row] ?? 0;
    const holdsUntilMs = endsMs - beganMs > this.#holeMs ? beganMs + this.#recording.medianStepMs : endsMs;
    into.valid = this.#atMs < holdsUntilMs - ROUNDING_MS;
    const untilMs = into.valid ? holdsUntilMs : endsMs;
    into.ms = Math.min(mostMs, untilMs - this.#atMs);
    into.amps = powered && into.valid ? (this.#recording.amps[this.#row] ?? 0) : 0;
    into.volts = powered && into.valid ? (this.#recording.volts[this.#row] ?? 0) : 0;
    this.#atMs += into.ms;
    if (this.#atMs < endsMs - ROUNDING_MS) return;
    // Land on the row's own time: sums of steps drift.
    this.#atMs = endsMs;
    this.#row += 1;
  }

  #lastRowEndsMs(): number {
    return (this.#recording.atMs[this.#recording.rows - 1] ?? 0) + this.#recording.medianStepMs;
  }
}
