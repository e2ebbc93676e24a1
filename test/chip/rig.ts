import { LEASE, PAGE, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodePage, encodeLease, type LeaseOrder } from "#protocol/chip/link.ts";
import { Chip } from "#simulator/chip/machine/chip.ts";
import type { ChipMake } from "#simulator/chip/machine/chipMake.ts";
import { FORGETFUL, type MemoryStore } from "#simulator/chip/machine/memory.ts";
import { readRegisters } from "#simulator/chip/machine/registers.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import type { Machine, Plant } from "#simulator/chip/plant/plant.ts";
import { Welder, type WeldJob } from "#simulator/chip/plant/welder.ts";

const LINK_KEY = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
export const BUDGET_KEY = Uint8Array.from({ length: 32 }, (_, index) => 100 + index);
export const DEVICE = "370983ZTEST000000010";
export const STICK: Machine = { process: "mma", ratedAmps: 400, alternating: false, vrd: false };
export const JOB: WeldJob = { rods: 1, rodMs: 5_000, changeMs: 1_000, amps: 120, shortsPerS: 1, pulseHz: 0, lostPerRod: 0, stickMs: 0 };
const SENSOR = { rangeAmps: 600, rangeVolts: 200, ampsStep: 0.1, voltsStep: 0.02, ampsOffset: 0, voltsOffset: 0 };

export interface Rig {
  chip: Chip;
  welder: Welder;
  /** Real milliseconds. */
  run(ms: number): void;
  /** Writes a lease and reads the page, as one FC23 does. */
  order(order?: Partial<LeaseOrder>, secret?: { key?: Uint8Array; bootNonce?: Uint8Array }): NonNullable<ReturnType<typeof decodePage>>;
  page(): NonNullable<ReturnType<typeof decodePage>>;
}

/** One chip on virtual time, spoken to through its registers. */
export function rig(make: Partial<ChipMake> = {}, machine: Machine = STICK, plant?: Plant, store: MemoryStore = FORGETFUL): Rig {
  const welder = new Welder(machine, 7);
  const full: ChipMake = {
    ...{
      device: DEVICE,
      uid: new Uint8Array(12),
      linkKey: LINK_KEY,
      budgetKey: BUDGET_KEY,
      bootNonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      windowMs: 100,
    },
    ...{ sensor: SENSOR, arcMinAmps: 15, alternating: machine.alternating, plantArcMinAmps: 15, plantAlternating: machine.alternating },
    ...{ speed: 1 },
    ...make,
  };
  let nowMs = 1_000;
  let counter = 0;
  const chip = new Chip(full, plant ?? welder, store, nowMs);
  const page = () => {
    const words = readRegisters(chip, PAGE.address, PAGE.words + 10 * WINDOW.words);
    const decoded = typeof words === "number" ? undefined : decodePage(words, full.windowMs, chip.desk.secret);
    if (!decoded) throw new Error("no authentic page");
    return decoded;
  };
  return {
    chip,
    welder,
    run: (ms) => {
      for (let left = ms; left > 0; left -= 10) {
        nowMs += Math.min(10, left);
        chip.advance(nowMs);
      }
    },
    order: (order = {}, secret = {}) => {
      counter = Math.max(counter, chip.desk.counter) + 1;
      const words = encodeLease({ ...CLOSE, counter, ...order }, { ...chip.desk.secret, ...secret });
      const exception = writeRegisters(chip, LEASE.address, words);
      if (exception) throw new Error(`exception ${exception}`);
      return page();
    },
    page,
  };
}

export const CLOSE: LeaseOrder = {
  ...{ mode: "closed", counter: 1, session: 42, leaseMs: 8_000, sessionRemainingS: 3_600 },
  ...{ lamp: "green", buzzer: "off", readFrom: 0, confirmedBelow: 0 },
};
