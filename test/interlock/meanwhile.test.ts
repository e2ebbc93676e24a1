/** A switch that opened and closed again between two exchanges: only the chip's own word for why it opened is left of it. */
import { describe, expect, it } from "vitest";
import type { InterlockReading, InterlockState } from "#agent/core/interlock/state.ts";
import { interlock } from "#agent/core/interlock/transition.ts";
import { NOW, OPEN, SESSION, STATES } from "#test/interlock/fixtures.ts";

const PRESSED: InterlockReading = { ...OPEN, openedBy: "eStop", openForMs: 300 };
const CLOSED_WHEN_LAST_SEEN = ["energised", "ending", "outageClosed"] as const;

const causes = (state: InterlockState, reading: InterlockReading) =>
  interlock(state, reading, NOW).facts.flatMap((fact) => (fact.type === "sessionEnded" ? [fact.cause] : []));

describe("a hard cause that is over when the chip is next heard", () => {
  it.each(CLOSED_WHEN_LAST_SEEN)("%s: ends the session for it, and is told with its end", (name) => {
    const { state, facts } = interlock(STATES[name], PRESSED, NOW);
    expect(state).toEqual({ at: "locked" });
    expect(facts).toEqual([
      { type: "faulted", fault: "eStop" },
      { type: "contactorOpened", session: SESSION, by: "eStop", afterMs: 0 },
      { type: "sessionEnded", session: SESSION, cause: "eStop" },
      { type: "faultCleared", fault: "eStop" },
    ]);
    expect(causes(STATES[name], { ...PRESSED, openedBy: "enclosure" })).toEqual(["enclosureOpen"]);
  });

  it("a lapsed lease, a boot and a fault that is over go on as they did", () => {
    for (const openedBy of ["leaseLapsed", "powerUp", "fault", "command", "none"] as const) {
      for (const name of ["energised", "outageClosed"] as const) expect(causes(STATES[name], { ...PRESSED, openedBy })).toEqual([]);
    }
  });

  it("says nothing of a contactor that was known to be open, or is not open", () => {
    expect(causes(STATES.outageOpen, PRESSED)).toEqual([]);
    expect(causes(STATES.closing, PRESSED)).toEqual([]);
    const closed = { ...PRESSED, commandedClosed: true, mirrorClosed: true, leaseHeld: true, session: SESSION.id };
    for (const name of CLOSED_WHEN_LAST_SEEN) expect(causes(STATES[name], closed)).toEqual([]);
  });

  it("waits in an outage for the windows of the arc that it cut", () => {
    const behind = { ...PRESSED, openForMs: null };
    expect(interlock(STATES.outageClosed, behind, NOW)).toEqual({ state: STATES.outageClosed, facts: [] });
    const late = { ...STATES.outageClosed, sinceMonoMs: NOW.monoMs - 60_000 };
    expect(causes(late, behind)).toEqual(["eStop"]);
  });

  it("waits for the windows too where a session ends, and where it has been told to open", () => {
    const behind = { ...OPEN, openForMs: null };
    for (const name of ["ending", "endingUnheard", "opening"] as const) {
      const step = interlock(STATES[name], behind, NOW);
      expect([step.state.at, step.facts]).toEqual([STATES[name].at, []]);
      expect(interlock(step.state, OPEN, NOW).facts.at(-1)).toMatchObject({ type: "sessionEnded", session: SESSION });
    }
    expect(interlock(STATES.endingUnheard, behind, NOW).state).toEqual({ ...STATES.endingUnheard, silentSinceMonoMs: null });
    const sticking = { ...behind, mirrorClosed: true };
    expect(interlock({ ...STATES.opening, sinceMonoMs: NOW.monoMs - 2_000 }, sticking, NOW).state.at).toBe("faulted");
  });

  it("waits for the windows of the arc that a hard cause cuts, and that still stands", () => {
    const standing: InterlockReading = { ...OPEN, eStop: true, openedBy: "eStop", openForMs: 300 };
    for (const name of [...CLOSED_WHEN_LAST_SEEN, "opening"] as const) {
      const { state, facts } = interlock(STATES[name], { ...standing, openForMs: null }, NOW);
      expect([state.at, facts]).toEqual([STATES[name].at, []]);
      const found = interlock(state, standing, NOW);
      expect(found.state).toEqual({ at: "faulted", fault: "eStop" });
      expect(found.facts.at(-1)).toEqual({ type: "sessionEnded", session: SESSION, cause: "eStop" });
      const sticking = { ...standing, mirrorClosed: true, openForMs: null };
      expect(interlock(STATES[name], sticking, NOW).state.at).toBe("faulted");
    }
    for (const name of ["locked", "awaitingStart", "closing"] as const)
      expect(interlock(STATES[name], { ...standing, openForMs: null }, NOW).state.at).toBe("faulted");
  });

  it("waits for the windows where the chip's own limit cut the arc", () => {
    const limit: InterlockReading = { ...OPEN, openedBy: "sessionLimit" };
    expect(interlock(STATES.energised, { ...limit, openForMs: null }, NOW)).toEqual({ state: STATES.energised, facts: [] });
    expect(causes(STATES.energised, limit)).toEqual(["sessionLimit"]);
  });

  it("sees to a contact that stays closed all the same", () => {
    const { state } = interlock(STATES.energised, { ...PRESSED, mirrorClosed: true }, NOW);
    expect(state).toMatchObject({ at: "opening", session: null });
  });
});
