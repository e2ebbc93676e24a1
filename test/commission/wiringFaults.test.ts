import { describe, expect, it } from "vitest";
import type { FaultId } from "#scripts/install/commission/core/faults.ts";
import { ITEMS, type ItemId } from "#scripts/install/commission/core/items.ts";
import { outcomeOf, type Results } from "#scripts/install/commission/core/plan.ts";
import { ELECTRICAL_IDS, examine } from "#scripts/install/commission/examine.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";
import { type VirtualBench, virtualBench } from "#test/commission/virtualBench.ts";

interface Case {
  what: string;
  fault: FaultId;
  item: ItemId;
  model?: string;
  hands?: (ask: Ask, chip: Chip) => boolean;
  wire?: (made: VirtualBench) => void;
}

const pressed = (ask: Ask) => ask === "pressEStop" || ask === "releaseEStop";

const CASES: readonly Case[] = [
  { what: "the chip answers two in three", fault: "linkMisses", item: "link", wire: ({ spoil }) => spoil(3, "link.timeout") },
  { what: "every fourth answer is spoilt", fault: "linkNoisy", item: "link", wire: ({ spoil }) => spoil(4, "link.badAnswer") },
  {
    ...{ what: "current sensor unplugged", fault: "currentSensorUnplugged", item: "currentZero" },
    wire: ({ chip }) => {
      chip.sensor.unplugged = true;
    },
  },
  {
    ...{ what: "a wire round the contactor", fault: "contactorBypassed", item: "noBypass" },
    wire: ({ chip }) => {
      chip.contact.bypassed = true;
    },
  },
  {
    ...{ what: "a wire round the contactor of a transformer", fault: "contactorBypassed", item: "noBypass", model: "BX1-500" },
    wire: ({ chip }) => {
      chip.contact.bypassed = true;
    },
  },
  { what: "contacts welded", fault: "contactorWelded", item: "contactor", wire: ({ chip }) => chip.contact.weld(true) },
  {
    ...{ what: "mirror contact open", fault: "mirrorOpen", item: "contactor" },
    wire: ({ chip }) => {
      chip.contact.mirrorStuckOpen = true;
    },
  },
  {
    ...{ what: "voltage leads bridged", fault: "voltageLeadsOpen", item: "voltage" },
    wire: ({ chip }) => {
      chip.sensor.shorted = "voltage";
    },
  },
  { what: "emergency stop not wired", fault: "eStopNotWired", item: "eStop", hands: pressed },
  {
    ...{ what: "emergency stop inverted", fault: "eStopInverted", item: "eStop" },
    wire: ({ chip }) => chip.happen({ type: "eStop", on: true }),
    hands: (ask, chip) => {
      if (pressed(ask)) chip.happen({ type: "eStop", on: ask === "releaseEStop" });
      return pressed(ask);
    },
  },
  { what: "enclosure not wired", fault: "enclosureNotWired", item: "enclosure", hands: (ask) => ask.endsWith("Enclosure") },
  { what: "start button not wired", fault: "startNotWired", item: "start", hands: (ask) => ask === "pressStart" },
];

describe("the electrical items", () => {
  it.each(["ZX7-400", "BX1-500", "NBC-350", "WS-315"])("a sound %s passes all of them", async (model) => {
    const { results, made } = await examined(virtualBench(model));
    expect(failures(results)).toEqual([]);
    expect(ELECTRICAL_IDS.map((id) => results[id]?.finding.verdict)).toEqual(ELECTRICAL_IDS.map(() => "pass"));
    expect(made.chip.contactor.commandedClosed).toBe(false);
  });

  it.each(CASES)("$what: $item says $fault", async ({ fault, item, model, hands, wire }) => {
    const made = virtualBench(model, hands);
    wire?.(made);
    const { results } = await examined(made);
    expect(failures(results)).toEqual([[item, fault]]);
    expect(ITEMS[item].faults).toContain(fault);
    expect(outcomeOf(results)).toBe("refused");
    expect(made.chip.contactor.commandedClosed).toBe(false);
  });
});

async function examined(made: VirtualBench): Promise<{ results: Results; made: VirtualBench }> {
  const results: Results = {};
  await made.bench.desk.meet();
  for (const id of ELECTRICAL_IDS) {
    results[id] = { finding: await examine(id, made.bench, results), atMs: 0, uid: "", dry: false };
  }
  return { results, made };
}

function failures(results: Results): [string, FaultId | null][] {
  return Object.entries(results)
    .filter(([, { finding }]) => finding.verdict === "fail")
    .map(([id, { finding }]) => [id, finding.fault]);
}
