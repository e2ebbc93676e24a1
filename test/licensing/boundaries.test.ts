import { describe, expect, it } from "vitest";
import { decide } from "#agent/core/licensing/decide.ts";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { ENTRY, LIST_ISSUED_MS, lent, offline, outcomeOf, PASS, permits, place, SCAN, TODAY, YOUNG } from "#test/licensing/facts.ts";
import { HOUR_MS, NOON_MS, PLAIN, WELDER } from "#test/policy/fixtures.ts";

const DAY_MS = 24 * HOUR_MS;
/** Midnight in China after the day of the tests: 16:00 UTC. */
const MIDNIGHT_MS = Date.UTC(2026, 10, 22, 16);
const at = (ms: number) => ({ earliestMs: ms, latestMs: ms });
const period = (fromMs: number, untilMs: number) => ({ specialPeriods: [{ fromMs, untilMs, reason: "国庆节" }] });

type Row = [rule: string, fromMs: number, scan: Partial<ScanFacts>, policy: Partial<Policy>, before: string, from: string];

/** What holds until the millisecond before, and what from the instant on. */
const INSTANTS: Row[] = [
  [
    "the last day of a certificate ends at midnight in China",
    MIDNIGHT_MS,
    { entry: { ...ENTRY, expiryDay: TODAY } },
    {},
    "listed",
    "licence.expired",
  ],
  ["so does the last day of its review", MIDNIGHT_MS, { entry: { ...ENTRY, reviewDay: TODAY } }, {}, "listed", "licence.reviewOverdue"],
  ["its first day begins there", MIDNIGHT_MS, { entry: { ...ENTRY, notBeforeDay: TODAY + 1 } }, {}, "licence.notYetValid", "listed"],
  [
    "a list is stale after so many hours",
    LIST_ISSUED_MS + 49 * HOUR_MS,
    {},
    offline({ listAgeMaximumH: 49 }),
    "listed",
    "licence.listStale",
  ],
  ["a loan ends", NOON_MS, {}, lent(WELDER, NOON_MS), "listed", "licence.loanOver"],
  ["a permit begins", NOON_MS, {}, permits({ fromMs: NOON_MS }), "licence.permitNotBegun", "listed"],
  ["a permit ends", NOON_MS, {}, permits({ untilMs: NOON_MS }), "listed", "licence.permitOver"],
  ["a special period begins", NOON_MS, {}, period(NOON_MS, NOON_MS + HOUR_MS), "listed", "licence.guardianNeeded"],
  ["a special period ends", NOON_MS, {}, period(NOON_MS - HOUR_MS, NOON_MS), "licence.guardianNeeded", "listed"],
];

describe("to the millisecond", () => {
  it.each(INSTANTS)("%s", (_, fromMs, scan, policy, before, from) => {
    expect(outcomeOf({ ...scan, time: at(fromMs - 1) }, policy)).toBe(before);
    expect(outcomeOf({ ...scan, time: at(fromMs) }, policy)).toBe(from);
  });

  it("a special period that may have begun asks for a guardian: doubt locks nobody out here", () => {
    const doubt = { earliestMs: NOON_MS, latestMs: NOON_MS + 2 * HOUR_MS };
    expect(outcomeOf({ time: doubt }, period(NOON_MS + HOUR_MS, NOON_MS + 3 * HOUR_MS))).toBe("licence.guardianNeeded");
    // Without an upper bound the time is taken for the earliest, or every machine off line would need one.
    expect(outcomeOf({ time: { ...doubt, latestMs: null } }, period(NOON_MS + HOUR_MS, NOON_MS + 3 * HOUR_MS))).toBe("listed");
    expect(outcomeOf({ time: { ...doubt, latestMs: null } }, period(NOON_MS, NOON_MS + HOUR_MS))).toBe("licence.guardianNeeded");
  });

  it("a credential is younger than the list from the millisecond after it on", () => {
    const issued = (issuedMs: number) => outcomeOf({ entry: null, pass: { ...PASS, credential: { ...YOUNG, issuedMs } } }, {});
    expect(issued(LIST_ISSUED_MS)).toBe("licence.unknownCertificate");
    expect(issued(LIST_ISSUED_MS + 1)).toBe("allowedOnce");
  });

  it("a policy of the very version that was in force is not lost", () => {
    expect(outcomeOf({ policyFloor: PLAIN.version }, {})).toBe("listed");
    expect(outcomeOf({ policyFloor: PLAIN.version + 1 }, {})).toBe("licence.policyLost");
  });
});

describe("the nearness of an end", () => {
  const daysLeft = (timeMs: number, policy: Partial<Policy> = {}) => {
    const found = { ...SCAN, entry: { ...ENTRY, reviewDay: TODAY + 30 }, time: at(timeMs) };
    return decide(found, { ...PLAIN, ...policy }).warnings.map((warning) => "daysLeft" in warning && warning.daysLeft);
  };

  it("is told when fewer whole days are left than the policy says, and never where it says none", () => {
    const endMs = MIDNIGHT_MS + 30 * DAY_MS;
    expect(daysLeft(endMs - 30 * DAY_MS)).toEqual([]);
    expect(daysLeft(endMs - 30 * DAY_MS + 1)).toEqual([29]);
    expect(daysLeft(endMs - DAY_MS)).toEqual([1]);
    expect(daysLeft(endMs - 1)).toEqual([0]);
    expect(daysLeft(endMs - 1, { warnDaysBeforeExpiry: 0 })).toEqual([]);
  });
});

describe("the place", () => {
  // One hundred-thousandth of a degree is 1.11195 m to the north; to the east, at this latitude, 0.89746 m.
  it.each([
    ["north", 449, 0, "listed"],
    ["north", 450, 0, "licence.outOfPlace"],
    ["south", -449, 0, "listed"],
    ["south", -450, 0, "licence.outOfPlace"],
    ["east", 0, 557, "listed"],
    ["east", 0, 558, "licence.outOfPlace"],
    ["west", 0, -557, "listed"],
    ["west", 0, -558, "licence.outOfPlace"],
    ["north-east", 317, 393, "listed"],
    ["north-east", 318, 394, "licence.outOfPlace"],
  ])("%s by %i and %i: %s", (_, north, east, outcome) => {
    const shown = { latE5: place.latE5 + north, lonE5: place.lonE5 + east };
    expect(outcomeOf({ pass: { ...PASS, place: shown } }, { place })).toBe(outcome);
  });

  it.each([
    ["1,000 km along a meridian", { latE5: 899_321, lonE5: 0 }, "listed"],
    ["more than 1,000 km along a meridian", { latE5: 899_322, lonE5: 0 }, "licence.outOfPlace"],
    ["1,000 km along the equator", { latE5: 0, lonE5: -899_321 }, "listed"],
    ["more than 1,000 km along the equator", { latE5: 0, lonE5: -899_322 }, "licence.outOfPlace"],
  ])("%s from a place as wide as can be ruled", (_, shown, outcome) => {
    expect(outcomeOf({ pass: { ...PASS, place: shown } }, { place: { latE5: 0, lonE5: 0, radiusM: 1_000_000 } })).toBe(outcome);
  });

  it("is not asked of a grant where no place is ruled", () => {
    expect(outcomeOf({ pass: { ...PASS, way: "grant" } }, {})).toBe("listed");
  });
});
