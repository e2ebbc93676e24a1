import { describe, expect, it } from "vitest";
import { decide } from "#agent/core/licensing/decide.ts";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import { receiptOf } from "#agent/core/licensing/receipt.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { checkList, lent, PASS, permits, SCAN, special, young } from "#test/licensing/facts.ts";
import { GUARDIAN, HOUR_MS, NOON_MS, PLAIN, WELDER } from "#test/policy/fixtures.ts";

const receipt = (scan: Partial<ScanFacts> = {}, policy: Partial<Policy> = {}) => {
  const found = { ...SCAN, ...scan };
  const ruling = { ...PLAIN, ...policy };
  return receiptOf(decide(found, ruling), found, ruling);
};

/** What was decided on stands in every receipt, allowed or not. */
const BASIS: [field: string, scan: Partial<ScanFacts>, policy: Partial<Policy>, expected: object][] = [
  ["the way of the pass", { pass: { ...PASS, way: "scanner" } }, {}, { way: "scanner" }],
  ["no way, without a pass", { pass: null }, {}, { way: null }],
  ["the purpose of the pass", { pass: { ...PASS, purpose: "guard" } }, {}, { purpose: "guard" }],
  ["a start, without a pass", { pass: null }, {}, { purpose: "start" }],
  ["the category of the machine's process", { processCategory: "2.3" }, {}, { category: "2.3" }],
  ["the policy's category, where it names one", { processCategory: "2.3" }, { category: "2.2" }, { category: "2.2" }],
  ["the version of the list", { listVersion: 1_841 }, {}, { listVersion: 1_841 }],
  ["0, without a list", { listVersion: null, listIssuedMs: null }, {}, { listVersion: 0 }],
  ["the version of the policy", {}, { version: 12 }, { policyVersion: 12 }],
  ["the check-list that was acknowledged", { pass: { ...PASS, checklistVersion: 4 } }, { checkList }, { checkListVersion: 4 }],
  ["0, without a pass that acknowledges one", { pass: null }, { checkList }, { checkListVersion: 0 }],
  [
    "both ends of the time",
    { time: { earliestMs: NOON_MS, latestMs: NOON_MS + 400 } },
    {},
    { earliestMs: NOON_MS, latestMs: NOON_MS + 400 },
  ],
  ["a time without an upper bound", { time: { earliestMs: NOON_MS, latestMs: null } }, {}, { earliestMs: NOON_MS, latestMs: null }],
];

describe("a receipt", () => {
  it.each(BASIS)("holds %s", (_, scan, policy, expected) => {
    expect(receipt(scan, policy).payload).toMatchObject(expected);
    expect(receipt(scan, { ...policy, machineClass: "retired" })).toMatchObject({ name: "scanDenied", payload: expected });
  });

  it("of a refusal names who and why, and grants nothing", () => {
    const { name, payload } = receipt({ entry: null });
    expect([name, payload]).toMatchObject(["scanDenied", { handle: WELDER, code: "licence.unknownCertificate" }]);
    expect(Object.keys(payload)).not.toContain("limitS");
    expect(receipt({ pass: null, refusal: "pass.replayed" }).payload).toMatchObject({ handle: null, code: "pass.replayed" });
  });

  it("of a start names by which rule, on whose guard and permit, and for how long", () => {
    const ends = { endsBy: "permitEnded", endsMs: NOON_MS + 3 * HOUR_MS };
    expect(
      receipt({ guardian: { handle: GUARDIAN, certified: true } }, { ...special, ...permits({ guardians: [GUARDIAN] }) }),
    ).toMatchObject({
      name: "scanAllowed",
      payload: {
        handle: WELDER,
        rule: "listed",
        wouldRefuse: null,
        permit: "DH-0",
        guardian: GUARDIAN,
        limitS: 10_800,
        idleRelockS: 600,
        ...ends,
      },
    });
    expect(receipt(young, lent(WELDER, NOON_MS + HOUR_MS)).payload).toMatchObject({
      ...{ rule: "allowedOnce", permit: null, guardian: null, limitS: 3_600, endsBy: "bindingEnded", endsMs: NOON_MS + HOUR_MS },
    });
  });

  it("of a start that nothing ends but its maximum says so, and what an enforced machine would have refused it for", () => {
    expect(receipt({ entry: null }, { machineClass: "monitored" }).payload).toMatchObject({
      ...{ rule: "monitored", wouldRefuse: "licence.unknownCertificate", limitS: 43_200, endsBy: null, endsMs: null },
    });
  });

  it("of a guardian's scan starts nothing", () => {
    const { name, payload } = receipt({ pass: { ...PASS, handle: GUARDIAN, purpose: "guard" } }, permits({}));
    const nothing = { wouldRefuse: null, permit: null, guardian: null, limitS: 0, idleRelockS: 0, endsBy: null, endsMs: null };
    expect([name, payload]).toMatchObject(["scanAllowed", { handle: GUARDIAN, rule: "guardian", purpose: "guard", ...nothing }]);
  });
});
