import { arcMinAmpsOf, LOAD_LINE, type Machine, type Piece } from "#simulator/chip/plant/plant.ts";
import type { Random } from "#simulator/chip/plant/random.ts";

export interface ArcSettings {
  amps: number;
  /** Short-circuit transfer (MAG) or droplet shorts (MMA): 0 for none. */
  shortsPerS: number;
  /** Pulsed machines: peak and base current alternate so often; 0 for none. */
  pulseHz: number;
}

/** The memory of a hand's movement, from one millisecond to the next: slow wander, not hiss. */
const WANDER_KEEP = 0.985;
const WANDER_NEW = Math.sqrt(1 - WANDER_KEEP ** 2);
const MAINS_HZ = 50;
const SPREAD_VOLTS = { mma: 1.6, mag: 0.8, tig: 0.7 } as const;

/** Current and voltage of a burning arc, a short circuit and a stuck electrode, one millisecond at a time. */
export class ArcModel {
  readonly #machine: Machine;
  readonly #random: Random;
  #wanderVolts = 0;
  #wanderAmps = 0;
  #toNextShortMs = 0;
  #shortLeftMs = 0;
  #timeMs = 0;
  /** By a modification: another load line. */
  addedVolts = 0;

  constructor(machine: Machine, random: Random) {
    this.#machine = machine;
    this.#random = random;
  }

  /** A fresh arc begins: no short is due at once. */
  ignite(settings: ArcSettings): void {
    this.#shortLeftMs = 0;
    this.#toNextShortMs = this.#shortPeriodMs(settings);
  }

  arc(settings: ArcSettings, into: Piece): void {
    const { process } = this.#machine;
    this.#wander(into.ms);
    const amps = Math.max(arcMinAmpsOf(process) * 1.3, this.#pulsed(settings) * (1 + 0.03 * this.#wanderAmps));
    if (this.#inShort(settings, into.ms)) {
      this.#put(this.#random.between(1.5, 5.5), amps * 1.4, into);
      return;
    }
    const line = LOAD_LINE[process];
    const volts = line.baseVolts + this.addedVolts + line.voltsPerAmp * amps + SPREAD_VOLTS[process] * this.#wanderVolts;
    this.#put(Math.max(9.5, Math.min(line.mostVolts, volts)), amps, into);
  }

  /** Electrode on the work: high current, hardly any voltage. */
  short(settings: ArcSettings, into: Piece): void {
    this.#wander(into.ms);
    this.#put(this.#random.between(1, 4), settings.amps * (1.25 + 0.03 * this.#wanderAmps), into);
  }

  #wander(ms: number): void {
    this.#timeMs = (this.#timeMs + ms) % 60_000;
    this.#wanderVolts = WANDER_KEEP * this.#wanderVolts + WANDER_NEW * this.#random.bell();
    this.#wanderAmps = WANDER_KEEP * this.#wanderAmps + WANDER_NEW * this.#random.bell();
  }

  #pulsed(settings: ArcSettings): number {
    if (settings.pulseHz === 0) return settings.amps;
    const inPeak = (this.#timeMs * settings.pulseHz) % 1000 < 500;
    return settings.amps * (inPeak ? 1.5 : 0.5);
  }

  #inShort(settings: ArcSettings, ms: number): boolean {
    if (settings.shortsPerS === 0) return false;
    if (this.#shortLeftMs > 0) {
      this.#shortLeftMs -= ms;
      return true;
    }
    this.#toNextShortMs -= ms;
    if (this.#toNextShortMs > 0) return false;
    const periodMs = this.#shortPeriodMs(settings);
    // The short's own time is part of the period, or the rate would come out too low.
    const shortMs = Math.max(1, Math.min(Math.round(this.#random.between(2, 4)), Math.floor(periodMs / 3)));
    this.#shortLeftMs = shortMs - ms;
    this.#toNextShortMs = Math.max(1, periodMs - shortMs);
    return true;
  }

  #shortPeriodMs(settings: ArcSettings): number {
    return settings.shortsPerS === 0 ? 0 : (1000 / settings.shortsPerS) * this.#random.between(0.75, 1.25);
  }

  #put(volts: number, amps: number, into: Piece): void {
    into.valid = true;
    into.volts = volts;
    into.amps = amps;
    if (!this.#machine.alternating) return;
    const sine = Math.sin((2 * Math.PI * MAINS_HZ * this.#timeMs) / 1000);
    // An AC arc's voltage is nearly square: it reignites at each zero crossing.
    into.volts = volts * Math.max(-1.05, Math.min(1.05, sine * 6));
    into.amps = amps * Math.SQRT2 * sine;
  }
}
