import { describe, expect, it } from "vitest";
import { orderOf } from "#agent/core/interlock/order.ts";
import type { InterlockState } from "#agent/core/interlock/state.ts";
import { interlock, resumeInterlock } from "#agent/core/interlock/transition.ts";
import { CLOSED, INPUTS, NOW, OPEN, SESSION, STATES } from "#test/interlock/fixtures.ts";

const later = (monoMs: number, chipMs = monoMs) => ({ monoMs: NOW.monoMs + monoMs, chipMs: NOW.chipMs + chipMs });

describe("deadlines", () => {
  it("a start button that is not pressed in 30 s locks", () => {
    const step = interlock(STATES.awaitingStart, INPUTS.tick, later(10_000));
    expect(step.state).toEqual({ at: "locked" });
    expect(step.facts.map((fact) => fact.type)).toEqual(["startExpired"]);
  });

  it("a contactor that does not close in 5 s is given up", () => {
    expect(interlock(STATES.closing, OPEN, later(4_499)).state.at).toBe("closing");
    expect(interlock(STATES.closing, INPUTS.tick, later(60_000)).state).toEqual(STATES.closing);
    for (const laterMs of [4_500, 5_499])
      expect(interlock(STATES.closing, OPEN, later(laterMs)).state).toMatchObject({ at: "opening", cause: "contactorDidNotClose" });
  });

  it("idleness counts from the last arc: a rod change is none, ten minutes are", () => {
    const minutes = (count: number) => later(0, count * 60_000 - 50_000);
    expect(interlock(STATES.energised, CLOSED, minutes(9.9)).state.at).toBe("energised");
    expect(interlock(STATES.energised, CLOSED, minutes(10)).state).toMatchObject({ at: "ending", cause: "idle" });
    const rodChange = { ...CLOSED, lastArcOffChipMs: NOW.chipMs + 500_000 };
    expect(interlock(STATES.energised, rodChange, minutes(10)).state.at).toBe("energised");
  });

  it("a cable that is out for a moment is no work: idleness goes on; a closing begins it anew", () => {
    const quiet = { ...CLOSED, lastArcOffChipMs: null };
    const out = interlock(STATES.energised, INPUTS.silent, later(0, 540_000));
    const back = interlock(out.state, quiet, later(1_000, 549_000));
    expect(back.state).toMatchObject({ at: "energised", activeChipMs: 650_000 });
    expect(interlock(back.state, quiet, later(2_000, 550_000)).state).toMatchObject({ at: "ending", cause: "idle" });
    const closedAgain = interlock({ ...STATES.outageOpen, session: SESSION }, quiet, later(1_000, 1_000));
    expect(closedAgain.state).toMatchObject({ at: "energised", activeChipMs: NOW.chipMs + 1_000 });
  });

  it("the session's maximum waits for the arc's end", () => {
    const arcing = { ...CLOSED, arcing: true, currentPresent: true };
    const due = { monoMs: NOW.monoMs, chipMs: SESSION.startedChipMs + SESSION.limitS * 1000 };
    const step = interlock(STATES.energised, arcing, due);
    expect(step.state).toMatchObject({ at: "ending", cause: "sessionLimit" });
    expect(interlock(step.state, arcing, { ...due, chipMs: due.chipMs + 29_999 }).state.at).toBe("ending");
    expect(interlock(step.state, arcing, { ...due, chipMs: due.chipMs + 30_000 }).state).toMatchObject({
      at: "opening",
      cause: "sessionLimit",
    });
  });

  it("a soft end leaves arc-off to the chip, and opens by itself after 30 s", () => {
    const until = 720_000 - NOW.chipMs;
    expect(interlock(STATES.ending, CLOSED, later(0, until - 1)).state).toEqual(STATES.ending);
    expect(interlock(STATES.ending, CLOSED, later(0, until)).state).toMatchObject({ at: "opening", cause: "lockedByPlatform" });
    const opened = interlock(STATES.ending, { ...OPEN, openedBy: "arcOff" }, later(0, 1_000));
    expect(opened.state.at).toBe("locked");
    expect(opened.facts).toMatchObject([
      { type: "contactorOpened", by: "arcOff" },
      { type: "sessionEnded", cause: "lockedByPlatform" },
    ]);
  });

  it("after a lapsed lease the same session closes after 2 s without current", () => {
    const current = { ...OPEN, currentPresent: true };
    const first = interlock({ ...STATES.outageOpen, quietSinceMonoMs: null }, current, NOW).state;
    expect(first).toMatchObject({ at: "outage", quietSinceMonoMs: null });
    const quiet = interlock(first, OPEN, later(100)).state;
    expect(interlock(quiet, OPEN, later(2_099)).state.at).toBe("outage");
    expect(interlock(quiet, OPEN, later(2_100)).state).toMatchObject({ at: "closing", session: SESSION });
  });

  it("but not after 60 s", () => {
    for (const [input, at] of [
      [INPUTS.tick, "unlinked"],
      [OPEN, "locked"],
    ] as const) {
      const step = interlock(STATES.outageOpen, input, later(50_000));
      expect(step.state.at).toBe(at);
      expect(step.facts).toMatchObject([{ type: "sessionEnded", cause: "leaseLost" }]);
    }
  });

  it("nor when the chip's clock says that it has been open for 60 s, however young this process is", () => {
    const young = { ...STATES.outageClosed, sinceMonoMs: NOW.monoMs };
    const step = interlock(young, { ...OPEN, openForMs: 60_000 }, NOW);
    expect(step.state).toEqual({ at: "locked" });
    expect(step.facts.map((fact) => fact.type)).toEqual(["contactorOpened", "leaseLost", "sessionEnded"]);
    expect(interlock(young, { ...OPEN, openForMs: 59_999 }, NOW).state.at).toBe("outage");
  });

  it("nor when the chip boots after it was asked: what its clock said is remembered", () => {
    const young = { ...STATES.outageClosed, sinceMonoMs: NOW.monoMs };
    const told = interlock(young, { ...OPEN, openForMs: 50_000 }, NOW).state;
    expect(interlock(told, { ...OPEN, openForMs: 0 }, later(1_500)).state.at).toBe("outage");
    expect(interlock(told, { ...OPEN, openForMs: 0 }, later(9_999)).state.at).toBe("closing");
    expect(interlock(told, { ...OPEN, openForMs: 0 }, later(10_000)).state.at).toBe("locked");
  });

  it("nor when its time is up meanwhile: that ends with the outage, whatever the chip's answer", () => {
    const over = { ...SESSION, limitS: (NOW.chipMs - SESSION.startedChipMs) / 1000 };
    const quiet = { ...STATES.outageOpen, session: over, quietSinceMonoMs: NOW.monoMs - 10_000 };
    for (const [reading, at] of [
      [OPEN, "locked"],
      [{ ...OPEN, openForMs: null }, "locked"],
      [{ ...CLOSED, leaseHeld: false }, "opening"],
    ] as const) {
      const step = interlock(quiet, reading, NOW);
      expect(step.state.at).toBe(at);
      expect(step.facts).toMatchObject([{ type: "sessionEnded", session: over, cause: "sessionLimit" }]);
    }
    const early = interlock(quiet, OPEN, { ...NOW, chipMs: NOW.chipMs - 1 });
    expect(early.state.at).toBe("closing");
  });

  it("and nothing closes while the chip's windows are still being read", () => {
    const quiet = { ...STATES.outageOpen, quietSinceMonoMs: NOW.monoMs - 10_000 };
    expect(interlock(quiet, { ...OPEN, openForMs: null }, NOW).state).toEqual(quiet);
    expect(interlock(quiet, OPEN, NOW).state.at).toBe("closing");
  });

  it("a contact that stays closed for 2 s after opening is welded, and nothing is granted over it", () => {
    expect(interlock(STATES.opening, CLOSED, later(1_499)).state.at).toBe("opening");
    const step = interlock(STATES.opening, CLOSED, later(1_500));
    expect(step.state).toEqual({ at: "faulted", fault: "weldedContact" });
    expect(interlock(step.state, INPUTS.granted, later(2_000)).state).toBe(step.state);
    expect(interlock(step.state, CLOSED, later(2_000)).state).toBe(step.state);
  });
});

