import { describe, expect, it } from "vitest";
import { dayStartMs } from "#agent/core/licensing/certificate.ts";
import { decide } from "#agent/core/licensing/decide.ts";
import { NOBODY, type ScanFacts } from "#agent/core/licensing/facts.ts";
import { type DenialCode, LICENCE_ERRORS } from "#protocol/errors/licence.ts";
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
  SCAN,
  special,
  TODAY,
  unbounded,
  YOUNG,
  young,
} from "#test/licensing/facts.ts";
import { GUARDIAN, HOUR_MS, NOON_MS, OTHER, PLAIN, WELDER } from "#test/policy/fixtures.ts";

type Row = [what: string, scan: Partial<ScanFacts>, policy: Partial<Policy>, outcome: string];

const TABLE: Row[] = [
  ["a certified welder", {}, {}, "listed"],
  ["no pass", { pass: null }, {}, "licence.badCredential"],
  ["no pass, and why", { pass: null, refusal: "pass.badSignature" }, {}, "pass.badSignature"],
  ["a policy that was lost", { policyFloor: 4 }, {}, "licence.policyLost"],
  ["no list", { listVersion: null, listIssuedMs: null, entry: null }, {}, "licence.noList"],
  ["a list within its age", {}, offline({ listAgeMaximumH: 49 }), "listed"],
  ["a list past its age", {}, offline({ listAgeMaximumH: 48 }), "licence.listStale"],
  ["not in the list", { entry: null }, {}, "licence.unknownCertificate"],
  ["younger than the list", young, {}, "allowedOnce"],
  ["younger than the list, the second time", { ...young, usedOnce: true }, {}, "licence.usedOnce"],
  ["younger than the list, where that does not count", young, offline({ credentialNewerThanList: "deny" }), "licence.unknownCertificate"],
  [
    "younger than the list, for brazing",
    { ...young, pass: { ...PASS, credential: { ...YOUNG, categories: 4 } } },
    {},
    "licence.wrongCategory",
  ],
  ["a grant for somebody the list does not know", { entry: null, pass: { ...PASS, credential: null } }, {}, "licence.unknownCertificate"],
  ["suspended", { entry: { ...ENTRY, suspended: true } }, {}, "licence.suspended"],
  ["suspended, with a young credential", { ...young, entry: { ...ENTRY, suspended: true } }, {}, "licence.suspended"],
  ["brazing alone", { entry: { ...ENTRY, categories: 4 } }, {}, "licence.wrongCategory"],
  ["brazing alone, where the policy asks for it", { entry: { ...ENTRY, categories: 4 } }, { category: "2.3" }, "listed"],
  ["the day after expiry", { entry: { ...ENTRY, expiryDay: TODAY - 1 } }, {}, "licence.expired"],
  ["the day after review", { entry: { ...ENTRY, reviewDay: TODAY - 1 } }, {}, "licence.reviewOverdue"],
  ["before its first day", { entry: { ...ENTRY, notBeforeDay: TODAY + 1 } }, {}, "licence.notYetValid"],
  ["before its first day, perhaps", { entry: { ...ENTRY, notBeforeDay: TODAY + 1 }, ...unbounded }, {}, "listed"],
  ["time without an upper bound", unbounded, {}, "listed"],
  ["time without an upper bound, judged by it", unbounded, { expiryRule: "latest" }, "licence.timeUnknown"],
  ["bound to others", {}, { binding: { to: "welders", handles: [OTHER] } }, "licence.notBound"],
  ["bound to this welder", {}, { binding: { to: "welders", handles: [OTHER, WELDER] } }, "listed"],
  ["lent to another", {}, lent(OTHER, NOON_MS + HOUR_MS), "licence.lentToOther"],
  ["lent to this welder", {}, lent(WELDER, NOON_MS + 1), "listed"],
  ["lent to this welder until now", {}, lent(WELDER, NOON_MS), "licence.loanOver"],
  ["no permit", {}, permits(), "licence.noPermit"],
  ["no permit where none is asked", {}, {}, "listed"],
  ["a permit", {}, permits({}), "listed"],
  ["a permit from this instant on", {}, permits({ fromMs: NOON_MS }), "listed"],
  ["a permit to come", {}, permits({ fromMs: NOON_MS + 1 }), "licence.permitNotBegun"],
  ["a permit to come, perhaps begun", unbounded, permits({ fromMs: NOON_MS + 1 }), "listed"],
  ["a permit that ends now", {}, permits({ untilMs: NOON_MS }), "licence.permitOver"],
  ["another welder's permit", {}, permits({ welders: [OTHER] }), "licence.permitOtherWelder"],
  ["another welder's permit and one's own", {}, permits({ welders: [OTHER] }, { welders: [WELDER] }), "listed"],
  ["within the place", { pass: { ...PASS, place } }, { place }, "listed"],
  ["499 m away", { pass: { ...PASS, place: { ...place, latE5: place.latE5 + 449 } } }, { place }, "listed"],
  ["501 m away", { pass: { ...PASS, place: { ...place, latE5: place.latE5 + 451 } } }, { place }, "licence.outOfPlace"],
  ["out of the permit's place", { pass: { ...PASS, place: { ...place, lonE5: 11_700_000 } } }, permits({ place }), "licence.outOfPlace"],
  [
    "within the machine's place, out of the permit's",
    { pass: { ...PASS, place } },
    { place, ...permits({ place: { ...place, lonE5: 11_700_000 } }) },
    "licence.outOfPlace",
  ],
  ["at the page without saying where", {}, { place }, "listed"],
  ["from afar without saying where", { pass: { ...PASS, way: "grant" } }, { place }, "licence.placeUnknown"],
  ["a check-list not read", {}, { checkList }, "licence.checkListNotRead"],
  ["an old check-list read", { pass: { ...PASS, checklistVersion: 3 } }, { checkList }, "licence.checkListNotRead"],
  ["the check-list read", { pass: { ...PASS, checklistVersion: 4 } }, { checkList }, "listed"],
  ["a check-list that need not be read", {}, { checkList: { ...checkList, required: false } }, "listed"],
  ["a special period alone", {}, special, "licence.guardianNeeded"],
  ["a special period with a guardian", { guardian: { handle: GUARDIAN, certified: true } }, special, "listed"],
  [
    "a special period with an uncertified guardian",
    { guardian: { handle: GUARDIAN, certified: false } },
    special,
    "licence.guardianNeeded",
  ],
  ["a special period, guarding oneself", { guardian: { handle: WELDER, certified: true } }, special, "licence.guardianNeeded"],
  [
    "a special period whose guardian the permit does not name",
    { guardian: { handle: OTHER, certified: true } },
    { ...special, ...permits({ guardians: [GUARDIAN] }) },
    "licence.guardianNeeded",
  ],
  [
    "a special period whose guardian the permit names",
    { guardian: { handle: GUARDIAN, certified: false } },
    { ...special, ...permits({ guardians: [GUARDIAN] }) },
    "listed",
  ],
  [
    "a special period that is over",
    {},
    { specialPeriods: [{ ...special.specialPeriods[0], untilMs: NOON_MS, fromMs: 0, reason: "x" }] },
    "listed",
  ],
  ["a special period that has not begun", {}, { specialPeriods: [{ fromMs: NOON_MS + 1, untilMs: NOON_MS + 2, reason: "x" }] }, "listed"],
  ["named guardians on an ordinary day", {}, permits({ guardians: [GUARDIAN] }), "listed"],
  [
    "named guardians who must scan",
    {},
    { permits: { ...permits({ guardians: [GUARDIAN] }).permits, guardiansScan: true } },
    "licence.guardianNeeded",
  ],
  ["guardians must scan, and none is named", {}, { permits: { ...permits({}).permits, guardiansScan: true } }, "listed"],
  ["a chip that does not answer", { machine: "unreachable" }, {}, "licence.machineUnreachable"],
  ["a fault", { machine: "faulted" }, {}, "licence.machineFaulted"],
  ["another welder's arc", { machine: "arcing", holder: OTHER }, {}, "licence.machineBusy"],
  ["another welder's session", { machine: "energised", holder: OTHER }, {}, "listed"],
  ["a full journal", { journalFull: true }, {}, "licence.journalFull"],
  ["a spent offline budget", { budgetSpent: true }, {}, "licence.offlineBudgetSpent"],
  ["the running welder, the budget spent", { machine: "energised", holder: WELDER, budgetSpent: true }, {}, "alreadyRunning"],
  ["the running welder, under an arc, the journal full", { machine: "arcing", holder: WELDER, journalFull: true }, {}, "alreadyRunning"],
  ["the running welder in a special period", { machine: "energised", holder: WELDER }, special, "alreadyRunning"],
  ["the running welder with a young credential", { ...young, usedOnce: true, machine: "energised", holder: WELDER }, {}, "alreadyRunning"],
  ["a retired machine", {}, { machineClass: "retired" }, "licence.machineRetired"],
  ["a retired machine, shown no pass", { pass: null }, { machineClass: "retired" }, "licence.machineRetired"],
  ["a monitored machine", {}, { machineClass: "monitored" }, "monitored"],
  ["a monitored machine that does not answer", { machine: "unreachable" }, { machineClass: "monitored" }, "licence.machineUnreachable"],
  ["an exempt machine, with no pass", { pass: null }, { machineClass: "exempt" }, "exempt"],
  ["an exempt machine with a fault", { machine: "faulted" }, { machineClass: "exempt" }, "licence.machineFaulted"],
  [
    "an exempt machine without list, permit or guardian",
    { entry: null, listIssuedMs: null },
    { machineClass: "exempt", ...permits(), ...special },
    "exempt",
  ],
];

