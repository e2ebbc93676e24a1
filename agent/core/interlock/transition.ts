import { awaitingStart, faulted, locked, opening, unlinked } from "#agent/core/interlock/atRest.ts";
import { closingFacts, isUnread, sessionOf, stay } from "#agent/core/interlock/common.ts";
import type {
  HardCause,
  InterlockFact,
  InterlockInput,
  InterlockNow,
  InterlockReading,
  InterlockState,
  InterlockStep,
} from "#agent/core/interlock/state.ts";
import { closing, ending, energised, outage, outageFrom } from "#agent/core/interlock/underLease.ts";

/** Decides; runs nothing. What it wants of the chip in the new state is said by `orderOf`. */
export function interlock(state: InterlockState, input: InterlockInput, now: InterlockNow): InterlockStep {
  if (input.type === "reading") {
    const hard = hardCause(input);
    if (hard && !(wasClosed(state) && isUnread(input))) return onHardCause(state, hard, input, now);
  }
  if (input.type === "limits") return stay(withLimits(state, input));
  switch (state.at) {
    case "unlinked":
      return unlinked(state, input, now);
    case "locked":
      return locked(state, input, now);
    case "awaitingStart":
      return awaitingStart(state, input, now);
    case "closing":
      return closing(state, input, now);
    case "energised":
      return energised(state, input, now);
    case "ending":
      return ending(state, input, now);
    case "outage":
      return outage(state, input, now);
    case "opening":
      return opening(state, input, now);
    case "faulted":
      return faulted(state, input);
  }
}

/**
 * After a restart of the agent: what the chip says decides, and deadlines of the old process mean nothing (those on the chip's
 * clock go on). What was about to end ends: a kill must not give a locked-out session its contactor back.
 */
export function resumeInterlock(state: InterlockState, now: InterlockNow): InterlockState {
  const sinceMonoMs = now.monoMs;
  switch (state.at) {
    case "unlinked":
    case "locked":
      return { at: "unlinked" };
    case "awaitingStart":
      return { ...state, untilMonoMs: now.monoMs };
    case "closing":
      return outageFrom(state.session, now.chipMs, now, true);
    case "energised":
      return outageFrom(state.session, state.activeChipMs, now, false);
    case "outage":
      return { ...state, sinceMonoMs, quietSinceMonoMs: null };
    case "opening":
      return { ...state, sinceMonoMs };
    case "ending":
      return { ...state, silentSinceMonoMs: null };
    case "faulted":
      return state;
  }
}

function withLimits(state: InterlockState, limits: { limitS: number; idleRelockS: number }): InterlockState {
  const session = sessionOf(state);
  if (!session) return state;
  const { idleRelockS } = limits;
  return { ...state, session: { ...session, limitS: Math.min(session.limitS, limits.limitS), idleRelockS } } as InterlockState;
}

function hardCause(reading: InterlockReading): HardCause | undefined {
  if (reading.eStop) return "eStop";
  if (reading.enclosureOpen) return "enclosureOpen";
  return reading.fault === "none" ? undefined : reading.fault;
}

/** The windows of an arc that the chip cut may be unread yet: its session ends with them. Nothing can close meanwhile. */
function wasClosed({ at }: InterlockState): boolean {
  return at === "energised" || at === "ending" || at === "outage" || at === "opening";
}

function onHardCause(state: InterlockState, fault: HardCause, reading: InterlockReading, now: InterlockNow): InterlockStep {
  if (state.at === "faulted" && state.fault === fault) return stay(state);
  const facts: InterlockFact[] = [{ type: "faulted", fault }];
  if (state.at === "awaitingStart") facts.push({ type: "startExpired", session: state.session });
  else facts.push(...closingFacts(state, fault, reading, now));
  return { state: { at: "faulted", fault }, facts };
}
