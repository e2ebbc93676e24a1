import { describe, expect, it } from "vitest";
import { type Decision, decide } from "#agent/core/licensing/decide.ts";
import { NOBODY, type ScanFacts } from "#agent/core/licensing/facts.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import {
  checkList,
  ENTRY,
  lent,
  noonOf,
  outcomeOf,
  PASS,
  permits,
  place,
  SCAN,
  special,
  TODAY,
  unbounded,
  YOUNG,
  young,
} from "#test/licensing/facts.ts";
import { GUARDIAN, HOUR_MS, NOON_MS, OTHER, PLAIN, WELDER } from "#test/policy/fixtures.ts";

const decided = (scan: Partial<ScanFacts>, policy: Partial<Policy> = {}): Decision => decide({ ...SCAN, ...scan }, { ...PLAIN, ...policy });
const soon = { entry: { ...ENTRY, reviewDay: TODAY + 9 } };
const guarded = { guardian: { handle: GUARDIAN, certified: true } };
const running = { machine: "energised", holder: WELDER } as const;
const noLimits = { limitS: 43_200, maximumS: 43_200, idleRelockS: 600, endsBy: null };

describe("a refusal", () => {
  it.each<[what: string, code: string, scan: Partial<ScanFacts>, policy: Partial<Policy>]>([
    ["a lost policy", "licence.policyLost", { policyFloor: 4 }, {}],
    ["a retired machine", "licence.machineRetired", {}, { machineClass: "retired" }],
    ["a certificate", "licence.wrongCategory", { entry: { ...ENTRY, categories: 4 } }, {}],
    ["a certificate that is overdue for review", "licence.reviewOverdue", { entry: { ...ENTRY, reviewDay: TODAY - 1 } }, {}],
    ["what must hold at the scan", "licence.checkListNotRead", {}, { checkList }],
    ["a chip that does not answer", "licence.machineUnreachable", { machine: "unreachable" }, {}],
    [
      "a guardian at a time without bound",
      "licence.timeUnknown",
      { ...unbounded, pass: { ...PASS, purpose: "guard" } },
      { expiryRule: "latest" },
    ],
  ])("for %s names who was refused, and waits for and warns of nothing", (_, code, scan, policy) => {
    expect(decided(scan, policy)).toEqual({ allow: false, handle: WELDER, code, waitsFor: null, warnings: [] });
  });

  it.each<[code: string, scan: Partial<ScanFacts>, policy: Partial<Policy>]>([
    ["licence.policyLost", { policyFloor: 4 }, {}],
    ["licence.machineRetired", {}, { machineClass: "retired" }],
    ["licence.badCredential", {}, {}],
    ["licence.machineFaulted", { machine: "faulted" }, { machineClass: "exempt" }],
  ])("%s names nobody where no pass was verified", (code, scan, policy) => {
    expect(decided({ pass: null, ...scan }, policy)).toEqual({ allow: false, handle: null, code, waitsFor: null, warnings: [] });
  });

  it("for want of a guardian names who may be one: whom the permit names, or anybody with a certificate", () => {
    const refused = { allow: false, handle: WELDER, code: "licence.guardianNeeded", warnings: [] };
    expect(decided({}, special)).toEqual({ ...refused, waitsFor: [] });
    expect(decided({}, { ...special, ...permits({ guardians: [GUARDIAN, OTHER] }) })).toEqual({ ...refused, waitsFor: [GUARDIAN, OTHER] });
  });

  it("for the machine's sake still tells how near the certificate's end is", () => {
    expect(decided({ ...soon, journalFull: true })).toMatchObject({ code: "licence.journalFull", warnings: [{ daysLeft: 9 }] });
  });

  it("of a welder who is bound to the machine does not overlook the permit", () => {
    expect(outcomeOf({}, { binding: { to: "welders", handles: [WELDER] }, ...permits() })).toBe("licence.noPermit");
  });
});