describe("the licence decision", () => {
  it.each(TABLE)("%s → %4$s", (_, scan, policy, outcome) => {
    expect(outcomeOf(scan, policy)).toBe(outcome);
  });

  it("a monitored machine lets through whatever an enforced one refuses for want of a licence, and says what that was", () => {
    const refusedOnes = TABLE.filter(([, , policy, outcome]) => !policy.machineClass && outcome.includes("."));
    const machineReasons = /machine|journal|offlineBudget|policyLost/;
    expect(refusedOnes.length).toBeGreaterThan(25);
    for (const [what, scan, policy, code] of refusedOnes) {
      const decision = decide({ ...SCAN, ...scan }, { ...PLAIN, ...policy, machineClass: "monitored" });
      if (machineReasons.test(code)) expect(decision, what).toMatchObject({ allow: false, code });
      else {
        expect(decision, what).toMatchObject({ allow: true, rule: "monitored", wouldRefuse: code, limits: { endsBy: null } });
        const handle = "pass" in scan && scan.pass === null ? NOBODY : WELDER;
        expect(decision.warnings, what).toContainEqual({ type: "wouldBeRefused", handle, code });
      }
    }
  });

  it("gives every refusal of a licence in both languages, with what to do", () => {
    const given = new Set(TABLE.map(([, , , outcome]) => outcome));
    // Given by guardians' scans (their own table), or outside of the decision.
    const elsewhere = new Set(["licence.notAGuardian", "licence.guardianIsWelder", "licence.wrongMachine"]);
    for (const code of Object.keys(LICENCE_ERRORS) as DenialCode[]) {
      expect(given.has(code) || elsewhere.has(code), code).toBe(true);
      const { zh, en, remedyZh, remedyEn } = LICENCE_ERRORS[code];
      expect(zh + remedyZh, code).toMatch(/请|方可|需要/);
      expect(`${en}. ${remedyEn}`, code).toMatch(/^[A-Z].+\. [A-Z].+/);
    }
  });
});

