/** When the running agent gives way to a staged release, and when a new one has shown that it works. */
import type { Pointer } from "#agent/core/update/pointer.ts";
import type { Rest } from "#agent/core/update/rest.ts";

export type UpdateState =
  /** Nothing newer is staged. */
  | { readonly at: "current" }
  /** Something is, and a session runs: it waits for the session's end, and so long at most. */
  | { readonly at: "staged"; readonly version: string; readonly sinceMonoMs: number }
  /** It has waited for as long: the next arc-off will do, session or not. `calm`: nothing burned at the look before either. */
  | { readonly at: "waitingForArcOff"; readonly version: string; readonly calm: boolean }
  /** The release is checked, the pointer moved, and the process ends. */
  | { readonly at: "switching"; readonly version: string }
  /** This process is a new release that has yet to show that it works. */
  | { readonly at: "onProbation"; readonly sinceMonoMs: number; readonly answered: readonly string[] };

export interface UpdateLook {
  /** What is staged and may be switched to. */
  readonly candidate: string | null;
  /** How much a restart would matter, of each machine. */
  readonly rests: readonly Rest[];
  /** Machines that answer now. */
  readonly answering: readonly string[];
  /** So long a release waits for sessions to end by themselves. */
  readonly sessionWaitMs: number;
}

export type UpdateEffect = { readonly do: "switch"; readonly version: string } | { readonly do: "confirm" } | { readonly do: "giveUp" };

export interface UpdateStep {
  readonly state: UpdateState;
  readonly effect: UpdateEffect | null;
}

/** A new release works for so long at least, past its first commit of telemetry, before it is believed. */
export const TRIAL_MS = 12_000;
/** It has so long to bring every machine back; the launcher ends one that hangs after twice the time. */
export const PROBATION_MS = 30_000;

/** `own`: this program's version. One that the launcher started in the place of a release on probation cannot speak for it. */
export function initialUpdate(pointer: Pointer, own: string, monoMs: number): UpdateState {
  if (pointer.at !== "onProbation" || pointer.running !== own) return { at: "current" };
  return { at: "onProbation", sinceMonoMs: monoMs, answered: pointer.answered };
}

export function updateStep(state: UpdateState, look: UpdateLook, monoMs: number): UpdateStep {
  switch (state.at) {
    case "current":
    case "staged":
    case "waitingForArcOff":
      if (look.candidate === null) return stay({ at: "current" });
      return whenAtRest(waitingFor(state, look.candidate, look.sessionWaitMs, monoMs), look.rests);
    case "switching":
      return stay(state);
    case "onProbation":
      return probation(state, look, monoMs);
  }
}

/** A release that cannot be switched to after all: the one that runs stays. */
export function switchFailed(): UpdateState {
  return { at: "current" };
}

type Waiting = Extract<UpdateState, { at: "staged" | "waitingForArcOff" }>;

/** Something newer takes the place of what waits, and its time with it. */
function waitingFor(state: Waiting | { readonly at: "current" }, version: string, waitMs: number, monoMs: number): Waiting {
  if (state.at === "waitingForArcOff") return { ...state, version };
  const sinceMonoMs = state.at === "staged" ? state.sinceMonoMs : monoMs;
  if (monoMs - sinceMonoMs >= waitMs) return { at: "waitingForArcOff", version, calm: false };
  return { at: "staged", version, sinceMonoMs };
}

/** What is known of a machine is a poll old, and older after a stall: while a session runs, one look is not enough to tell that no arc burns. */
function whenAtRest(state: Waiting, rests: readonly Rest[]): UpdateStep {
  const { version } = state;
  const switching: UpdateStep = { state: { at: "switching", version }, effect: { do: "switch", version } };
  if (rests.every((rest) => rest === "free")) return switching;
  if (state.at === "staged") return stay(state);
  const calm = !rests.includes("busy");
  return calm && state.calm ? switching : stay({ ...state, calm });
}

function probation(state: Extract<UpdateState, { at: "onProbation" }>, { answering }: UpdateLook, monoMs: number): UpdateStep {
  const onTrialMs = monoMs - state.sinceMonoMs;
  if (!state.answered.every((device) => answering.includes(device))) {
    return { state, effect: onTrialMs >= PROBATION_MS ? { do: "giveUp" } : null };
  }
  return onTrialMs < TRIAL_MS ? stay(state) : { state: { at: "current" }, effect: { do: "confirm" } };
}

function stay(state: UpdateState): UpdateStep {
  return { state, effect: null };
}
