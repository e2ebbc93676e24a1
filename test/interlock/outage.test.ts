import { describe, expect, it } from "vitest";
import type { InterlockInput, InterlockState } from "#agent/core/interlock/state.ts";
import { interlock, resumeInterlock } from "#agent/core/interlock/transition.ts";
import { heldOpen } from "#agent/core/interlock/underLease.ts";
import { CLOSED, INPUTS, NOW, OPEN, SESSION, STATES } from "#test/interlock/fixtures.ts";

const later = (ms: number) => ({ monoMs: NOW.monoMs + ms, chipMs: NOW.chipMs + ms });
const afterSilence = (state: InterlockState, input: InterlockInput) =>
  interlock(interlock(state, INPUTS.silent, NOW).state, input, later(1_000));

describe("when the chip answers again", () => {
  it("a contactor that stayed closed is no news, and one that was told to close and did is", () => {
    expect(afterSilence(STATES.energised, CLOSED)).toMatchObject({ state: { at: "energised", session: SESSION }, facts: [] });
    expect(afterSilence(STATES.closing, CLOSED)).toMatchObject({
      state: { at: "energised", session: SESSION, activeChipMs: NOW.chipMs + 1_000 },
      facts: [{ type: "contactorClosed", session: SESSION, afterMs: 1_000 }],
    });
  });

  it("a contactor that was found open is told of once, whether it was silent before or not", () => {
    for (const by of [INPUTS.silent, INPUTS.tick] as const) {
      const first = interlock(interlock(STATES.energised, by, NOW).state, OPEN, later(1_000));
      expect(first.facts.map(({ type }) => type)).toEqual(["contactorOpened", "leaseLost"]);
      expect(interlock(first.state, OPEN, later(1_500))).toMatchObject({ state: { at: "outage", opened: true }, facts: [] });
      expect(interlock(first.state, CLOSED, later(1_500)).facts.map(({ type }) => type)).toEqual(["contactorClosed"]);
    }
  });

  it.each([
    ["without a lease", INPUTS.sticking],
    ["under another session's lease", INPUTS.closedByOther],
  ])("one that is closed %s is not taken for ours, and not closed again", (_, reading) => {
    const found = afterSilence(STATES.energised, reading);
    expect(found).toMatchObject({ state: { at: "outage", opened: false }, facts: [] });
    expect(interlock(found.state, reading, later(30_000)).state.at).toBe("outage");
    const givenUp = interlock(found.state, reading, later(60_000));
    expect(givenUp.state).toEqual({ at: "opening", session: null, cause: "unknownSession", sinceMonoMs: NOW.monoMs + 60_000 });
    expect(givenUp.facts).toEqual([{ type: "sessionEnded", session: SESSION, cause: "leaseLost" }]);
  });

  it("one that is closed for the welder before is taken over, when the process died between a handover and its order", () => {
    const fresh: InterlockState = { ...STATES.closing, session: { ...SESSION, startedChipMs: NOW.chipMs - 1_000 } };
    const resumed = resumeInterlock(fresh, NOW);
    const next = interlock(resumed, INPUTS.closedByOther, later(1_000));
    expect(next).toMatchObject({ state: { at: "closing", session: fresh.session }, facts: [] });
    for (const [other, ms] of [
      [INPUTS.closedByOther, 60_000],
      [INPUTS.sticking, 1_000],
      [INPUTS.open, 1_000],
    ] as const) {
      expect(interlock(resumed, other, later(ms)).state.at, JSON.stringify(other)).not.toBe("closing");
    }
  });

  it("one that has been open for nobody knows how long is given up, and no endless time is put on record", () => {
    const { state, facts } = afterSilence(STATES.energised, { ...OPEN, openForMs: Number.POSITIVE_INFINITY });
    expect(state).toEqual({ at: "locked" });
    expect(facts).toMatchObject([
      { type: "contactorOpened" },
      { type: "leaseLost", silentMs: 1_000 },
      { type: "sessionEnded", cause: "leaseLost" },
    ]);
  });

  it("one that is open is not taken for closed, whatever the lease", () => {
    expect(afterSilence(STATES.energised, INPUTS.notClosing).state).toMatchObject({ at: "outage", opened: true });
  });

  it("an arc meanwhile counts as work", () => {
    const lastArcOffChipMs = NOW.chipMs + 600;
    expect(afterSilence(STATES.energised, { ...CLOSED, lastArcOffChipMs }).state).toMatchObject({ activeChipMs: lastArcOffChipMs });
    expect(afterSilence(STATES.energised, INPUTS.arcing).state).toMatchObject({ activeChipMs: NOW.chipMs + 1_000 });
  });

  it("after 60 s everything is told at once, with how long it was out", () => {
    const step = interlock(interlock(STATES.energised, INPUTS.silent, NOW).state, { ...OPEN, openForMs: null }, later(60_000));
    expect(step.facts).toEqual([
      { type: "contactorOpened", session: SESSION, by: "leaseLapsed", afterMs: 0 },
      { type: "leaseLost", session: SESSION, silentMs: 60_000 },
      { type: "sessionEnded", session: SESSION, cause: "leaseLost" },
    ]);
  });
});

