/** A welder with a good certificate at a machine that is ready, at noon. */
import { dayStartMs } from "#agent/core/licensing/certificate.ts";
import { decide } from "#agent/core/licensing/decide.ts";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { HOUR_MS, NOON_MS, PERMIT, PLAIN, WELDER } from "#test/policy/fixtures.ts";

export const TODAY = Math.floor((NOON_MS + 8 * HOUR_MS) / (24 * HOUR_MS));
const DATES = { categories: 1, notBeforeDay: TODAY - 400, expiryDay: TODAY + 900, reviewDay: TODAY + 300 };
export const ENTRY = { ...DATES, suspended: false };
export const LIST_ISSUED_MS = NOON_MS - 48 * HOUR_MS;
export const YOUNG = { ...DATES, issuedMs: LIST_ISSUED_MS + HOUR_MS };

export const PASS: PassFacts = {
  handle: WELDER,
  credential: { ...DATES, issuedMs: LIST_ISSUED_MS - HOUR_MS },
  way: "page",
  purpose: "start",
  maxSessionS: 86_400,
  checklistVersion: 0,
  place: null,
};

export const SCAN: ScanFacts = {
  pass: PASS,
  refusal: null,
  listVersion: 5,
  overlayVersion: 3,
  listIssuedMs: LIST_ISSUED_MS,
  entry: ENTRY,
  usedOnce: false,
  guardian: null,
  waiting: null,
  processCategory: "2.1",
  time: { earliestMs: NOON_MS, latestMs: NOON_MS },
  machine: "ready",
  holder: null,
  policyFloor: 0,
  journalFull: false,
  budgetSpent: false,
};

export const noonOf = (day: number) => dayStartMs(day) + 12 * HOUR_MS;

export const permits = (...list: Partial<Policy["permits"]["list"][number]>[]): Pick<Policy, "permits"> => ({
  permits: { required: true, guardiansScan: false, list: list.map((permit, at) => ({ ...PERMIT, id: `DH-${at}`, ...permit })) },
});
export const special = { specialPeriods: [{ fromMs: NOON_MS - HOUR_MS, untilMs: NOON_MS + HOUR_MS, reason: "国庆节" }] };
export const lent = (handle: string, untilMs: number): Pick<Policy, "binding"> => ({
  binding: { to: "borrower", contract: "loan", handle, untilMs },
});
/** Whose credential the list cannot know. */
export const young = { entry: null, pass: { ...PASS, credential: YOUNG } };
export const place = { latE5: 3_618_640, lonE5: 11_676_880, radiusM: 500 };
export const unbounded = { time: { earliestMs: NOON_MS, latestMs: null } };
export const offline = (change: Partial<Policy["offline"]>): Pick<Policy, "offline"> => ({ offline: { ...PLAIN.offline, ...change } });
export const checkList = { version: 4, required: true, items: [{ zh: "甲", en: "a" }] };

export function outcomeOf(scan: Partial<ScanFacts>, policy: Partial<Policy>): string {
  const decision = decide({ ...SCAN, ...scan }, { ...PLAIN, ...policy });
  return decision.allow ? decision.rule : decision.code;
}
