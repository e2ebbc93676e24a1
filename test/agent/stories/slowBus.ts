import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench, type Place } from "#test/agent/bench.ts";

const MODELS = ["ZX7-400", "ZX7-400", "ZX7-400", "ZX7-400"];
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start(MODELS, { baud: 9_600 });
});
afterAll(() => bench?.close());

const placeOf = (index: number): Place => ({ bus: 0, at: index + 1 });

describe.concurrent("four chips on a bus of 9,600 baud", () => {
  it.sequential("keep their leases with windows of a second, and every arc is measured", async () => {
    for (const index of MODELS.keys()) await bench.energise(index);
    for (const index of MODELS.keys()) await bench.tell({ do: "weld", at: index + 1, rods: 2, rodS: 4, changeS: 3 });
    for (const index of MODELS.keys()) {
      const truth = await bench.truthWhen("two rods", ({ arcs, arcing }) => arcs === 2 && !arcing, placeOf(index));
      expect([truth.windowMs, truth.opens]).toEqual([1_000, []]);
      expect(truth.leaseAccepted, "renewals").toBeGreaterThan(truth.uptimeMs / 8_000);
      await bench.arcsAre(truth, index);
    }
  });

  it.sequential("have delivered everything once, in order", async () => {
    await bench.drained();
    for (const index of MODELS.keys()) expect(await bench.objections(index)).toEqual([]);
  });
});
