import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench, type Place } from "#test/agent/bench.ts";

const MODELS = ["ZX7-400", "ZX7-315", "ZX7-500", "ZX7-250", "NBC-350", "NBC-500", "NBC-270", "NBC-400"];
const PER_BUS = 4;
const SILENT = 1;
const ALL = [...MODELS.keys()];
const OTHERS = ALL.filter((index) => index !== SILENT);
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start(MODELS, { perBus: PER_BUS });
});
afterAll(() => bench?.close());

function placeOf(index: number): Place {
  return { bus: Math.floor(index / PER_BUS), at: (index % PER_BUS) + 1 };
}

describe.concurrent("two buses with four machines each", () => {
  it.sequential("energises every machine by its own scan only", async () => {
    for (const index of ALL) await bench.energise(index, placeOf(index));
    const sessions = (await bench.machines())?.map(({ session }) => session);
    expect(new Set(sessions).size).toBe(MODELS.length);
  });

  it.sequential("keeps the others' leases and arcs while one machine is silent", async () => {
    await bench.tell({ do: "silence", at: placeOf(SILENT).at, on: true });
    await bench.stateIs("outage", SILENT);
    const before = await Promise.all(OTHERS.map((index) => bench.truth(placeOf(index))));
    for (const index of OTHERS) {
      const { bus, at } = placeOf(index);
      await bench.tell({ do: "weld", at, rods: 2, rodS: 3, changeS: 1 }, bus);
    }
    for (const [order, index] of OTHERS.entries()) {
      const truth = await bench.truthWhen("two rods", ({ arcs, arcing }) => arcs === 2 && !arcing, placeOf(index));
      const earlier = before[order];
      const renewals = truth.leaseAccepted - (earlier?.leaseAccepted ?? 0);
      const seconds = (truth.uptimeMs - (earlier?.uptimeMs ?? 0)) / 1000;
      // Once a second each; half of that on a computer that is short of breath, and far more than the lease of 8 s needs.
      expect(renewals, `renewals of machine ${index} in ${seconds} s`).toBeGreaterThan(seconds / 2);
      expect(truth.opens).toEqual([]);
    }
    await bench.event("chipLost", SILENT);
  });

  it.sequential("takes the silent machine back when it answers again", async () => {
    await bench.tell({ do: "silence", at: placeOf(SILENT).at, on: false });
    await bench.stateIs("energised", SILENT);
    await bench.event("chipFound", SILENT);
  });

  it.sequential("has delivered each machine's arcs and records once, in order", async () => {
    for (const index of OTHERS) {
      const truth = await bench.truth(placeOf(index));
      await bench.event("arc", index, ({ payload }) => Number(payload.startMs) > 0);
      await bench.arcsAre(truth, index);
    }
    await bench.drained();
    for (const index of ALL) expect(await bench.objections(index)).toEqual([]);
  });
});
