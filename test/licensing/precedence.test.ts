import { describe, expect, it } from "vitest";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import {
  checkList,
  ENTRY,
  lent,
  offline,
  outcomeOf,
  PASS,
  permits,
  place,
  special,
  TODAY,
  unbounded,
  YOUNG,
} from "#test/licensing/facts.ts";
import { NOON_MS, OTHER } from "#test/policy/fixtures.ts";

type Reason = [code: string, scan: Partial<ScanFacts>, policy: Partial<Policy>];

const AWAY = { ...PASS, credential: YOUNG, place: { latE5: 0, lonE5: 0 } };
/** Whose credential the list knows better than: a younger one would count instead of an entry whose days are over. */
const KNOWN = { ...AWAY, credential: PASS.credential };

/**
 * What may be against a start, first things first: what the platform has withdrawn, what the pass lacks, the list and the certificate,
 * the binding, the permit, what must hold at the scan, the guardian, the machine. Each stands beside all that come after it.
 */
const ORDER: Reason[] = [
  ["licence.policyLost", { policyFloor: 4 }, {}],
  ["licence.machineRetired", {}, { machineClass: "retired" }],
  ["pass.badSignature", { pass: null, refusal: "pass.badSignature" }, {}],
  ["licence.timeUnknown", unbounded, { expiryRule: "latest" }],
  ["licence.noList", { listIssuedMs: null }, {}],
  ["licence.listStale", {}, offline({ listAgeMaximumH: 48 })],
  ["licence.suspended", { entry: { ...ENTRY, suspended: true, categories: 4, expiryDay: TODAY - 1 } }, {}],
  ["licence.wrongCategory", { pass: KNOWN, entry: { ...ENTRY, categories: 4, expiryDay: TODAY - 1 } }, {}],
  ["licence.expired", { pass: KNOWN, entry: { ...ENTRY, expiryDay: TODAY - 1, reviewDay: TODAY - 1 } }, {}],
  ["licence.reviewOverdue", { pass: KNOWN, entry: { ...ENTRY, reviewDay: TODAY - 1, notBeforeDay: TODAY + 1 } }, {}],
  ["licence.notYetValid", { pass: KNOWN, entry: { ...ENTRY, notBeforeDay: TODAY + 1 } }, {}],
  ["licence.lentToOther", { entry: null }, lent(OTHER, NOON_MS)],
  ["licence.noPermit", {}, permits()],
  ["licence.usedOnce", { usedOnce: true, entry: null }, {}],
  ["licence.outOfPlace", {}, { place }],
  ["licence.checkListNotRead", {}, { checkList }],
  ["licence.guardianNeeded", {}, special],
  ["licence.machineFaulted", { machine: "faulted" }, {}],
  ["licence.offlineBudgetSpent", { budgetSpent: true }, {}],
  ["licence.journalFull", { journalFull: true }, {}],
];
describe("of several reasons the first is given", () => {
  it.each(ORDER.map(([code], at) => [code, at] as const))("%s before all that follow", (code, at) => {
    const reasons = ORDER.slice(at).toReversed();
    const scan = Object.assign({ pass: AWAY }, ...reasons.map(([, found]) => found));
    const policy = Object.assign({}, ...reasons.map(([, , found]) => found));
    expect(outcomeOf(scan, policy)).toBe(code);
  });

  it("of the permits: none at all, none for this welder, none yet, none any more", () => {
    const others = { welders: [OTHER] };
    const toCome = { fromMs: NOON_MS + 1 };
    const over = { untilMs: NOON_MS };
    expect(outcomeOf({}, permits(others, { ...others, ...toCome }))).toBe("licence.permitOtherWelder");
    expect(outcomeOf({}, permits(others, toCome))).toBe("licence.permitNotBegun");
    expect(outcomeOf({}, permits(others, toCome, over))).toBe("licence.permitOver");
    expect(outcomeOf({}, permits(others, toCome, over, {}))).toBe("listed");
  });

  it("of the machine: no answer, a fault, another's arc", () => {
    const rest = { budgetSpent: true, journalFull: true };
    for (const [machine, code] of [
      ["unreachable", "licence.machineUnreachable"],
      ["faulted", "licence.machineFaulted"],
      ["arcing", "licence.machineBusy"],
      ["energised", "licence.offlineBudgetSpent"],
      ["ready", "licence.offlineBudgetSpent"],
    ] as const) {
      expect(outcomeOf({ machine, holder: OTHER, ...rest }, {}), machine).toBe(code);
    }
  });
});