describe("what is wanted of the chip", () => {
  it("only `closing` ever closes; locked, opening and faulted want it open without a lease", () => {
    const modes = Object.fromEntries(Object.entries(STATES).map(([name, state]) => [name, orderOf(state, NOW).mode]));
    expect(modes).toEqual({
      unlinked: "open",
      locked: "open",
      awaitingStart: "open",
      closing: "closed",
      energised: "stayClosed",
      ending: "closedUntilArcOff",
      endingUnheard: "closedUntilArcOff",
      endingOpened: "closedUntilArcOff",
      outageClosed: "stayClosed",
      outageOpen: "stayClosed",
      opening: "open",
      faulted: "open",
    });
    for (const state of Object.values(STATES)) {
      const order = orderOf(state, NOW);
      expect(order.leaseMs === 0).toBe(order.mode === "open");
    }
  });

  it("the lease carries what is left of the session", () => {
    expect(orderOf(STATES.energised, NOW)).toMatchObject({ session: 7, leaseMs: 8_000, sessionRemainingS: 3_600 - 100 + 60 });
  });
});

describe("a new policy's limits", () => {
  it("shorten what runs and never lengthen it, for the chip holds the first; idleness follows either way", () => {
    const shorter = interlock(STATES.energised, INPUTS.limits, NOW).state;
    expect(shorter).toEqual({ ...STATES.energised, session: { ...SESSION, limitS: 1_800, idleRelockS: 300 } });
    const longer = interlock(shorter, { type: "limits", limitS: 36_000, idleRelockS: 900 }, NOW).state;
    expect(longer).toMatchObject({ session: { limitS: 1_800, idleRelockS: 900 } });
  });
});

