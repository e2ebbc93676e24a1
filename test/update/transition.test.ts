import { describe, expect, it } from "vitest";
import type { Rest } from "#agent/core/update/rest.ts";
import {
  initialUpdate,
  PROBATION_MS,
  switchFailed,
  TRIAL_MS,
  type UpdateEffect,
  type UpdateLook,
  type UpdateState,
  updateStep,
} from "#agent/core/update/transition.ts";

const NOW_MS = 1_000_000;
const WAIT_MS = 3_600_000;
const CURRENT: UpdateState = { at: "current" };
const FRESH: UpdateState = { at: "staged", version: "1.1.0", sinceMonoMs: NOW_MS - 5_000 };
const LONG: UpdateState = { at: "staged", version: "1.1.0", sinceMonoMs: NOW_MS - WAIT_MS };
const WAITING: UpdateState = { at: "waitingForArcOff", version: "1.1.0", calm: false };
const CALM: UpdateState = { at: "waitingForArcOff", version: "1.1.0", calm: true };
const SWITCHING: UpdateState = { at: "switching", version: "1.1.0" };
const YOUNG: UpdateState = { at: "onProbation", sinceMonoMs: NOW_MS - TRIAL_MS + 1, answered: ["A", "B"] };
const TRIED: UpdateState = { at: "onProbation", sinceMonoMs: NOW_MS - TRIAL_MS, answered: ["A", "B"] };
const OLD: UpdateState = { at: "onProbation", sinceMonoMs: NOW_MS - PROBATION_MS, answered: ["A", "B"] };

const STATES = { CURRENT, FRESH, LONG, WAITING, CALM, SWITCHING, YOUNG, TRIED, OLD };
type Name = keyof typeof STATES;

function look(candidate: string | null, rests: readonly Rest[] = ["free", "free"], answering = ["A", "B"]): UpdateLook {
  return { candidate, rests, answering, sessionWaitMs: WAIT_MS };
}

const LOOKS = {
  nothing: look(null),
  atRest: look("1.1.0"),
  session: look("1.1.0", ["free", "energised"]),
  arc: look("1.1.0", ["busy", "free"]),
  arcBesideSession: look("1.1.0", ["energised", "busy"]),
  newer: look("1.2.0", ["energised"]),
  silent: look(null, ["free"], ["A"]),
};

const SWITCH: UpdateEffect = { do: "switch", version: "1.1.0" };
const STAGED_NOW: UpdateState = { at: "staged", version: "1.1.0", sinceMonoMs: NOW_MS };
const CONFIRM: [UpdateState, UpdateEffect] = [CURRENT, { do: "confirm" }];

/** Every state × every look: what becomes of it; what is not named stays as it is, without an effect. */
const TABLE: Record<Name, Partial<Record<keyof typeof LOOKS, [UpdateState, UpdateEffect | null]>>> = {
  CURRENT: {
    atRest: [SWITCHING, SWITCH],
    session: [STAGED_NOW, null],
    arc: [STAGED_NOW, null],
    arcBesideSession: [STAGED_NOW, null],
    newer: [{ ...STAGED_NOW, version: "1.2.0" }, null],
  },
  FRESH: {
    nothing: [CURRENT, null],
    silent: [CURRENT, null],
    atRest: [SWITCHING, SWITCH],
    newer: [{ ...FRESH, version: "1.2.0" }, null],
  },
  LONG: {
    nothing: [CURRENT, null],
    silent: [CURRENT, null],
    atRest: [SWITCHING, SWITCH],
    session: [CALM, null],
    arc: [WAITING, null],
    arcBesideSession: [WAITING, null],
    newer: [{ ...CALM, version: "1.2.0" }, null],
  },
  WAITING: {
    nothing: [CURRENT, null],
    silent: [CURRENT, null],
    atRest: [SWITCHING, SWITCH],
    session: [CALM, null],
    newer: [{ ...CALM, version: "1.2.0" }, null],
  },
  CALM: {
    nothing: [CURRENT, null],
    silent: [CURRENT, null],
    atRest: [SWITCHING, SWITCH],
    session: [SWITCHING, SWITCH],
    arc: [WAITING, null],
    arcBesideSession: [WAITING, null],
    newer: [
      { at: "switching", version: "1.2.0" },
      { do: "switch", version: "1.2.0" },
    ],
  },
  SWITCHING: {},
  YOUNG: {},
  TRIED: { nothing: CONFIRM, atRest: CONFIRM, session: CONFIRM, arc: CONFIRM, arcBesideSession: CONFIRM, newer: CONFIRM },
  OLD: {
    ...{ nothing: CONFIRM, atRest: CONFIRM, session: CONFIRM, arc: CONFIRM, arcBesideSession: CONFIRM, newer: CONFIRM },
    silent: [OLD, { do: "giveUp" }],
  },
};

describe.each(Object.keys(STATES) as Name[])("%s", (name) => {
  it.each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])("%s", (seen) => {
    const [state, effect] = TABLE[name][seen] ?? [STATES[name], null];
    expect(updateStep(STATES[name], LOOKS[seen], NOW_MS)).toEqual({ state, effect });
  });
});

it("never switches while a machine is busy, however long it waits", () => {
  let state: UpdateState = { at: "current" };
  for (let monoMs = 0; monoMs < 10 * WAIT_MS; monoMs += WAIT_MS / 7) {
    const step = updateStep(state, LOOKS.arcBesideSession, monoMs);
    expect(step.effect).toBeNull();
    state = step.state;
  }
  expect(state.at).toBe("waitingForArcOff");
});

it("begins as what the pointer says, and goes on after a switch that failed", () => {
  expect(initialUpdate({ at: "confirmed", running: "1.0.0", failed: null }, "1.0.0", NOW_MS)).toEqual(CURRENT);
  const onTrial = { at: "onProbation", running: "1.1.0", previous: null, attempts: 1, answered: ["A", "B"], failed: null } as const;
  expect(initialUpdate(onTrial, "1.0.0", NOW_MS)).toEqual(CURRENT);
  expect(initialUpdate(onTrial, "1.1.0", NOW_MS)).toEqual({ at: "onProbation", sinceMonoMs: NOW_MS, answered: ["A", "B"] });
  expect(switchFailed()).toEqual(CURRENT);
});
