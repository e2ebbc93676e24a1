/** The machine against its own first sessions, through the simulated plant; and sessions in which nothing happens. */
import { describe, expect, test } from "vitest";
import type { Machine, Modification } from "#simulator/chip/plant/plant.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { SensingLine } from "#test/detection/line.ts";
import { MACHINES, reasonOf } from "#test/detection/workshop.ts";

const LEARNED_SESSIONS = 8;

function lineOf(machine: Machine, seed: number): { line: SensingLine; random: Random } {
  const random = new Random(seed);
  return { line: new SensingLine(machine, random, { ampsOffset: random.between(-0.4, 0.4), voltsOffset: 0.02 }), random };
}

/** Another current each time, mains that sag and rise, more or fewer shorts. */
function workSessions(line: SensingLine, random: Random, sessions: number, shortsPart = 1): void {
  const usual = { mma: 1, mag: 60, tig: 0 }[line.machine.process];
  for (let session = 0; session < sessions; session++) {
    line.site.mainsPart = random.between(0.95, 1.05);
    line.start();
    line.run(3_000);
    const shortsPerS = usual * shortsPart * random.between(0.8, 1.2);
    line.weld({ rods: 3, rodMs: 8_000, changeMs: 2_000, amps: random.integer(70, 220), shortsPerS });
    line.run(45_000);
    line.lock();
    line.run(5_000);
  }
}

function told({ findings }: SensingLine): string[] {
  return findings.map(({ found }) => reasonOf(found));
}

describe.each(Object.entries(MACHINES))("%s", (_, machine) => {
  test("its own changing work is no shift", () => {
    const { line, random } = lineOf(machine, 11);
    workSessions(line, random, 20);
    expect(told(line)).toEqual([]);
  });

  test.each<[string, Modification, number]>([
    ["openCircuitVoltageShifted", { noLoadVolts: 16, arcVolts: 0 }, 2],
    ["loadLineShifted", { noLoadVolts: 0, arcVolts: 12 }, 3],
  ])("%s is told once, when it has been so for long enough", (reason, modification, sessions) => {
    const { line, random } = lineOf(machine, 12);
    workSessions(line, random, LEARNED_SESSIONS);
    line.welder.modify(modification);
    workSessions(line, random, sessions);
    expect(told(line)).toEqual([]);
    workSessions(line, random, 6);
    expect(told(line)).toEqual([reason]);
    const [finding] = line.findings;
    expect(finding?.evidence.runs.length).toBeGreaterThan(0);
    expect(finding?.found).toMatchObject({ name: "suspectedModifiedWelder", measure: { quantity: "volts" } });
  });
});

test("a modification that is undone and done again is told again", () => {
  const { line, random } = lineOf(MACHINES.mma, 13);
  workSessions(line, random, LEARNED_SESSIONS);
  for (const noLoadVolts of [18, 0, 18]) {
    line.welder.modify({ noLoadVolts, arcVolts: 0 });
    workSessions(line, random, 4);
  }
  expect(told(line)).toEqual(["openCircuitVoltageShifted", "openCircuitVoltageShifted"]);
});

test("a rate of shorts that no work of this machine had", () => {
  const { line, random } = lineOf(MACHINES.mma, 14);
  workSessions(line, random, LEARNED_SESSIONS);
  workSessions(line, random, 5, 60);
  expect(told(line)).toEqual(["shortRateShifted"]);
});

describe("starts without an arc", () => {
  const idle = (line: SensingLine, sessions: number, ms: number) => {
    for (let session = 0; session < sessions; session++) {
      line.start();
      line.run(ms);
      line.lock();
      line.run(2_000);
    }
  };

  test("six sessions of a minute in a row", () => {
    const { line } = lineOf(MACHINES.mma, 15);
    idle(line, 6, 61_000);
    expect(told(line)).toEqual([]);
    idle(line, 1, 61_000);
    expect(told(line)).toEqual(["startsWithoutArc"]);
  });

  test("not after an arc among them, and not when they were shorter", () => {
    const { line, random } = lineOf(MACHINES.mma, 16);
    idle(line, 5, 61_000);
    workSessions(line, random, 1);
    idle(line, 5, 61_000);
    idle(line, 20, 20_000);
    expect(told(line)).toEqual([]);
  });
});
