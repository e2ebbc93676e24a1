/** The welder strikes at the very end of the idle time. */
import { describe, expect, it } from "vitest";
import type { InterlockInput, InterlockState } from "#agent/core/interlock/state.ts";
import { interlock } from "#agent/core/interlock/transition.ts";
import { CLOSED, INPUTS, NOW, OPEN, SESSION, STATES } from "#test/interlock/fixtures.ts";
import { Driving } from "#test/machine/driving.ts";
import { SETUP, scanOf, WINDOW_MS } from "#test/machine/fixtures.ts";

const IDLE: InterlockState = { at: "ending", session: SESSION, cause: "idle", untilChipMs: NOW.chipMs + 30_000, silentSinceMonoMs: null };
const next = (input: InterlockInput, state: InterlockState = IDLE) => interlock(state, input, NOW).state;

describe("idleness", () => {
  it("leaves arc-off to the chip, which knows of an arc that is in no window yet", () => {
    const due = { ...NOW, chipMs: STATES.energised.activeChipMs + SESSION.idleRelockS * 1_000 };
    expect(interlock(STATES.energised, CLOSED, { ...due, chipMs: due.chipMs - 1 }).state.at).toBe("energised");
    expect(interlock(STATES.energised, CLOSED, due).state).toEqual({ ...IDLE, untilChipMs: due.chipMs + 30_000 });
    expect(interlock(IDLE, { ...OPEN, openedBy: "arcOff" }, NOW)).toMatchObject({
      state: { at: "locked" },
      facts: [
        { type: "contactorOpened", by: "arcOff" },
        { type: "sessionEnded", cause: "idle" },
      ],
    });
  });

  it("is over with an arc, and then counts anew", () => {
    expect(next(INPUTS.arcing)).toEqual({ at: "energised", session: SESSION, activeChipMs: NOW.chipMs });
    expect(next(CLOSED)).toEqual(IDLE);
  });

  it("hides no other end, which an arc does not undo", () => {
    const locked = next({ type: "soft", cause: "lockedByPlatform" });
    expect(locked).toEqual({ ...IDLE, cause: "lockedByPlatform" });
    expect(next(INPUTS.arcing, locked)).toEqual(locked);
    expect(next({ type: "soft", cause: "listStale" }, locked)).toEqual(locked);
  });
});

/** So many windows of each answer wait for the next one: those that a link leaves, and the one that is being filled. */
const UNREAD = 3;

/** Struck so many windows after the moment in which the limit is reached. */
function struckAt(windows: number): { driving: Driving; wasClosed: boolean } {
  const driving = new Driving();
  driving.far.unread = UNREAD;
  driving.rule({ ...SETUP.policy, version: SETUP.policy.version + 1, idleRelockS: 180 });
  driving.pass(3_000);
  driving.step(scanOf());
  driving.pass(2_000);
  const { interlock: held } = driving.state;
  if (held.at !== "energised") throw new Error(held.at);
  driving.pass(held.activeChipMs + 180_000 - driving.far.nextSeq * WINDOW_MS + windows * WINDOW_MS);
  const wasClosed = driving.far.status.mirrorClosed;
  driving.far.welding = true;
  driving.pass(8_000);
  driving.far.welding = false;
  return { driving, wasClosed };
}

describe("an arc at the limit", () => {
  it("is not cut, whether its windows were read or not; only a contactor that has opened stays open", () => {
    const offsets = Array.from({ length: 60 }, (_, index) => index - 30);
    for (const windows of offsets) {
      const { driving, wasClosed } = struckAt(windows);
      const ended = driving.named("sessionEnded").map(({ payload }) => [payload.cause, payload.arcs]);
      expect([windows, driving.state.interlock.at, ended]).toEqual(
        wasClosed ? [windows, "energised", []] : [windows, "locked", [["idle", 0]]],
      );
      if (windows < 0) expect([windows, wasClosed]).toEqual([windows, true]);
    }
    expect(struckAt(offsets.length).wasClosed).toBe(false);
  });

  it("begins a new idle time, at whose end the machine locks", () => {
    const { driving } = struckAt(-1);
    driving.pass(179_000);
    expect(driving.state.interlock.at).toBe("energised");
    driving.pass(5_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["locked", false]);
    expect(driving.named("sessionEnded").map(({ payload }) => [payload.cause, payload.arcs])).toEqual([["idle", 1]]);
  });
});
