/** Decisions over random welders, policies and clocks. A failure prints fast-check's seed; ARCGATE_SEED replays it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decision, decide } from "#agent/core/licensing/decide.ts";
import { receiptOf } from "#agent/core/licensing/receipt.ts";
import { PAYLOADS } from "#protocol/events/payloads.ts";
import { Policy } from "#protocol/policy/policy.ts";
import { SEED } from "#test/codes/seed.ts";
import { anyScan, enforced, policy } from "#test/licensing/random.ts";
import { HOUR_MS, OTHER } from "#test/policy/fixtures.ts";

const RUNS = { numRuns: 10_000, seed: SEED };
const DAY_MS = 24 * HOUR_MS;
const isStart = (decision: Decision) => decision.allow && decision.rule !== "guardian";

/** One thing more that a policy asks for. Each makes it stricter, and nothing else. */
const STRICTER: ((found: Policy) => Policy)[] = [
  (found) => ({ ...found, machineClass: "retired" }),
  (found) => ({ ...found, permits: { ...found.permits, required: true } }),
  (found) => ({ ...found, permits: { ...found.permits, guardiansScan: true } }),
  (found) => ({ ...found, specialPeriods: [...found.specialPeriods, { fromMs: 0, untilMs: 1e14, reason: "x" }] }),
  (found) => ({ ...found, binding: found.binding.to === "anyone" ? { to: "welders", handles: [OTHER] } : found.binding }),
  (found) => ({
    ...found,
    binding: found.binding.to === "borrower" ? { ...found.binding, untilMs: found.binding.untilMs - HOUR_MS } : found.binding,
  }),
  (found) => ({ ...found, checkList: found.checkList && { ...found.checkList, required: true } }),
  (found) => ({ ...found, sessionMaximumS: Math.max(1, Math.floor(found.sessionMaximumS / 2)) }),
  (found) => ({ ...found, offline: { ...found.offline, listAgeMaximumH: Math.min(found.offline.listAgeMaximumH ?? 10, 10) } }),
  (found) => ({ ...found, offline: { ...found.offline, credentialNewerThanList: "deny" } }),
  (found) => ({ ...found, expiryRule: "latest" }),
  (found) => ({ ...found, place: { latE5: 0, lonE5: 0, radiusM: 100 } }),
];

describe("whatever is scanned under whatever policy", () => {
  it("nothing that is over by the policy's rule is ever let start on an enforced machine", () => {
    let starts = 0;
    fc.assert(
      fc.property(anyScan, enforced, (found, ruling) => {
        const decision = decide(found, ruling);
        if (!isStart(decision)) return;
        starts += 1;
        const at = ruling.expiryRule === "earliest" ? found.time.earliestMs : found.time.latestMs;
        const certificate = found.entry ?? found.pass?.credential;
        if (at === null || !certificate) throw new Error("started without a time or a certificate");
        // The calendar of China is 8 hours ahead of UTC.
        const today = Math.floor((at + 8 * HOUR_MS) / DAY_MS);
        expect(Math.min(certificate.expiryDay, certificate.reviewDay)).toBeGreaterThanOrEqual(today);
        if (ruling.offline.listAgeMaximumH !== null)
          expect(at - (found.listIssuedMs ?? 0)).toBeLessThan(ruling.offline.listAgeMaximumH * HOUR_MS);
        if (ruling.binding.to === "borrower") expect(at).toBeLessThan(ruling.binding.untilMs);
        if (ruling.permits.required) expect(ruling.permits.list.some(({ untilMs }) => at < untilMs)).toBe(true);
      }),
      RUNS,
    );
    expect(starts).toBeGreaterThan(100);
  });

  it("what is over stays over: an expired certificate, loan, list or review is refused at every later time", () => {
    const over = ["licence.expired", "licence.reviewOverdue", "licence.loanOver", "licence.listStale"];
    let refusals = 0;
    fc.assert(
      fc.property(anyScan, enforced, fc.integer({ min: 1, max: 1_000 }), (found, ruling, laterH) => {
        const before = decide(found, ruling);
        if (before.allow || !over.includes(before.code)) return;
        refusals += 1;
        const { earliestMs, latestMs } = found.time;
        const later = { earliestMs: earliestMs + laterH * HOUR_MS, latestMs: latestMs === null ? null : latestMs + laterH * HOUR_MS };
        expect(isStart(decide({ ...found, time: later }, ruling))).toBe(false);
      }),
      RUNS,
    );
    expect(refusals).toBeGreaterThan(100);
  });

  it("a stricter policy never allows more, and never for longer", () => {
    let compared = 0;
    fc.assert(
      fc.property(anyScan, enforced, fc.constantFrom(...STRICTER), (found, ruling, stricter) => {
        const strict = decide(found, stricter(ruling));
        if (!strict.allow || strict.rule === "guardian") return;
        compared += 1;
        const mild = decide(found, ruling);
        if (!mild.allow || mild.rule === "guardian") throw new Error(`the milder policy refuses: ${JSON.stringify(mild)}`);
        expect(strict.limits.maximumS).toBeLessThanOrEqual(mild.limits.maximumS);
        expect(strict.limits.limitS).toBeLessThanOrEqual(mild.limits.limitS);
      }),
      RUNS,
    );
    expect(compared).toBeGreaterThan(100);
  });

  it("the receipt fits the dictionary and names what was decided on", () => {
    fc.assert(
      fc.property(anyScan, policy, (found, ruling) => {
        const decision = decide(found, ruling);
        const { name, payload } = receiptOf(decision, found, ruling);
        expect(name).toBe(decision.allow ? "scanAllowed" : "scanDenied");
        expect(PAYLOADS[name].parse(payload)).toEqual(payload);
        expect(payload).toMatchObject({ policyVersion: ruling.version, listVersion: found.listVersion, ...found.time });
        for (const { type, ...warning } of decision.warnings) expect(PAYLOADS[type].parse(warning)).toEqual(warning);
      }),
      RUNS,
    );
  });

  it("a drawn policy is one that a platform could sign, but for its permits' lengths", () => {
    fc.assert(
      fc.property(policy, (found) => {
        expect(Policy.parse(found)).toEqual(found);
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});