describe("a restart of the agent", () => {
  it("takes a running session over as an outage, and the chip's answer decides", () => {
    for (const state of [STATES.energised, STATES.outageClosed] satisfies InterlockState[]) {
      const resumed = resumeInterlock(state, NOW);
      expect(resumed).toMatchObject({ at: "outage", session: SESSION, sinceMonoMs: NOW.monoMs, opened: false });
      expect(interlock(resumed, CLOSED, NOW)).toMatchObject({ state: { at: "energised", session: SESSION }, facts: [] });
    }
  });

  it("learns from the chip what became of an order to close", () => {
    const resumed = resumeInterlock(STATES.closing, NOW);
    expect(resumed).toMatchObject({ at: "outage", session: SESSION, opened: true });
    const closed = interlock(resumed, CLOSED, NOW);
    expect([closed.state.at, closed.facts.map(({ type }) => type)]).toEqual(["energised", ["contactorClosed"]]);
    // Never closed: nothing has opened, and no lease was lost.
    expect(interlock(resumed, OPEN, NOW)).toMatchObject({ state: { at: "outage" }, facts: [] });
  });

  it("lets end what was ending", () => {
    expect(resumeInterlock(STATES.ending, NOW)).toEqual(STATES.ending);
    expect(resumeInterlock(STATES.endingUnheard, NOW)).toEqual({ ...STATES.endingUnheard, silentSinceMonoMs: null });
    const opening = resumeInterlock(STATES.opening, NOW);
    expect(interlock(opening, OPEN, NOW).facts.map(({ type }) => type)).toEqual(["contactorOpened", "sessionEnded"]);
    expect(interlock(resumeInterlock(STATES.faulted, NOW), OPEN, NOW).state).toEqual({ at: "locked" });
  });

  it("starts nothing that was not running", () => {
    for (const state of [STATES.unlinked, STATES.locked] satisfies InterlockState[]) {
      expect(resumeInterlock(state, NOW)).toEqual({ at: "unlinked" });
    }
    const waited = interlock(resumeInterlock(STATES.awaitingStart, NOW), INPUTS.pressed, NOW);
    expect([waited.state.at, waited.facts.map(({ type }) => type)]).toEqual(["locked", ["startExpired"]]);
  });
});
