import type { Piece, Plant } from "#simulator/chip/plant/plant.ts";
import { type Truth, TruthMeter } from "#simulator/chip/plant/truth.ts";
import { type Calibration, correct } from "#simulator/chip/sensing/calibration.ts";
import { Sensor, type SensorMake } from "#simulator/chip/sensing/sensor.ts";
import { type FinishedWindow, Windower, type WindowFlags } from "#simulator/chip/sensing/windower.ts";

export interface Classing {
  arcMinAmps: number;
  alternating: boolean;
}

/** From the plant to a window: what flows is judged by the truth, sensed, and integrated as the chip was told to. */
export class Instrument {
  readonly sensor: Sensor;
  readonly #plant: Plant;
  readonly #windower: Windower;
  readonly #truth: TruthMeter;
  readonly #flowing: Piece = { volts: 0, amps: 0, ms: 0, valid: true };
  readonly #sensed: Piece = { volts: 0, amps: 0, ms: 0, valid: true };
  #calibration: Calibration;
  #quietMs = Number.POSITIVE_INFINITY;

  constructor(plant: Plant, sensor: SensorMake, told: Classing & { calibration: Calibration }, real: Classing) {
    this.#plant = plant;
    this.sensor = new Sensor(sensor);
    this.#windower = new Windower(told.arcMinAmps, told.alternating);
    this.#truth = new TruthMeter(real.arcMinAmps, real.alternating);
    this.#calibration = told.calibration;
  }

  /** Plant time since an arc or a short circuit was last sensed. */
  get quietMs(): number {
    return this.#quietMs;
  }

  get burning(): boolean {
    return this.#windower.condition !== "none";
  }

  truth(): Truth {
    return this.#truth.read();
  }

  classifyBy({ arcMinAmps, alternating }: Classing): void {
    this.#windower.classifyBy(arcMinAmps, alternating);
  }

  correctBy(calibration: Calibration): void {
    this.#calibration = calibration;
  }

  /** The next reading, `mostMs` long at most. It is reused: copy what you keep. */
  step(powered: boolean, mostMs: number): Piece {
    this.#plant.next(powered, mostMs, this.#flowing);
    this.#truth.feed(this.#flowing);
    this.sensor.read(this.#flowing, this.#sensed);
    correct(this.#sensed, this.#calibration);
    this.#windower.feed(this.#sensed);
    this.#quietMs = this.burning ? 0 : this.#quietMs + this.#sensed.ms;
    return this.#sensed;
  }

  finish(seq: number, flags: WindowFlags): FinishedWindow {
    return this.#windower.finish(seq, flags);
  }
}
