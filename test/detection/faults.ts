/**
 * Faults planted at a random moment of a random machine's day; each says what must be told, and from which moment of the plant's time.
 *
 * That moment is the first at which the readings can tell the fault from honest work and from noise. A bypass that is welded with counts from its arc:
 * the touches of the strike before it may be 10 ms, which one window shows as it shows a spike. Told at the touches already, it was told at once.
 */
import type { Machine } from "#simulator/chip/plant/plant.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { MACHINES, reasonOf, Workshop } from "#test/detection/workshop.ts";

/** The detection's promise. */
export const WITHIN_MS = 2_000;
const JUDGED_AFTER_MS = 60_000;

interface Planted {
  wanted: string;
  sinceMs: number;
  /** Where a telling before `sinceMs` counts too: from here. */
  fromMs?: number;
}

interface Fault {
  machines: readonly Machine[];
  plant(workshop: Workshop, random: Random): Planted;
}

const { mma, vrd, ac, mag, tig } = MACHINES;
const ALL = [mma, vrd, ac, mag, tig];

export const FAULTS: Record<string, Fault> = {
  bypassedAndWelded: {
    machines: ALL,
    plant(workshop, random) {
      if (random.unit() < 0.5) work(workshop, random, 1);
      workshop.lock();
      workshop.run(random.integer(1_000, 20_000));
      workshop.chip.contact.bypassed = true;
      const fromMs = workshop.plantMs;
      workshop.run(random.integer(0, 5_000));
      workshop.weld({ rodMs: random.integer(3_000, 20_000), amps: random.integer(60, 250) });
      return { wanted: "currentWhileOpen", sinceMs: untilBurning(workshop), fromMs };
    },
  },
  bypassedWhileLocked: {
    machines: ALL,
    plant(workshop, random) {
      work(workshop, random, 1);
      workshop.lock();
      const openedMs = workshop.plantMs;
      workshop.run(random.integer(1_000, 120_000));
      workshop.chip.contact.bypassed = true;
      return { wanted: "voltageWhileOpen", sinceMs: Math.max(workshop.plantMs, openedMs + JUDGED_AFTER_MS) };
    },
  },
  weldedContact: {
    machines: ALL,
    plant(workshop, random) {
      work(workshop, random, 1);
      workshop.chip.contact.weld(true);
      workshop.run(random.integer(0, 2_000));
      workshop.lock();
      return { wanted: "weldedContact", sinceMs: workshop.plantMs };
    },
  },
  sensorPulled: {
    machines: ALL,
    plant(workshop, random) {
      if (random.unit() < 0.7) work(workshop, random, 1);
      else workshop.run(random.integer(100, 5_000));
      if (random.unit() < 0.5) workshop.weld({ rodMs: 10_000 });
      workshop.run(random.integer(0, 5_000));
      workshop.chip.sensor.unplugged = true;
      return { wanted: "sensorMissing", sinceMs: workshop.plantMs };
    },
  },
  bothShorted: {
    machines: ALL,
    plant(workshop, random) {
      work(workshop, random, 6);
      if (workshop.machine.alternating || random.unit() < 0.5) burn(workshop, random);
      workshop.chip.sensor.shorted = "both";
      return { wanted: "bothFellToZero", sinceMs: workshop.plantMs };
    },
  },
  bothShortedBeforeStart: {
    machines: ALL,
    plant(workshop, random) {
      for (let session = 0; session < 6; session++) {
        work(workshop, random, 1);
        workshop.lock();
        workshop.run(random.integer(1_000, 10_000));
      }
      workshop.chip.sensor.shorted = "both";
      workshop.run(random.integer(1_000, 10_000));
      workshop.start();
      return { wanted: "noLoadVoltageMissing", sinceMs: workshop.plantMs };
    },
  },
  voltageShorted: {
    machines: ALL,
    plant(workshop, random) {
      work(workshop, random, 1);
      burn(workshop, random);
      workshop.chip.sensor.shorted = "voltage";
      return { wanted: "voltageStaysZero", sinceMs: workshop.plantMs };
    },
  },
  currentShorted: {
    machines: ALL,
    plant(workshop, random) {
      work(workshop, random, 1);
      burn(workshop, random);
      workshop.chip.sensor.shorted = "current";
      return { wanted: "voltageWithoutCurrent", sinceMs: workshop.plantMs };
    },
  },
};

export interface Trial {
  fault: string;
  seed: number;
  /** From the fault to the reading that told it; null when it was not told within five seconds. */
  delayMs: number | null;
}

export function tryFault(fault: string, seed: number): Trial {
  const planted = FAULTS[fault];
  if (!planted) throw new RangeError(`no fault ${fault}`);
  const random = new Random(seed);
  const machine = planted.machines[random.integer(0, planted.machines.length - 1)] ?? mma;
  const sensor = { ampsOffset: random.between(-0.4, 0.4), voltsOffset: random.between(-0.05, 0.05) };
  const workshop = new Workshop(machine, random, sensor);
  workshop.run(random.integer(0, 3_000));
  const { wanted, sinceMs, fromMs = sinceMs } = planted.plant(workshop, random);
  const endMs = sinceMs + 5_000;
  const told = () => workshop.told.find(({ found, atMs }) => reasonOf(found) === wanted && atMs >= fromMs);
  while (!told() && workshop.plantMs < endMs) workshop.run(100);
  const toldMs = told()?.atMs;
  return { fault, seed, delayMs: toldMs === undefined ? null : Math.max(0, toldMs - sinceMs) };
}

/** A session with so many short arcs, left energised. */
function work(workshop: Workshop, random: Random, arcs: number): void {
  workshop.start();
  workshop.run(random.integer(2_000, 4_000));
  workshop.weld({ rods: arcs, rodMs: random.integer(1_500, 3_000), changeMs: random.integer(1_500, 3_000) });
  while (workshop.welder.busy) workshop.run(500);
  workshop.run(random.integer(1_500, 3_000));
}

/** An arc that will burn for long. */
function burn(workshop: Workshop, random: Random): void {
  workshop.weld({ rodMs: 60_000, amps: random.integer(60, 250) });
  while (workshop.chip.truth().currentArcMs < 400) workshop.run(20);
  workshop.run(random.integer(500, 3_000));
}

/** An AC machine's touches look like arcs of so many milliseconds. */
const TOUCHES_MOST_MS = 40;

/** Past the touches: the moment at which the arc began to burn. */
function untilBurning(workshop: Workshop): number {
  while (workshop.chip.truth().currentArcMs <= TOUCHES_MOST_MS) workshop.run(20);
  return workshop.plantMs - workshop.chip.truth().currentArcMs;
}