describe("a scan in an outage by the welder whose session it is", () => {
  const shown = interlock(STATES.outageOpen, INPUTS.shownAgain, later(45_000)).state;

  it("gives it 60 s from then, and no more", () => {
    const current = { ...OPEN, currentPresent: true };
    const ended = [{ type: "sessionEnded", session: SESSION, cause: "leaseLost" }];
    expect(interlock(shown, current, later(104_999)).state.at).toBe("outage");
    expect(interlock(shown, INPUTS.tick, later(104_999)).state.at).toBe("outage");
    expect(interlock(shown, OPEN, later(50_000)).state.at).toBe("closing");
    expect(interlock(shown, OPEN, later(105_000))).toEqual({ state: { at: "locked" }, facts: ended });
    expect(interlock(shown, INPUTS.tick, later(105_000))).toEqual({ state: { at: "unlinked" }, facts: ended });
  });
});

describe("a contactor that may not close yet, for that could not be put on record", () => {
  const held = heldOpen(STATES.closing, NOW);

  it("closes within 60 s", () => {
    const quiet = interlock(held, { ...OPEN, openForMs: 500 }, NOW).state;
    expect(interlock(quiet, { ...OPEN, openForMs: 59_499 }, later(58_999)).state).toMatchObject({ at: "closing", session: SESSION });
    expect(interlock(quiet, { ...OPEN, openForMs: 60_000 }, later(59_500)).facts).toMatchObject([{ type: "sessionEnded" }]);
  });

  it("is told to have closed, when its order was obeyed and the answer lost", () => {
    const step = interlock(held, CLOSED, later(300));
    expect(step).toMatchObject({ state: { at: "energised" }, facts: [{ type: "contactorClosed", afterMs: 300 }] });
  });
});

describe("a process that stood still while the contactor was to close", () => {
  it("takes what it finds for an outage, which has 60 s from the closing on", () => {
    const found = interlock(STATES.closing, OPEN, later(10_000));
    expect(found).toMatchObject({ state: { at: "outage", opened: true, sinceMonoMs: STATES.closing.sinceMonoMs }, facts: [] });
    const quiet = interlock(found.state, { ...OPEN, openForMs: 0 }, later(10_100)).state;
    expect(interlock(quiet, OPEN, later(12_100)).state).toMatchObject({ at: "closing", session: SESSION });
    expect(interlock(quiet, { ...OPEN, openForMs: 0 }, later(59_499)).state.at).toBe("closing");
    expect(interlock(quiet, { ...OPEN, openForMs: 0 }, later(59_500)).facts).toMatchObject([{ type: "sessionEnded", cause: "leaseLost" }]);
  });

  it("goes on where the contactor is closed", () => {
    expect(interlock(STATES.closing, CLOSED, later(7_000))).toMatchObject({ state: { at: "energised" } });
  });
});

describe("a restart of the agent", () => {
  it("gives an outage its 60 s, and the 2 s without current, on the new process's clock", () => {
    const restarted = { ...NOW, monoMs: 500 };
    const resumed = resumeInterlock(STATES.outageOpen, restarted);
    expect(resumed).toEqual({ ...STATES.outageOpen, sinceMonoMs: 500, quietSinceMonoMs: null });
    const quiet = interlock(resumed, OPEN, restarted).state;
    expect(interlock(quiet, OPEN, { ...NOW, monoMs: 2_499 }).state.at).toBe("outage");
    expect(interlock(quiet, OPEN, { ...NOW, monoMs: 2_500 }).state.at).toBe("closing");
  });

  it("gives a contact its 2 s to open", () => {
    expect(resumeInterlock(STATES.opening, { ...NOW, monoMs: 500 })).toEqual({ ...STATES.opening, sinceMonoMs: 500 });
  });
});