describe("a start", () => {
  it("names permit and guardian", () => {
    expect(decided(guarded, { ...special, ...permits({ guardians: [GUARDIAN] }) })).toMatchObject({ permitId: "DH-0", guardian: GUARDIAN });
    expect(decided(guarded)).toMatchObject({ permitId: null, guardian: null });
    // A guardian is asked for the start: who is at work already has passed.
    expect(decided({ ...guarded, ...running }, special)).toMatchObject({ guardian: null });
  });

  it("names a permit that is in force where none is required, and of several that which lasts longest", () => {
    const { list } = permits({}).permits;
    expect(decided({}, { permits: { ...PLAIN.permits, list } })).toMatchObject({
      permitId: "DH-0",
      limits: { endsBy: { cause: "certificateExpired" } },
    });
    const long = { untilMs: NOON_MS + 5 * HOUR_MS };
    expect(decided({}, permits({}, long, {}))).toMatchObject({
      permitId: "DH-1",
      limits: { endsBy: { cause: "permitEnded", atMs: long.untilMs } },
    });
    expect(decided({}, permits(long, {}))).toMatchObject({ permitId: "DH-0" });
  });

  it("is told the end of permits that follow on one another, in whatever order they are listed", () => {
    const hours = (from: number, until: number) => ({ fromMs: NOON_MS + from * HOUR_MS, untilMs: NOON_MS + until * HOUR_MS });
    const chain = [hours(-1, 3), hours(3, 5), hours(4, 8)] as const;
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const) {
      const listed = order.map((at) => chain[at]);
      expect(decided({}, permits(...listed)), order.join()).toMatchObject({ limits: { endsBy: { atMs: chain[2].untilMs } } });
    }
  });

  it("ends by the end of the time's interval that the policy names", () => {
    const time = { earliestMs: NOON_MS, latestMs: NOON_MS + HOUR_MS };
    const loan = lent(WELDER, NOON_MS + 3 * HOUR_MS);
    expect(decided({ time }, loan)).toMatchObject({ limits: { limitS: 3 * 3_600 } });
    expect(decided({ time }, { ...loan, expiryRule: "latest" })).toMatchObject({ limits: { limitS: 2 * 3_600 } });
  });

  it("lasts a second at least, and whole seconds", () => {
    expect(decided({}, lent(WELDER, NOON_MS + 1))).toMatchObject({ limits: { limitS: 1, maximumS: 43_200 } });
    expect(decided({}, lent(WELDER, NOON_MS + 1_001))).toMatchObject({ limits: { limitS: 2 } });
  });

  it("with a credential that the list has caught up with is an ordinary one", () => {
    expect(outcomeOf({ pass: { ...PASS, credential: YOUNG }, usedOnce: true }, {})).toBe("listed");
  });

  it("of a machine that serves anybody asks nothing, whoever scans", () => {
    const free = { allow: true, rule: "exempt", wouldRefuse: null, limits: noLimits, permitId: null, guardian: null, warnings: [] };
    expect(decided({ ...soon, listIssuedMs: null }, { machineClass: "exempt", ...permits({}) })).toEqual({ ...free, handle: WELDER });
    expect(decided({ pass: null }, { machineClass: "exempt" })).toEqual({ ...free, handle: NOBODY });
    expect(NOBODY).toBe("00000000000000000000000000000000");
  });

  it("on a monitored machine is never shortened by what an enforced one would end it for", () => {
    expect(decided({ time: { ...SCAN.time, earliestMs: noonOf(TODAY + 300) } }, { machineClass: "monitored" })).toMatchObject({
      limits: noLimits,
    });
    expect(decided({}, { machineClass: "monitored" })).toMatchObject({
      rule: "monitored",
      wouldRefuse: null,
      warnings: [],
      limits: noLimits,
    });
  });
});

describe("warnings", () => {
  const typesOf = (scan: Partial<ScanFacts>, policy: Partial<Policy> = {}) => decided(scan, policy).warnings.map(({ type }) => type);

  it("beside a start: the near end, the young credential, hot work in a special period, once each and in this order", () => {
    const both = { ...young, pass: { ...young.pass, credential: { ...YOUNG, reviewDay: TODAY + 9 } } };
    expect(typesOf({ ...both, ...guarded }, special)).toEqual(["certificateNearExpiry", "credentialNewerThanList", "specialPeriodHotWork"]);
  });

  it("of the running welder's scan say nothing of a start", () => {
    expect(typesOf({ ...young, ...running }, special)).toEqual([]);
  });

  it("of a refusal are of nothing but the scan: expired, or out of place", () => {
    expect(typesOf({ entry: { ...soon.entry, expiryDay: TODAY - 1 } })).toEqual(["certificateExpired"]);
    expect(typesOf({ ...soon, pass: { ...PASS, place: { latE5: 0, lonE5: 0 } } }, { place })).toEqual(["remoteScan"]);
    for (const entry of [
      { ...soon.entry, suspended: true },
      { ...soon.entry, categories: 4 },
      { ...soon.entry, notBeforeDay: TODAY + 1 },
    ]) {
      expect(typesOf({ entry })).toEqual([]);
    }
    expect(typesOf(soon, { checkList })).toEqual([]);
  });
});

describe("a guardian's scan", () => {
  const guard = { ...PASS, handle: GUARDIAN, purpose: "guard" as const };
  const allowed = { allow: true, rule: "guardian", handle: GUARDIAN, warnings: [] };

  it("says whether the guardian's certificate could start the machine; a permit may name others", () => {
    const named = permits({ guardians: [GUARDIAN] });
    expect(decided({ pass: guard })).toEqual({ ...allowed, certified: true });
    expect(decided({ pass: guard }, named)).toEqual({ ...allowed, certified: true });
    expect(decided({ pass: guard, entry: null }, named)).toEqual({ ...allowed, certified: false });
    expect(decided({ pass: guard, entry: { ...ENTRY, categories: 4 } }, named)).toEqual({ ...allowed, certified: false });
  });

  it("asks nothing of the machine", () => {
    expect(decided({ pass: guard, machine: "unreachable", journalFull: true, budgetSpent: true })).toEqual({ ...allowed, certified: true });
  });

  it("serves who waits for anybody certified, and nobody who waits for another", () => {
    const waiting = (guardians: string[]) => ({ pass: guard, waiting: { handle: WELDER, guardians } });
    expect(decided(waiting([]))).toMatchObject({ allow: true });
    expect(decided(waiting([OTHER]))).toMatchObject({ code: "licence.notAGuardian" });
    expect(decided({ ...waiting([]), entry: null }, permits({ guardians: [GUARDIAN] }))).toMatchObject({ code: "licence.notAGuardian" });
  });
});
