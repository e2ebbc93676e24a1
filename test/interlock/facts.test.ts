import { describe, expect, it } from "vitest";
import type { HardCause, InterlockFact, InterlockInput, InterlockState } from "#agent/core/interlock/state.ts";
import { interlock } from "#agent/core/interlock/transition.ts";
import { CLOSED, INPUTS, NOW, OPEN, SESSION, STATES } from "#test/interlock/fixtures.ts";

const session = SESSION;
const NEXT = INPUTS.granted.session;
const UNKNOWN: InterlockState = { at: "opening", session: null, cause: "unknownSession", sinceMonoMs: 99_500 };
const STUCK = { ...CLOSED, fault: "weldedContact" } as const;

const opened = (by: Extract<InterlockFact, { type: "contactorOpened" }>["by"], afterMs = 0): InterlockFact => {
  return { type: "contactorOpened", session, by, afterMs };
};
const ended = (cause: Extract<InterlockFact, { type: "sessionEnded" }>["cause"]): InterlockFact => ({
  type: "sessionEnded",
  session,
  cause,
});
const lost = (silentMs: number): InterlockFact => ({ type: "leaseLost", session, silentMs });
const faulted = (fault: HardCause): InterlockFact => ({ type: "faulted", fault });

/** Each becomes an event: whose session, by what, how long. */
const TABLE: [what: string, state: InterlockState, input: InterlockInput, facts: InterlockFact[]][] = [
  ["a grant at the machine", STATES.locked, INPUTS.granted, [{ type: "sessionStarted", session: NEXT }]],
  ["a grant from afar", STATES.locked, INPUTS.grantedAfar, [{ type: "startAwaited", session: NEXT }]],
  ["the button", STATES.awaitingStart, INPUTS.pressed, [{ type: "sessionStarted", session }]],
  [
    "another's grant while the button is awaited",
    STATES.awaitingStart,
    INPUTS.grantedAfar,
    [
      { type: "startExpired", session },
      { type: "startAwaited", session: NEXT },
    ],
  ],
  ["the contactor closes, so long after it was told to", STATES.closing, CLOSED, [{ type: "contactorClosed", session, afterMs: 500 }]],
  ["the next welder takes over", STATES.energised, INPUTS.granted, [ended("handover"), { type: "sessionStarted", session: NEXT }]],
  ["the chip opens by itself", STATES.energised, OPEN, [opened("leaseLapsed"), lost(0)]],
  [
    "the chip's limit opens: that ends the session",
    STATES.energised,
    { ...OPEN, openedBy: "sessionLimit" },
    [opened("sessionLimit"), ended("sessionLimit")],
  ],
  ["the arc is off at last", STATES.ending, { ...OPEN, openedBy: "arcOff" }, [opened("arcOff"), ended("lockedByPlatform")]],
  [
    "the chip's limit while it ends: the first cause counts",
    STATES.ending,
    { ...OPEN, openedBy: "sessionLimit" },
    [opened("sessionLimit"), ended("lockedByPlatform")],
  ],
  ["silence while it ends", STATES.ending, INPUTS.silent, []],
  [
    "open after an outage, by the chip's longer count",
    STATES.outageClosed,
    { ...OPEN, openForMs: 8_000 },
    [opened("leaseLapsed"), lost(8_000)],
  ],
  ["open after an outage, by our longer count", STATES.outageClosed, { ...OPEN, openForMs: 1_000 }, [opened("leaseLapsed"), lost(5_000)]],
  ["open after an outage that was known to have opened it", STATES.outageOpen, { ...OPEN, currentPresent: true }, []],
  ["closed after all", STATES.outageOpen, CLOSED, [{ type: "contactorClosed", session, afterMs: 10_000 }]],
  ["open when told to, so long after", STATES.opening, OPEN, [opened("idle", 500), ended("idle")]],
  ["silence while it opens: whether it did, nobody knows", STATES.opening, INPUTS.silent, [ended("idle")]],
  ["no session of ours opens", UNKNOWN, OPEN, []],
  ["e-stop in an arc", STATES.energised, INPUTS.eStop, [faulted("eStop"), opened("eStop"), ended("eStop")]],
  ["e-stop while it ends", STATES.ending, INPUTS.eStop, [faulted("eStop"), opened("eStop"), ended("eStop")]],
  ["e-stop while it opens", STATES.opening, INPUTS.eStop, [faulted("eStop"), opened("eStop", 500), ended("eStop")]],
  ["e-stop found after an outage", STATES.outageClosed, INPUTS.eStop, [faulted("eStop"), opened("eStop"), ended("eStop")]],
  ["e-stop found after it had opened", STATES.outageOpen, INPUTS.eStop, [faulted("eStop"), ended("eStop")]],
  [
    "an open enclosure while the button is awaited",
    STATES.awaitingStart,
    INPUTS.enclosure,
    [faulted("enclosureOpen"), { type: "startExpired", session }],
  ],
  ["a latched fault that has not opened it", STATES.energised, STUCK, [faulted("weldedContact"), ended("weldedContact")]],
  ["the fault is over", STATES.faulted, OPEN, [{ type: "faultCleared", fault: "eStop" }]],
];

describe("what is told", () => {
  it.each(TABLE)("%s", (_, state, input, facts) => {
    expect(interlock(state, input, NOW).facts).toEqual(facts);
  });
});

describe("of several hard causes", () => {
  it("e-stop comes before the enclosure, and both before what the chip has latched", () => {
    const all = { ...CLOSED, eStop: true, enclosureOpen: true, fault: "weldedContact" } as const;
    const faultOf = (input: InterlockInput) => interlock(STATES.energised, input, NOW).state;
    expect(faultOf(all)).toEqual({ at: "faulted", fault: "eStop" });
    expect(faultOf({ ...all, eStop: false })).toEqual({ at: "faulted", fault: "enclosureOpen" });
    expect(faultOf(STUCK)).toEqual({ at: "faulted", fault: "weldedContact" });
  });

  it("one that follows on another is told; one that stands is told once", () => {
    expect(interlock(STATES.faulted, INPUTS.enclosure, NOW)).toEqual({
      state: { at: "faulted", fault: "enclosureOpen" },
      facts: [faulted("enclosureOpen")],
    });
    expect(interlock(STATES.faulted, INPUTS.eStop, NOW)).toEqual({ state: STATES.faulted, facts: [] });
  });
});
