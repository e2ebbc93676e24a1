import { describe, expect, it } from "vitest";
import type { FaultId } from "#scripts/install/commission/core/faults.ts";
import { ITEMS, type ItemId } from "#scripts/install/commission/core/items.ts";
import { judgeCurrent } from "#scripts/install/commission/core/judgeAgent.ts";
import { outcomeOf, type Results } from "#scripts/install/commission/core/plan.ts";
import { ELECTRICAL_IDS, examine } from "#scripts/install/commission/examine.ts";
import { probeWeld } from "#scripts/install/commission/probes/throughAgent.ts";
import { WIRING_FAULTS, type WiringFault } from "#simulator/chip/machine/wiring.ts";
import { type VirtualBench, virtualBench } from "#test/commission/virtualBench.ts";

/** The item that finds it. Named as it is called, but for leads that are bridged: they read 0 V, as leads that are off do. */
const FOUND_BY: Readonly<Record<WiringFault, { item: ItemId; fault?: FaultId }>> = {
  currentReversed: { item: "current" },
  currentSensorUnplugged: { item: "currentZero" },
  currentSensorDrifted: { item: "currentZero" },
  currentSensorHalf: { item: "current" },
  voltageReversed: { item: "voltage" },
  voltageLeadsOpen: { item: "voltage" },
  voltageLeadsShorted: { item: "voltage", fault: "voltageLeadsOpen" },
  coilOpen: { item: "contactor" },
  contactorWelded: { item: "contactor" },
  contactorBypassed: { item: "noBypass" },
  mirrorOpen: { item: "contactor" },
  mirrorStuck: { item: "contactor" },
  leaseIgnored: { item: "lease" },
  eStopNotWired: { item: "eStop" },
  eStopInverted: { item: "eStop" },
  enclosureNotWired: { item: "enclosure" },
  startNotWired: { item: "start" },
  startStuck: { item: "start" },
};

/** Of which the machine would still work: it is refused all the same, for it was not welded at. */
const ELECTRICAL_FAULTS = WIRING_FAULTS.filter((fault) => FOUND_BY[fault].item !== "current");
const CURRENT_FAULTS = ["currentReversed", "currentSensorHalf"] as const;

describe("the electrical items", () => {
  it.each(["ZX7-400", "BX1-500", "NBC-350", "WS-315"])("a sound %s passes all of them", async (model) => {
    const made = virtualBench(model);
    const results = await examined(made);
    expect(failures(results)).toEqual([]);
    expect(ELECTRICAL_IDS.map((id) => results[id]?.finding.verdict)).toEqual(ELECTRICAL_IDS.map(() => "pass"));
    expect(made.chip.contactor.commandedClosed).toBe(false);
    expect(made.asked).toEqual(["switchMachineOn", "pressEStop", "releaseEStop", "openEnclosure", "closeEnclosure", "pressStart"]);
  });

  it.each(ELECTRICAL_FAULTS)("%s is found by its item and named", async (wired) => {
    const made = virtualBench();
    made.wire(wired);
    const results = await examined(made);
    const { item, fault = wired as FaultId } = FOUND_BY[wired];
    expect(failures(results)).toEqual([[item, fault]]);
    expect(ITEMS[item].faults).toContain(fault);
    expect(outcomeOf(results)).toBe("refused");
    expect(made.chip.contactor.commandedClosed).toBe(false);
  });

  it.each(["contactorBypassed", "coilOpen", "mirrorOpen", "mirrorStuck", "contactorWelded"] as const)(
    "%s is found on a transformer too",
    async (wired) => {
      const made = virtualBench("BX1-500");
      made.wire(wired);
      expect(failures(await examined(made))).toEqual([[FOUND_BY[wired].item, wired]]);
    },
  );

  it.each([
    { code: "link.timeout", every: 3, fault: "linkMisses" },
    { code: "link.badAnswer", every: 4, fault: "linkNoisy" },
  ] as const)("a line of $code: $fault, and nothing is closed over it", async ({ code, every, fault }) => {
    const made = virtualBench();
    made.spoil(every, code);
    expect(failures(await examined(made))).toEqual([["link", fault]]);
    expect(made.asked).toEqual([]);
  });

  it("a fault that the chip has latched before is asked to be cleared, and is then none", async () => {
    const made = virtualBench();
    made.chip.happen({ type: "fault", fault: "mirrorDisagrees" });
    expect(failures(await examined(made))).toEqual([]);
    expect(made.asked.slice(0, 2)).toEqual(["switchMachineOn", "powerAnew"]);
  });
});

describe("the current, while somebody welds", () => {
  it.each([null, ...CURRENT_FAULTS])("%s", async (wired) => {
    const made = virtualBench();
    if (wired) made.wire(wired);
    await made.bench.desk.meet();
    const reading = await probeWeld(made.agent, false);
    expect(judgeCurrent(reading, made.agent.limits, false).fault).toBe(wired);
  });

  it("alternating current has no direction, and a load of a dry run no size", async () => {
    const limits = { ...virtualBench("BX1-500").bench.limits, weldAmps: 150 };
    const reading = { samples: [{ amps: -150, volts: 26 }], arcs: 1, arcMs: 3_000, arcAmps: 150, arcVolts: 26 };
    expect(judgeCurrent(reading, limits, false).verdict).toBe("pass");
    expect(judgeCurrent({ ...reading, samples: [{ amps: 40, volts: 2 }], arcs: 0 }, limits, true).verdict).toBe("pass");
  });
});

async function examined(made: VirtualBench): Promise<Results> {
  const results: Results = {};
  await made.bench.desk.meet();
  for (const id of ELECTRICAL_IDS) {
    results[id] = { finding: await examine(id, made.bench, results), atMs: 0, uid: "", dry: false };
  }
  return results;
}

function failures(results: Results): [string, FaultId | null][] {
  return Object.entries(results)
    .filter(([, { finding }]) => finding.verdict === "fail")
    .map(([id, { finding }]) => [id, finding.fault]);
}
