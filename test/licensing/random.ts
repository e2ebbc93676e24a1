/** Random welders, policies and clocks. */
import fc from "fast-check";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { PASS, SCAN, TODAY } from "#test/licensing/facts.ts";
import { GUARDIAN, HOUR_MS, NOON_MS, OTHER, PLAIN, WELDER } from "#test/policy/fixtures.ts";

const handle = fc.constantFrom(WELDER, OTHER, GUARDIAN);
/** Most are near to now, so that both sides of each limit are met. */
const moment = fc.integer({ min: -60, max: 60 }).map((hours) => NOON_MS + hours * HOUR_MS);
const day = fc.integer({ min: -2, max: 2 }).map((days) => TODAY + days);
const dates = fc.record({ categories: fc.constantFrom(1, 1, 1, 2, 5), notBeforeDay: day, expiryDay: day, reviewDay: day });
const place = fc.record({ latE5: fc.constantFrom(0, 10_000), lonE5: fc.constant(0) });
const bounded = fc.record({ latE5: fc.constant(0), lonE5: fc.constant(0), radiusM: fc.constantFrom(100, 100_000) });

const pass = fc.record({
  handle,
  credential: fc.option(fc.tuple(dates, moment).map(([found, issuedMs]) => ({ ...found, issuedMs }))),
  way: fc.constantFrom("page" as const, "scanner" as const, "grant" as const),
  purpose: fc.constantFrom("start" as const, "start" as const, "guard" as const),
  maxSessionS: fc.integer({ min: 1, max: 86_400 }),
  checklistVersion: fc.constantFrom(0, 1, 2),
  place: fc.option(place),
});
const time = fc
  .tuple(moment, fc.option(fc.integer({ min: 0, max: 40 })))
  .map(([earliestMs, hours]) => ({ earliestMs, latestMs: hours === null ? null : earliestMs + hours * HOUR_MS }));
const scan: fc.Arbitrary<ScanFacts> = fc.record({
  pass: fc.option(pass, { freq: 20 }),
  refusal: fc.constantFrom(null, "pass.badSignature" as const),
  listVersion: fc.constantFrom(1, 2),
  overlayVersion: fc.constantFrom(0, 1),
  listIssuedMs: fc.option(moment, { freq: 20 }),
  entry: fc.option(fc.tuple(dates, fc.boolean()).map(([found, suspended]) => ({ ...found, suspended }))),
  usedOnce: fc.boolean(),
  guardian: fc.option(fc.record({ handle, certified: fc.boolean() })),
  waiting: fc.constant(null),
  processCategory: fc.constant("2.1" as const),
  time,
  machine: fc.constantFrom("ready" as const, "ready" as const, "energised" as const, "arcing" as const, "faulted" as const),
  holder: fc.option(handle),
  policyFloor: fc.constant(0),
  budgetSpent: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
  journalFull: fc.constantFrom(false, false, true),
});
const permit = fc.record({
  level: fc.constant("second" as const),
  fromMs: moment,
  untilMs: moment,
  place: fc.option(bounded),
  guardians: fc.uniqueArray(handle, { maxLength: 2 }),
  welders: fc.uniqueArray(handle, { maxLength: 2 }),
});
export const policy: fc.Arbitrary<Policy> = fc
  .record({
    permits: fc.record({
      required: fc.boolean(),
      guardiansScan: fc.boolean(),
      list: fc.array(permit, { maxLength: 3 }).map((list) => list.map((found, at) => ({ ...found, id: `DH-${at}` }))),
    }),
    specialPeriods: fc.array(fc.record({ fromMs: moment, untilMs: moment, reason: fc.constant("x") }), { maxLength: 2 }),
    binding: fc.oneof(
      fc.constant({ to: "anyone" as const }),
      fc.record({ to: fc.constant("welders" as const), handles: fc.uniqueArray(handle, { minLength: 1, maxLength: 2 }) }),
      fc.record({ to: fc.constant("borrower" as const), contract: fc.constant("rent" as const), handle, untilMs: moment }),
    ),
    checkList: fc.option(
      fc.record({
        version: fc.constantFrom(1, 2),
        required: fc.boolean(),
        items: fc.constant<{ zh: string; en: string }[]>([{ zh: "甲", en: "a" }]),
      }),
    ),
    sessionMaximumS: fc.integer({ min: 1, max: 86_400 }),
    offline: fc.record({
      listAgeMaximumH: fc.option(fc.integer({ min: 1, max: 100 })),
      credentialNewerThanList: fc.constantFrom("allowOnce" as const, "deny" as const),
    }),
    expiryRule: fc.constantFrom("earliest" as const, "latest" as const),
    place: fc.option(bounded),
    machineClass: fc.constantFrom("enforced" as const, "enforced" as const, "enforced" as const, "monitored" as const, "exempt" as const),
  })
  .map((found) => ({ ...PLAIN, ...found }));

/** A welder whom nothing is against but what the drawn policy and clock bring. */
const goodScan = scan.map((found) => ({
  ...found,
  pass: found.pass ? { ...found.pass, handle: WELDER, purpose: "start" as const } : PASS,
  entry: SCAN.entry,
}));
export const anyScan = fc.oneof(scan, goodScan, goodScan);
export const enforced = policy.map((found) => ({ ...found, machineClass: "enforced" as const }));