describe("a guardian's scan", () => {
  const guard = { ...PASS, handle: GUARDIAN, purpose: "guard" as const };
  const waiting = (guardians: string[]) => ({ waiting: { handle: WELDER, guardians } });
  it.each<Row>([
    ["somebody certified", {}, {}, "guardian"],
    ["somebody the list does not know", { entry: null }, {}, "licence.notAGuardian"],
    ["somebody with a young credential", { entry: null, pass: { ...guard, credential: YOUNG } }, {}, "licence.notAGuardian"],
    ["somebody the list does not know, but a permit names", { entry: null }, permits({ guardians: [GUARDIAN] }), "guardian"],
    [
      "somebody suspended whom a permit names",
      { entry: { ...ENTRY, suspended: true } },
      permits({ guardians: [GUARDIAN] }),
      "licence.suspended",
    ],
    ["somebody expired", { entry: { ...ENTRY, expiryDay: TODAY - 1 } }, {}, "licence.expired"],
    ["without a list", { listIssuedMs: null }, {}, "licence.noList"],
    ["at a time without bound", unbounded, { expiryRule: "latest" }, "licence.timeUnknown"],
    ["the welder who waits", { pass: { ...guard, handle: WELDER }, ...waiting([]) }, {}, "licence.guardianIsWelder"],
    ["somebody certified whom nobody waits for", waiting([OTHER]), {}, "licence.notAGuardian"],
    ["whom the welder waits for", waiting([GUARDIAN]), permits({ guardians: [GUARDIAN] }), "guardian"],
    ["at a retired machine", {}, { machineClass: "retired" }, "licence.machineRetired"],
  ])("%s → %4$s", (_, scan, policy, outcome) => {
    expect(outcomeOf({ pass: guard, ...scan }, policy)).toBe(outcome);
  });
});

describe("what the platform is told beside a decision", () => {
  const warnings = (scan: Partial<ScanFacts>, policy: Partial<Policy> = {}) =>
    decide({ ...SCAN, ...scan }, { ...PLAIN, ...policy }).warnings;

  it("the nearer of expiry and review", () => {
    const entry = { ...ENTRY, reviewDay: TODAY + 9 };
    expect(warnings({ entry })).toEqual([
      { type: "certificateNearExpiry", handle: WELDER, expiresMs: dayStartMs(TODAY + 10), daysLeft: 9 },
    ]);
    expect(warnings({ entry: { ...ENTRY, reviewDay: TODAY + 30 } })).toEqual([]);
  });

  it("an expired certificate that was tried", () => {
    const entry = { ...ENTRY, expiryDay: TODAY - 2 };
    expect(warnings({ entry })).toEqual([{ type: "certificateExpired", handle: WELDER, expiredMs: dayStartMs(TODAY - 1) }]);
  });

  it("a scan out of place, hot work in a special period, a credential younger than the list", () => {
    const far = { pass: { ...PASS, place: { latE5: 0, lonE5: 0 } } };
    expect(warnings(far, { place })).toEqual([{ type: "remoteScan", handle: WELDER, reason: "outOfPlace" }]);
    const guarded = { guardian: { handle: GUARDIAN, certified: true } };
    expect(warnings(guarded, special)).toEqual([{ type: "specialPeriodHotWork", handle: WELDER, period: "国庆节" }]);
    expect(warnings({ machine: "energised", holder: WELDER }, special)).toEqual([]);
    expect(warnings(young)).toEqual([{ type: "credentialNewerThanList", handle: WELDER, listVersion: 5, overlayVersion: 3 }]);
  });
});
