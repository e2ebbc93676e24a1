import type { ChipFault } from "#protocol/chip/arcgateChip.ts";

/** What the chip sees of its machine during one reading. */
interface Sighting {
  ms: number;
  amps: number;
  commandedClosed: boolean;
  mirrorClosed: boolean;
  sensorMissing: boolean;
}

const LATCH_AFTER_MS = 500;
/** An AC current is nothing at each zero crossing; only a pause of a mains period ends it. */
const CURRENT_PAUSE_MS = 20;
const LEAST_PRESENT_AMPS = 8;
const PRESENT_PART_OF_RANGE = 0.02;

/** Tells a fault from a passing moment: each must last for 500 ms. */
export class Supervision {
  readonly #presentAmps: number;
  #currentMs = 0;
  #pauseMs = 0;
  #mirrorMs = 0;
  #missingMs = 0;

  constructor(sensorRangeAmps: number) {
    this.#presentAmps = Math.max(LEAST_PRESENT_AMPS, PRESENT_PART_OF_RANGE * sensorRangeAmps);
  }

  isPresent(amps: number): boolean {
    return Math.abs(amps) > this.#presentAmps;
  }

  /** The fault that this reading completes. */
  watch(sighting: Sighting): ChipFault {
    this.#watchCurrent(sighting);
    this.#mirrorMs = sighting.mirrorClosed === sighting.commandedClosed ? 0 : this.#mirrorMs + sighting.ms;
    this.#missingMs = sighting.sensorMissing ? this.#missingMs + sighting.ms : 0;
    if (this.#mirrorMs > LATCH_AFTER_MS) return sighting.mirrorClosed ? "weldedContact" : "mirrorDisagrees";
    if (this.#currentMs > LATCH_AFTER_MS) return "currentWhileOpen";
    return this.#missingMs > LATCH_AFTER_MS ? "sensorMissing" : "none";
  }

  #watchCurrent({ amps, ms, commandedClosed }: Sighting): void {
    const present = !commandedClosed && this.isPresent(amps);
    this.#pauseMs = present ? 0 : this.#pauseMs + ms;
    if (present) this.#currentMs += ms;
    else if (commandedClosed || this.#pauseMs > CURRENT_PAUSE_MS) this.#currentMs = 0;
  }
}
