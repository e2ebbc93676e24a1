/** The machine in the field with readings that do not repeat: a compressor must find no pattern that a welder would not make. */
import type { Adoption, LinkOrder, LinkReading } from "#agent/core/link.ts";
import type { MachineLink } from "#agent/ports.ts";
import type { Window } from "#protocol/chip/window.ts";
import { FieldLink } from "#scripts/bench/pipeline/fieldLink.ts";

export class WeldedLink implements MachineLink {
  readonly vault = null;
  readonly hasDeadMan = true;
  readonly device: string;
  readonly #field: FieldLink;

  constructor(device: string, nowMs: () => number) {
    this.device = device;
    this.#field = new FieldLink(device, 0, nowMs);
  }

  adopt(): Promise<Adoption> {
    return this.#field.adopt();
  }

  async exchange(order: LinkOrder): Promise<LinkReading> {
    const reading = await this.#field.exchange(order);
    return { ...reading, windows: reading.windows.map((window) => (window.arcMs > 0 ? unsteady(window) : window)) };
  }

  totals(): Promise<null> {
    return this.#field.totals();
  }
}

/** Stick welding: volts and amperes scatter, a drop shorts now and then. By the window's number, so that reading it again gives the same. */
function unsteady(window: Window): Window {
  const scatter = (salt: number) => drawn(window.seq * 8 + salt) + drawn(window.seq * 8 + salt + 1) - 1;
  const amps = 110 + scatter(0) * 9;
  const volts = 23 + scatter(2) * 2.4;
  const shorts = Math.floor(drawn(window.seq * 8 + 4) * 2.2);
  const shortMs = shorts * Math.round(3 + drawn(window.seq * 8 + 5) * 8);
  return {
    ...window,
    ...{ voltageMeanVolts: rounded(volts, 100), voltageRmsVolts: rounded(volts + 0.2, 100), voltagePeakVolts: rounded(volts + 4, 100) },
    ...{ currentMeanAmps: rounded(amps, 10), currentRmsAmps: rounded(amps + 0.8, 10) },
    currentPeakAmps: rounded(amps + 12 + drawn(window.seq * 8 + 6) * 60, 10),
    ...{ arcMs: 100 - shortMs, shortMs, shorts },
  };
}

/** In [0, 1), the same for the same number. */
function drawn(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
