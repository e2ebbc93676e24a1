import { describe, expect, it } from "vitest";
import { raiseFloor, startClock, syncClock, timeAt } from "#agent/core/clock/interval.ts";
import { dayStartMs, decide, type Policy, type ScanFacts } from "#agent/core/licensing/decide.ts";

import { HANDLE, passFacts } from "#test/machine/fixtures.ts";

const POLICY: Policy = {
  version: 3,
  machineClass: "enforced",
  requiredCategory: { code: "2.1", mask: 1 },
  sessionLimitS: 43_200,
  idleRelockS: 600,
  warnDaysBeforeExpiry: 30,
};
const TODAY = 20_000;
const noon = (day: number) => dayStartMs(day) + 12 * 3_600_000;
const at = (day: number) => ({ earliestMs: noon(day), latestMs: null });
const ENTRY = { categories: 1, notBeforeDay: TODAY - 400, expiryDay: TODAY + 900, reviewDay: TODAY + 300, suspended: false };
const SCAN: ScanFacts = {
  pass: passFacts(),
  refusal: null,
  listVersion: 5,
  entry: ENTRY,
  time: at(TODAY),
  machine: "ready",
  holder: null,
  journalFull: false,
};

const denied: [string, Partial<ScanFacts>, Partial<Policy>, string][] = [
  ["what is no pass, with its own reason", { pass: null, refusal: "pass.replayed" }, {}, "pass.replayed"],
  ["what is no pass and has no reason", { pass: null }, {}, "licence.badCredential"],
  ["a retired machine", {}, { machineClass: "retired" }, "licence.machineRetired"],
  ["no list", { listVersion: null, entry: null }, {}, "licence.noList"],
  ["not in the list", { entry: null }, {}, "licence.unknownCertificate"],
  ["suspended", { entry: { ...ENTRY, suspended: true } }, {}, "licence.suspended"],
  ["brazing alone", { entry: { ...ENTRY, categories: 4 } }, {}, "licence.wrongCategory"],
  ["the day after expiry", { entry: { ...ENTRY, expiryDay: TODAY - 1 } }, {}, "licence.expired"],
  ["the day after review", { entry: { ...ENTRY, reviewDay: TODAY - 1 } }, {}, "licence.reviewOverdue"],
  [
    "before its first day, when the time is bounded",
    { entry: { ...ENTRY, notBeforeDay: TODAY + 1 }, time: { earliestMs: noon(TODAY), latestMs: noon(TODAY) } },
    {},
    "licence.notYetValid",
  ],
  ["a chip that does not answer", { machine: "unreachable" }, {}, "licence.machineUnreachable"],
  ["a fault", { machine: "faulted" }, {}, "licence.machineFaulted"],
  ["another welder's arc", { machine: "arcing", holder: "cd".repeat(16) }, {}, "licence.machineBusy"],
  ["a full journal", { journalFull: true }, {}, "licence.journalFull"],
];

describe("the licence decision", () => {
  for (const [name, scan, policy, code] of denied) {
    it(`denies ${name}`, () => {
      expect(decide({ ...SCAN, ...scan }, { ...POLICY, ...policy })).toMatchObject({ allow: false, code });
    });
  }

  it("allows with the policy's limits", () => {
    expect(decide(SCAN, POLICY)).toEqual({
      allow: true,
      handle: HANDLE,
      rule: "listed",
      sessionLimitS: 43_200,
      idleRelockS: 600,
      warnings: [],
    });
  });

  it("allows on the last day, in China's time", () => {
    const entry = { ...ENTRY, expiryDay: TODAY, reviewDay: TODAY };
    const lastInstant = { earliestMs: dayStartMs(TODAY + 1) - 1, latestMs: null };
    expect(decide({ ...SCAN, entry, time: lastInstant }, POLICY).allow).toBe(true);
    expect(decide({ ...SCAN, entry, time: { earliestMs: dayStartMs(TODAY + 1), latestMs: null } }, POLICY).allow).toBe(false);
  });

  it("does not refuse a young certificate because the clock may be behind", () => {
    expect(decide({ ...SCAN, entry: { ...ENTRY, notBeforeDay: TODAY + 1 } }, POLICY).allow).toBe(true);
  });

  it("warns of the nearer of expiry and review", () => {
    const near = decide({ ...SCAN, entry: { ...ENTRY, reviewDay: TODAY + 9 } }, POLICY);
    expect(near.warnings).toEqual([{ type: "certificateNearExpiry", handle: HANDLE, expiresMs: dayStartMs(TODAY + 10), daysLeft: 9 }]);
    expect(decide({ ...SCAN, entry: { ...ENTRY, reviewDay: TODAY + 30 } }, POLICY).warnings).toEqual([]);
  });

  it("says that an expired certificate was tried", () => {
    const decision = decide({ ...SCAN, entry: { ...ENTRY, expiryDay: TODAY - 2 } }, POLICY);
    expect(decision.warnings).toEqual([{ type: "certificateExpired", handle: HANDLE, expiredMs: dayStartMs(TODAY - 1) }]);
  });

  it("the running welder's own scan changes nothing, not even under an arc or with a full journal", () => {
    const decision = decide({ ...SCAN, holder: HANDLE, machine: "arcing", journalFull: true }, POLICY);
    expect(decision).toMatchObject({ allow: true, rule: "alreadyRunning" });
  });
});

describe("time as an interval", () => {
  it("has no upper bound until the platform has spoken, and its floor only rises", () => {
    const started = startClock(1_000_000, 0);
    expect(timeAt(started, 10_000)).toEqual({ earliestMs: 1_009_999, latestMs: null });
    expect(raiseFloor(started, 900_000, "list", 10)).toBe(started);
    expect(timeAt(raiseFloor(started, 5_000_000, "list", 10), 10).earliestMs).toBe(5_000_000);
  });

  it("widens by the crystal's drift after a synchronisation", () => {
    const synced = syncClock(startClock(0, 0), 10_000_000, 50, 1_000);
    expect(timeAt(synced, 1_000)).toEqual({ earliestMs: 9_999_950, latestMs: 10_000_050 });
    expect(timeAt(synced, 1_000_1000)).toEqual({ earliestMs: 19_998_950, latestMs: 20_001_050 });
  });
});
