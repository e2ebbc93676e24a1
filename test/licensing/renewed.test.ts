/** A certificate that was renewed after the list in force was issued. */
import { describe, expect, it } from "vitest";
import { decide } from "#agent/core/licensing/decide.ts";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { ENTRY, LIST_ISSUED_MS, noonOf, offline, outcomeOf, PASS, SCAN, special, TODAY, YOUNG } from "#test/licensing/facts.ts";
import { PLAIN, WELDER } from "#test/policy/fixtures.ts";

const EXPIRED = { ...ENTRY, expiryDay: TODAY - 1, reviewDay: TODAY - 1 };
const renewed = (change: Partial<ScanFacts> = {}): Partial<ScanFacts> => ({
  entry: EXPIRED,
  pass: { ...PASS, credential: YOUNG },
  ...change,
});
const withCredential = (change: Partial<typeof YOUNG>) => renewed({ pass: { ...PASS, credential: { ...YOUNG, ...change } } });

const CASES: [string, Partial<ScanFacts>, Partial<Policy>, string][] = [
  ["starts once", renewed(), {}, "allowedOnce"],
  ["not a second time", renewed({ usedOnce: true }), {}, "licence.usedOnce"],
  ["not where the policy denies it", renewed(), offline({ credentialNewerThanList: "deny" }), "licence.expired"],
  ["not by a credential as old as the list", withCredential({ issuedMs: LIST_ISSUED_MS }), {}, "licence.expired"],
  ["not by one that is over itself", withCredential({ expiryDay: TODAY - 1 }), {}, "licence.expired"],
  ["not by one for other work", withCredential({ categories: 4 }), {}, "licence.expired"],
  ["reviewed since", renewed({ entry: { ...ENTRY, reviewDay: TODAY - 1 } }), {}, "allowedOnce"],
  ["for more work since", renewed({ entry: { ...ENTRY, categories: 4 } }), {}, "allowedOnce"],
  ["never when the list suspends or revokes it", renewed({ entry: { ...EXPIRED, suspended: true } }), {}, "licence.suspended"],
  ["never when only the suspension is against it", renewed({ entry: { ...ENTRY, suspended: true } }), {}, "licence.suspended"],
  ["by the list, as long as that is good", renewed({ entry: ENTRY, usedOnce: true }), {}, "listed"],
  ["not by a grant, which has no credential", renewed({ pass: { ...PASS, way: "grant", credential: null } }), {}, "licence.expired"],
  ["not where the list is too old", renewed(), offline({ listAgeMaximumH: 24 }), "licence.listStale"],
  ["not without a list", renewed({ entry: null, listVersion: null, listIssuedMs: null }), {}, "licence.noList"],
  ["as a guardian it does not count", renewed({ pass: { ...PASS, purpose: "guard", credential: YOUNG } }), special, "licence.expired"],
];

describe("a renewed certificate whose old entry is in the list", () => {
  it.each(CASES)("%s", (_, scan, policy, outcome) => {
    expect(outcomeOf(scan, policy)).toBe(outcome);
  });

  it("is warned of, and ends with the credential", () => {
    const decision = decide({ ...SCAN, ...renewed() }, PLAIN);
    expect(decision.warnings).toEqual([{ type: "credentialNewerThanList", handle: WELDER, listVersion: 5, overlayVersion: 3 }]);
    const last = { expiryDay: TODAY, reviewDay: TODAY + 9 };
    expect(decide({ ...SCAN, ...withCredential(last) }, PLAIN)).toMatchObject({
      rule: "allowedOnce",
      limits: { endsBy: { cause: "certificateExpired", atMs: noonOf(TODAY) + 12 * 3_600_000 } },
    });
  });
});
