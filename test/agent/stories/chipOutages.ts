import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench } from "#test/agent/bench.ts";
import { restartChip } from "#test/agent/chips.ts";

/** The cable is pulled on one bus while the other's chips are killed. */
const CABLE = { bus: 0, at: 1 };
const KILLED = { bus: 1, at: 1 };
let bench: Bench;

describe.concurrent("the cable's and the chip's outages", () => {
  beforeAll(async () => {
    bench = await Bench.start(["ZX7-400", "ZX7-400"], { perBus: 1 });
    await bench.energise(0, CABLE);
    await bench.energise(1, KILLED);
  });
  afterAll(async () => {
    // The stage knows only the chips that it started itself.
    await bench?.stage.buses[KILLED.bus]?.chip.stop();
    await bench?.close();
  });

  it.sequential("loses no window when the cable is pulled and put back in mid-arc", async () => {
    const { session } = await bench.stateIs("energised", 0);
    await bench.tell({ do: "weld", at: 1, rods: 1, rodS: 9 }, CABLE.bus);
    const before = await bench.truthWhen("an arc", ({ arcing }) => arcing, CABLE);
    await bench.tell({ do: "unplugCable" }, CABLE.bus);
    await bench.stateIs("outage", 0);
    await bench.tell({ do: "plugCable" }, CABLE.bus);
    const again = await bench.stateIs("energised", 0);
    expect(again.session).toBe(session);
    const truth = await bench.truthWhen("the rod is burned", ({ arcs, arcing }) => arcs === 1 && !arcing, CABLE);
    expect(truth.opens).toEqual(before.opens);
    const arc = await bench.event("arc", 0);
    expect(Math.abs(Number(arc.payload.arcMs) - truth.arcMs)).toBeLessThan(300);
    expect(await bench.named("windowsLost", 0)).toEqual([]);
    await bench.event("chipLost", 0);
    await bench.event("chipFound", 0);
  });

  it.sequential("says what only the totals know when the chip itself was killed, and goes on with the session", async () => {
    const { session } = await bench.stateIs("energised", 1);
    await bench.tell({ do: "weld", at: 1, rods: 1, rodS: 60 }, KILLED.bus);
    await bench.truthWhen("four seconds of arc", ({ currentArcMs }) => currentArcMs > 4_000, KILLED);
    const before = await bench.truth(KILLED);
    // Windows that nobody has read when the power goes: pulled first, killed after two more seconds.
    await bench.tell({ do: "unplugCable" }, KILLED.bus);
    const last = await bench.truthWhen("two more seconds", ({ currentArcMs }) => currentArcMs > before.currentArcMs + 2_000, KILLED);
    await restartChip(bench, KILLED.bus);
    const unaccounted = await bench.event("unaccounted", 1);
    expect(unaccounted.session).toBe(session);
    expect(Number(unaccounted.payload.arcMs)).toBeGreaterThan(1_000);
    const arcs = await bench.named("arc", 1);
    const recordedMs = arcs.reduce((sum, { payload }) => sum + Number(payload.arcMs), 0) + Number(unaccounted.payload.arcMs);
    // The chip's own memory is written with each window.
    expect(Math.abs(recordedMs - last.currentArcMs)).toBeLessThan(700);
    const resumed = await bench.stateIs("energised", 1);
    expect(resumed.session).toBe(session);
    const truth = await bench.truthWhen("closed again", ({ mirrorClosed }) => mirrorClosed, KILLED);
    expect(truth.bootCount).toBe(last.bootCount + 1);
  });

  it.sequential("has delivered everything once, in order", async () => {
    await bench.drained();
    for (const index of [0, 1]) expect(await bench.objections(index)).toEqual([]);
  });
});
