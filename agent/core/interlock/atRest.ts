/** States without current: not linked, locked, waiting for the start button, opening, faulted. */
import { begin, closingFacts, isUnread, type Of, openOrLocked, stay } from "#agent/core/interlock/common.ts";
import {
  type InterlockFact,
  type InterlockNow,
  type InterlockStep,
  OPEN_TIMEOUT_MS,
  type StateInput,
} from "#agent/core/interlock/state.ts";

export function unlinked(state: Of<"unlinked">, input: StateInput, now: InterlockNow): InterlockStep {
  if (input.type !== "reading") return stay(state);
  return stay(openOrLocked(input, now));
}

export function locked(state: Of<"locked">, input: StateInput, now: InterlockNow): InterlockStep {
  switch (input.type) {
    case "granted":
      return begin(input, now);
    case "reading":
      return stay(openOrLocked(input, now));
    case "silent":
      return stay({ at: "unlinked" });
    default:
      return stay(state);
  }
}

export function awaitingStart(state: Of<"awaitingStart">, input: StateInput, now: InterlockNow): InterlockStep {
  const expired: InterlockFact = { type: "startExpired", session: state.session };
  if (input.type === "silent") return { state: { at: "unlinked" }, facts: [expired] };
  if (input.type === "soft") return { state: { at: "locked" }, facts: [expired] };
  if (input.type === "granted") {
    const next = begin(input, now);
    return { state: next.state, facts: [expired, ...next.facts] };
  }
  if (now.monoMs >= state.untilMonoMs) return { state: { at: "locked" }, facts: [expired] };
  if (input.type === "reading" && input.startPresses !== state.pressesBefore) {
    const { session } = state;
    return { state: { at: "closing", session, sinceMonoMs: now.monoMs }, facts: [{ type: "sessionStarted", session }] };
  }
  return stay(state);
}

export function opening(state: Of<"opening">, input: StateInput, now: InterlockNow): InterlockStep {
  if (input.type === "silent") return { state: { at: "unlinked" }, facts: closingFacts(state, state.cause, null, now) };
  if (input.type !== "reading" || isUnread(input)) return stay(state);
  if (!input.mirrorClosed) return { state: { at: "locked" }, facts: closingFacts(state, state.cause, input, now) };
  if (now.monoMs - state.sinceMonoMs < OPEN_TIMEOUT_MS) return stay(state);
  const facts: InterlockFact[] = [{ type: "faulted", fault: "weldedContact" }, ...closingFacts(state, state.cause, input, now)];
  return { state: { at: "faulted", fault: "weldedContact" }, facts };
}

/** Reached only by readings without a hard cause: the fault is over. A welded contact is over when it is seen open. */
export function faulted(state: Of<"faulted">, input: StateInput): InterlockStep {
  if (input.type === "silent") return stay({ at: "unlinked" });
  if (input.type !== "reading") return stay(state);
  if (input.mirrorClosed) return stay(state);
  return { state: { at: "locked" }, facts: [{ type: "faultCleared", fault: state.fault }] };
}
