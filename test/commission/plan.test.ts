import { describe, expect, it } from "vitest";
import { FAULTS } from "#scripts/install/commission/core/faults.ts";
import { type Finding, failed, passed, skipped } from "#scripts/install/commission/core/finding.ts";
import { ITEM_IDS, ITEMS, type ItemId } from "#scripts/install/commission/core/items.ts";
import { blockerOf, outcomeOf, type Results, stillGood } from "#scripts/install/commission/core/plan.ts";

const HOUR_MS = 3_600_000;
const GOOD = passed({ measured: [], limits: [] });
const NOW = { nowMs: 1_000_000_000, uid: "a", dry: false };

function all(changed: Partial<Record<ItemId, Finding>> = {}, atMs = NOW.nowMs): Results {
  return Object.fromEntries(ITEM_IDS.map((id) => [id, { finding: changed[id] ?? GOOD, atMs, uid: "a", dry: false }]));
}

describe("what an earlier run is good for", () => {
  const lasting = ITEM_IDS.filter((id) => !ITEMS[id].presentState);

  it("keeps what passed, but for what tells of now", () => {
    expect(Object.keys(stillGood(all(), NOW))).toEqual(lasting);
  });

  it("repeats safety items after 24 h, and what comes from the future", () => {
    const others = lasting.filter((id) => !ITEMS[id].safety);
    expect(Object.keys(stillGood(all({}, NOW.nowMs - 24 * HOUR_MS), NOW))).toEqual(others);
    expect(Object.keys(stillGood(all({}, NOW.nowMs - 24 * HOUR_MS + 1), NOW))).toEqual(lasting);
    expect(Object.keys(stillGood(all({}, NOW.nowMs + 1), NOW))).toEqual(others);
  });

  it("repeats what failed, what was measured on another chip, and what was done in the other manner", () => {
    expect(stillGood(all({ lease: failed("leaseIgnored"), arc: skipped("offline") }), NOW)).not.toHaveProperty("lease");
    expect(stillGood(all({ arc: skipped("offline") }), NOW)).not.toHaveProperty("arc");
    expect(stillGood(all(), { ...NOW, uid: "b" })).toEqual({});
    expect(stillGood(all(), { ...NOW, dry: true })).toEqual({});
  });
});

describe("what it comes to", () => {
  it.each(ITEM_IDS.map((id) => ({ id, outcome: ITEMS[id].safety ? "refused" : "defects" })))("$id failed: $outcome", ({ id, outcome }) => {
    expect(outcomeOf(all({ [id]: failed("linkMisses") }))).toBe(outcome);
    const { [id]: _missing, ...rest } = all();
    expect(outcomeOf(rest)).toBe(outcome);
  });

  it("passes when everything did, and when something could not be done off line", () => {
    expect(outcomeOf(all())).toBe("passed");
    expect(outcomeOf(all({ platform: skipped("offline"), clock: skipped("offline") }))).toBe("passed");
    expect(outcomeOf(all({ scan: skipped("offline") }))).toBe("refused");
    expect(outcomeOf(all({ locked: skipped("currentZero") }))).toBe("defects");
  });

  it("asks nobody to scan or weld before the safety items have passed, and locks last", () => {
    expect(blockerOf("scan", all())).toBeNull();
    expect(blockerOf("scan", all({ eStop: failed("eStopNotWired") }))).toBe("eStop");
    expect(blockerOf("arc", all({ scan: failed("scanRefused") }))).toBe("scan");
    expect(blockerOf("locked", all({ current: failed("currentReversed") }))).toBe("current");
  });
});

describe("the tables", () => {
  it("every fault belongs to an item, and is said in both languages", () => {
    const named = new Set<string>(Object.values(ITEMS).flatMap(({ faults }) => [...faults]));
    expect([...named].sort()).toEqual(Object.keys(FAULTS).sort());
    for (const { zh, en, doZh, doEn } of Object.values(FAULTS)) {
      expect(`${zh}${doZh}`).toMatch(/^[^a-z]*\p{Script=Han}/u);
      expect(`${en} ${doEn}`).not.toMatch(/\p{Script=Han}/u);
    }
  });
});
