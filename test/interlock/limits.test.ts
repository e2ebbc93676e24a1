import { describe, expect, it } from "vitest";
import type { InterlockFact, InterlockInput, InterlockState } from "#agent/core/interlock/state.ts";
import { interlock } from "#agent/core/interlock/transition.ts";
import { CLOSED, INPUTS, NOW, OPEN, SESSION, STATES } from "#test/interlock/fixtures.ts";

interface Limit {
  rule: string;
  /** What begins the time, at NOW; then what meets the state one millisecond before the limit, and at it. */
  from: InterlockState;
  by: InterlockInput;
  meets: InterlockInput;
  clock: "monoMs" | "chipMs";
  limitMs: number;
  reached: InterlockState;
  facts?: InterlockFact[];
}

const session = SESSION;
const NEXT = INPUTS.granted.session;
const QUIET = { ...CLOSED, lastArcOffChipMs: null };
const WITH_CURRENT = { ...OPEN, currentPresent: true, openForMs: null };
const SHORT = { ...SESSION, startedChipMs: NOW.chipMs, limitS: 900 };
const LEASE_LOST: InterlockFact = { type: "sessionEnded", session, cause: "leaseLost" };
const at = (clock: Limit["clock"], afterMs: number) => ({ ...NOW, [clock]: NOW[clock] + afterMs });

const LIMITS: Limit[] = [
  {
    ...{ rule: "a grant from afar waits 30 s for the start button", from: STATES.locked, by: INPUTS.grantedAfar, meets: INPUTS.tick },
    ...{ clock: "monoMs", limitMs: 30_000, reached: { at: "locked" }, facts: [{ type: "startExpired", session: NEXT }] },
  },
  {
    ...{ rule: "a contactor may take 5 s to close", from: STATES.locked, by: INPUTS.granted, meets: OPEN },
    ...{ clock: "monoMs", limitMs: 5_000 },
    reached: { at: "opening", session: NEXT, cause: "contactorDidNotClose", sinceMonoMs: NOW.monoMs + 5_000 },
  },
  {
    ...{ rule: "a contact that is closed 2 s after it was told to open is welded", from: STATES.closing, by: INPUTS.soft, meets: CLOSED },
    ...{ clock: "monoMs", limitMs: 2_000, reached: { at: "faulted", fault: "weldedContact" } },
    facts: [
      { type: "faulted", fault: "weldedContact" },
      { type: "sessionEnded", session, cause: "certificateExpired" },
    ],
  },
  {
    ...{ rule: "so is one that was found closed without a session", from: STATES.unlinked, by: CLOSED, meets: CLOSED },
    ...{ clock: "monoMs", limitMs: 2_000, reached: { at: "faulted", fault: "weldedContact" } },
    facts: [{ type: "faulted", fault: "weldedContact" }],
  },
  {
    ...{ rule: "a soft end leaves the arc 30 s", from: STATES.energised, by: INPUTS.soft, meets: INPUTS.arcing },
    ...{ clock: "chipMs", limitMs: 30_000 },
    reached: { at: "opening", session, cause: "certificateExpired", sinceMonoMs: NOW.monoMs },
  },
  {
    ...{ rule: "a session lasts as long as was granted", from: { ...STATES.energised, session: SHORT }, by: CLOSED, meets: INPUTS.arcing },
    ...{ clock: "chipMs", limitMs: 900_000 },
    reached: { at: "ending", session: SHORT, cause: "sessionLimit", untilChipMs: NOW.chipMs + 930_000, silentSinceMonoMs: null },
  },
  {
    ...{ rule: "idleness is counted from the last of the arc", from: STATES.energised, by: INPUTS.arcing, meets: QUIET },
    ...{
      clock: "chipMs",
      limitMs: 600_000,
      reached: { at: "ending", session, cause: "idle", untilChipMs: NOW.chipMs + 630_000, silentSinceMonoMs: null },
    },
  },
  {
    ...{ rule: "or from the closing, until there is an arc", from: STATES.closing, by: CLOSED, meets: QUIET },
    ...{
      clock: "chipMs",
      limitMs: 600_000,
      reached: { at: "ending", session, cause: "idle", untilChipMs: NOW.chipMs + 630_000, silentSinceMonoMs: null },
    },
  },
  {
    ...{ rule: "one that is silent while its session ends has 60 s to say so", from: STATES.ending, by: INPUTS.silent, meets: INPUTS.tick },
    ...{
      clock: "monoMs",
      limitMs: 60_000,
      reached: { at: "unlinked" },
      facts: [{ type: "sessionEnded", session, cause: "lockedByPlatform" }],
    },
  },
  {
    ...{ rule: "a silent chip keeps its session 60 s", from: STATES.energised, by: INPUTS.silent, meets: INPUTS.tick },
    ...{ clock: "monoMs", limitMs: 60_000, reached: { at: "unlinked" }, facts: [LEASE_LOST] },
  },
  {
    ...{ rule: "so does one that opened by itself, if current hinders it to close", from: STATES.energised, by: OPEN, meets: WITH_CURRENT },
    ...{ clock: "monoMs", limitMs: 60_000, reached: { at: "locked" }, facts: [LEASE_LOST] },
  },
  {
    ...{ rule: "a lapsed lease is mended after 2 s without current", from: STATES.outageClosed, by: OPEN, meets: OPEN },
    ...{ clock: "monoMs", limitMs: 2_000, reached: { at: "closing", session, sinceMonoMs: NOW.monoMs + 2_000 } },
  },
];

describe("time limits, to the millisecond", () => {
  it.each(LIMITS)("$rule", ({ from, by, meets, clock, limitMs, reached, facts }) => {
    const entered = interlock(from, by, NOW).state;
    const before = interlock(entered, meets, at(clock, limitMs - 1));
    expect([before.state.at, before.facts]).toEqual([entered.at, []]);
    expect(interlock(entered, meets, at(clock, limitMs))).toEqual({ state: reached, facts: facts ?? [] });
  });

  it("the button counts in the last millisecond, and only if it was pressed after the grant", () => {
    const awaited = interlock(STATES.locked, INPUTS.grantedAfar, NOW).state;
    const last = at("monoMs", 29_999);
    expect(interlock(awaited, INPUTS.pressed, last).state).toEqual({ at: "closing", session: NEXT, sinceMonoMs: last.monoMs });
    expect(interlock(awaited, OPEN, last).state).toEqual(awaited);
    expect(interlock(awaited, INPUTS.pressed, at("monoMs", 30_000)).state).toEqual({ at: "locked" });
  });

  it("current begins the 2 s anew", () => {
    const quiet = interlock(STATES.outageClosed, OPEN, NOW).state;
    const disturbed = interlock(quiet, { ...OPEN, currentPresent: true }, at("monoMs", 1_000)).state;
    const again = interlock(disturbed, OPEN, at("monoMs", 1_500)).state;
    expect(interlock(again, OPEN, at("monoMs", 3_499)).state.at).toBe("outage");
    expect(interlock(again, OPEN, at("monoMs", 3_500)).state.at).toBe("closing");
  });
});
