import type { Piece } from "#simulator/chip/plant/plant.ts";

export interface SensorMake {
  rangeAmps: number;
  rangeVolts: number;
  ampsStep: number;
  voltsStep: number;
  ampsOffset: number;
  voltsOffset: number;
  /** What is read of what is true, where the chip was told another range than the sensor has. */
  scale?: { amps: number; volts: number };
}

export type Channel = "voltage" | "current";
export type ShortedLeads = Channel | "both";

/** Shunt and divider behind their converters: a resolution, an offset, a range; and what can go wrong with them. */
export class Sensor {
  readonly #make: SensorMake;
  #frozenVolts: number | null = null;
  #frozenAmps: number | null = null;
  #lastVolts = 0;
  #lastAmps = 0;
  unplugged = false;
  /** Sense leads that somebody bridged: the converter measures its own zero. Null: none. */
  shorted: ShortedLeads | null = null;
  /** How its leads are connected: factors of what is true, and a zero that is off by so much of the range. */
  wires = { ampsGain: 1, voltsGain: 1, driftPartOfRange: 0 };

  constructor(make: SensorMake) {
    this.#make = make;
  }

  /** What the converters say of `flowing`. */
  read(flowing: Piece, into: Piece): void {
    const { rangeAmps, rangeVolts, ampsStep, voltsStep, ampsOffset, voltsOffset, scale } = this.#make;
    into.ms = flowing.ms;
    into.valid = flowing.valid;
    const { ampsGain, voltsGain, driftPartOfRange } = this.wires;
    const voltsSensed = this.shorted === "voltage" || this.shorted === "both" ? 0 : flowing.volts * voltsGain;
    const ampsSensed = this.shorted === "current" || this.shorted === "both" ? 0 : flowing.amps * ampsGain;
    const volts = this.#frozenVolts ?? quantise((voltsSensed + voltsOffset) * (scale?.volts ?? 1), voltsStep, rangeVolts);
    const amps =
      this.#frozenAmps ?? quantise((ampsSensed + ampsOffset) * (scale?.amps ?? 1) + driftPartOfRange * rangeAmps, ampsStep, rangeAmps);
    into.volts = this.unplugged ? 0 : volts;
    into.amps = this.unplugged ? 0 : amps;
    this.#lastVolts = into.volts;
    this.#lastAmps = into.amps;
  }

  /** The channel repeats its last reading, whatever flows. */
  freeze(channel: Channel, on: boolean): void {
    if (channel === "voltage") this.#frozenVolts = on ? this.#lastVolts : null;
    else this.#frozenAmps = on ? this.#lastAmps : null;
  }
}

function quantise(value: number, step: number, range: number): number {
  const clipped = Math.max(-range, Math.min(range, value));
  return Math.round(clipped / step) * step;
}
