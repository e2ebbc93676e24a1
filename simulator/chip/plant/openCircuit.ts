import type { Machine, Piece } from "#simulator/chip/plant/plant.ts";
import type { Random } from "#simulator/chip/plant/random.ts";

const OPEN_CIRCUIT_VOLTS = { mma: [62, 78], mag: [48, 58], tig: [60, 72] } as const;
const VRD_VOLTS = 15;
/** An inverter holds its charge after the contactor opens; a transformer does not. */
const DISCHARGE_MS = 3_000;
const MAINS_HZ = 50;
const LONGEST_PIECE_MS = 20;

/** The output terminals while nothing is welded: open-circuit voltage, reduced by a VRD, fading when the power goes. */
export class OpenCircuit {
  readonly #machine: Machine;
  readonly #random: Random;
  readonly #ratedVolts: number;
  #volts = 0;
  /** By a modification. */
  addedVolts = 0;
  #phaseMs = 0;

  constructor(machine: Machine, random: Random) {
    this.#machine = machine;
    this.#random = random;
    const [least, most] = OPEN_CIRCUIT_VOLTS[machine.process];
    this.#ratedVolts = machine.vrd ? VRD_VOLTS : random.between(least, most);
  }

  next(powered: boolean, mostMs: number, into: Piece): void {
    into.valid = true;
    into.amps = 0;
    if (this.#machine.alternating) this.#alternate(powered, mostMs, into);
    else this.#hold(powered, mostMs, into);
  }

  #hold(powered: boolean, mostMs: number, into: Piece): void {
    into.ms = Math.min(mostMs, LONGEST_PIECE_MS);
    if (powered) this.#volts = this.#ratedVolts + this.addedVolts + 0.1 * this.#random.bell();
    else this.#volts = this.#volts < 0.05 ? 0 : this.#volts * Math.exp(-into.ms / DISCHARGE_MS);
    into.volts = this.#volts;
  }

  #alternate(powered: boolean, mostMs: number, into: Piece): void {
    into.ms = powered ? Math.min(mostMs, 1) : Math.min(mostMs, LONGEST_PIECE_MS);
    this.#phaseMs = (this.#phaseMs + into.ms) % (1000 / MAINS_HZ);
    const sine = Math.sin((2 * Math.PI * MAINS_HZ * this.#phaseMs) / 1000);
    into.volts = powered ? Math.SQRT2 * (this.#ratedVolts + this.addedVolts) * sine : 0;
  }
}
