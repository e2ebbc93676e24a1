import type { Piece } from "#simulator/chip/plant/plant.ts";
import { SlidingRms } from "#simulator/chip/plant/slidingRms.ts";

export interface Truth {
  /** Arcs that are over. */
  arcs: number;
  arcMs: number;
  strikes: number;
  shorts: number;
  stuckMs: number;
  /** An arc burns now; it is not in `arcs` yet. */
  arcing: boolean;
  currentArcMs: number;
  /** Arcs, or what nearly was one, so close to the least length that a sensor may see it otherwise. */
  doubtfulArcs: number;
}

const LEAST_ARC_MS = 300;
const DOUBTFUL_MS = 30;
const MERGED_GAP_MS = 300;
const STUCK_MS = 1_000;
/** Current must have been away for a period of the mains before its return is a strike. */
const QUIET_BEFORE_STRIKE_MS = 20;
/** The RMS of a voltage that collapses passes through the arc's range for a period: that is the strike's short, not an arc. */
const TRANSIT_MS = 20;
const ROUNDING_MS = 1e-6;

/**
 * The plant's own count, by the design's definition of an arc applied to what really flowed, before any sensor:
 * the judge that the agent's count is held against.
 */
export class TruthMeter {
  readonly #arcMinAmps: number;
  readonly #rms: SlidingRms | null;
  #arcs = 0;
  #doubtfulArcs = 0;
  #arcMs = 0;
  #strikes = 0;
  #shorts = 0;
  #stuckMs = 0;
  /** The arc under way: arc and short time so far, and what follows its last arc condition. */
  #bead: { liveMs: number; gapMs: number; shortMs: number } | null = null;
  #shortRunMs = 0;
  #quietMs = Number.POSITIVE_INFINITY;

  constructor(arcMinAmps: number, alternating: boolean) {
    this.#arcMinAmps = arcMinAmps;
    this.#rms = alternating ? new SlidingRms() : null;
  }

  feed(piece: Piece): void {
    if (!piece.valid || !this.#rms) {
      this.#judge(piece.valid, Math.abs(piece.volts), Math.abs(piece.amps), piece.ms);
      return;
    }
    for (let left = piece.ms; left > ROUNDING_MS; left -= 1) {
      const ms = Math.min(1, left);
      this.#rms.feed(piece.volts, piece.amps, ms);
      this.#judge(true, this.#rms.volts, this.#rms.amps, ms);
    }
  }

  read(): Truth {
    const liveMs = this.#bead?.liveMs ?? 0;
    return {
      arcs: this.#arcs,
      arcMs: Math.round(this.#arcMs),
      strikes: this.#strikes,
      shorts: this.#shorts,
      stuckMs: Math.round(this.#stuckMs),
      arcing: liveMs >= LEAST_ARC_MS,
      currentArcMs: Math.round(liveMs),
      doubtfulArcs: this.#doubtfulArcs,
    };
  }

  #judge(valid: boolean, volts: number, amps: number, ms: number): void {
    const flowing = valid && amps >= this.#arcMinAmps;
    const short = flowing && volts < 8;
    const arc = flowing && volts >= 8 && volts <= 45;
    if (flowing && (short || arc)) {
      if (this.#quietMs >= QUIET_BEFORE_STRIKE_MS) this.#strikes += 1;
      this.#quietMs = 0;
    } else if (valid && !flowing) this.#quietMs += ms;
    if (short) this.#onShort(ms);
    else this.#shortRunMs = 0;
    if (arc) this.#onArc(ms);
    else if (!short) this.#onGap(ms);
  }

  #onArc(ms: number): void {
    this.#bead ??= { liveMs: 0, gapMs: 0, shortMs: 0 };
    this.#bead.liveMs += this.#bead.shortMs + ms;
    this.#bead.gapMs = 0;
    this.#bead.shortMs = 0;
  }

  #onShort(ms: number): void {
    if (this.#shortRunMs === 0) this.#shorts += 1;
    const before = this.#shortRunMs;
    this.#shortRunMs += ms;
    const isTransit = this.#rms !== null && before === 0 && (this.#bead?.liveMs ?? 0) <= TRANSIT_MS;
    if (isTransit) this.#bead = null;
    if (this.#bead) this.#bead.shortMs += ms;
    if (this.#shortRunMs < STUCK_MS - ROUNDING_MS) return;
    this.#stuckMs += before < STUCK_MS - ROUNDING_MS ? this.#shortRunMs : ms;
    this.#finish();
  }

  #onGap(ms: number): void {
    if (!this.#bead) return;
    this.#bead.gapMs += ms;
    if (this.#bead.gapMs >= MERGED_GAP_MS - ROUNDING_MS) this.#finish();
  }

  #finish(): void {
    if (this.#bead && Math.abs(this.#bead.liveMs - LEAST_ARC_MS) <= DOUBTFUL_MS) this.#doubtfulArcs += 1;
    if (this.#bead && this.#bead.liveMs >= LEAST_ARC_MS - ROUNDING_MS) {
      this.#arcs += 1;
      this.#arcMs += this.#bead.liveMs;
    }
    this.#bead = null;
  }
}
