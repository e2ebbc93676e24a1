import { describe, expect, it } from "vitest";
import { dayStartMs } from "#agent/core/licensing/certificate.ts";
import { decide } from "#agent/core/licensing/decide.ts";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import { runningStanding } from "#agent/core/licensing/standing.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { ENTRY, LIST_ISSUED_MS, lent, noonOf, offline, outcomeOf, PASS, permits, SCAN, TODAY } from "#test/licensing/facts.ts";
import { HOUR_MS, NOON_MS, OTHER, PERMIT, PLAIN, WELDER } from "#test/policy/fixtures.ts";

describe("limits", () => {
  const limits = (scan: Partial<ScanFacts>, policy: Partial<Policy> = {}) => {
    const decision = decide({ ...SCAN, ...scan }, { ...PLAIN, ...policy });
    if (!decision.allow || decision.rule === "guardian") throw new Error(JSON.stringify(decision));
    return decision.limits;
  };
  const CERTIFICATE = { cause: "certificateExpired", atMs: dayStartMs(TODAY + 301) };

  it("are the policy's, then the pass's, and what ends the session first", () => {
    expect(limits({})).toEqual({ limitS: 43_200, maximumS: 43_200, idleRelockS: 600, endsBy: CERTIFICATE });
    expect(limits({ pass: { ...PASS, maxSessionS: 900 } })).toMatchObject({ limitS: 900, maximumS: 900 });
    const permit = { cause: "permitEnded", atMs: PERMIT.untilMs };
    expect(limits({}, permits({}))).toMatchObject({ limitS: 10_800, maximumS: 43_200, endsBy: permit });
    const loan = { cause: "bindingEnded", atMs: NOON_MS + HOUR_MS };
    expect(limits({}, { ...permits({}), ...lent(WELDER, NOON_MS + HOUR_MS) })).toMatchObject({ limitS: 3_600, endsBy: loan });
    const stale = { cause: "listStale", atMs: LIST_ISSUED_MS + 49 * HOUR_MS };
    expect(limits({}, offline({ listAgeMaximumH: 49 }))).toMatchObject({ limitS: 3_600, endsBy: stale });
    const lastDay = { ...ENTRY, expiryDay: TODAY };
    expect(limits({ entry: lastDay })).toMatchObject({ limitS: 12 * 3_600, endsBy: { atMs: dayStartMs(TODAY + 1) } });
  });

  it("follow permits that follow on one another, and stop at a gap", () => {
    const next = { fromMs: PERMIT.untilMs, untilMs: PERMIT.untilMs + HOUR_MS };
    expect(limits({}, permits({}, next)).endsBy?.atMs).toBe(PERMIT.untilMs + HOUR_MS);
    expect(limits({}, permits({}, { ...next, fromMs: next.fromMs + 1 })).endsBy?.atMs).toBe(PERMIT.untilMs);
    expect(limits({}, permits({}, { ...next, welders: [OTHER] })).endsBy?.atMs).toBe(PERMIT.untilMs);
  });

  it("of an expiry inside the clock's interval: the rule names the end that decides", () => {
    const entry = { ...ENTRY, expiryDay: TODAY - 1 };
    const time = { earliestMs: noonOf(TODAY - 1), latestMs: noonOf(TODAY) };
    expect(limits({ entry, time })).toMatchObject({ limitS: 12 * 3_600 });
    expect(outcomeOf({ entry, time }, { expiryRule: "latest" })).toBe("licence.expired");
    const permit = permits({ fromMs: 0, untilMs: noonOf(TODAY) - HOUR_MS });
    expect(outcomeOf({ time }, permit)).toBe("listed");
    expect(outcomeOf({ time }, { ...permit, expiryRule: "latest" })).toBe("licence.permitOver");
  });
});

describe("a session that runs", () => {
  const running = (found: Partial<ScanFacts>, policy: Partial<Policy>) => {
    const { entry, listIssuedMs, processCategory, time } = { ...SCAN, ...found };
    return runningStanding(
      { handle: WELDER, credential: PASS.credential, entry, listIssuedMs, processCategory, time },
      { ...PLAIN, ...policy },
    );
  };

  it("is judged by the rule, but does not end because a restart lost the upper bound of the time", () => {
    const entry = { ...ENTRY, expiryDay: TODAY - 1 };
    const time = { earliestMs: noonOf(TODAY - 1), latestMs: noonOf(TODAY) };
    expect(running({ entry, time }, {})).toMatchObject({ refused: null });
    expect(running({ entry, time }, { expiryRule: "latest" }).refused).toBe("licence.expired");
    expect(running({ entry, time: { ...time, latestMs: null } }, { expiryRule: "latest" })).toMatchObject({ refused: null });
  });

  it("is told what will end it, soonest first", () => {
    const causes = running({}, { ...permits({}), ...lent(WELDER, NOON_MS + HOUR_MS), ...offline({ listAgeMaximumH: 50 }) }).ends;
    expect(causes.map(({ cause }) => cause)).toEqual(["bindingEnded", "listStale", "permitEnded", "certificateExpired"]);
  });

  it("has nothing to fear for its licence where none is asked", () => {
    for (const machineClass of ["monitored", "exempt"] as const) {
      expect(running({ entry: null }, { machineClass, ...permits() })).toEqual({ refused: null, ends: [] });
    }
    expect(running({}, { machineClass: "retired", ...permits({}) })).toEqual({ refused: "licence.machineRetired", ends: [] });
  });

  it("is told what would end it beside what is against it", () => {
    const { refused, ends } = running({ entry: { ...ENTRY, suspended: true } }, { ...permits({}), ...offline({ listAgeMaximumH: 50 }) });
    expect(refused).toBe("licence.suspended");
    expect(ends.map(({ cause }) => cause)).toEqual(["listStale", "permitEnded"]);
  });
});
