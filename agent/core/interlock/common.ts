/** What several states of the interlock share. */
import {
  type EndCause,
  type InterlockFact,
  type InterlockInput,
  type InterlockNow,
  type InterlockReading,
  type InterlockState,
  type InterlockStep,
  type Session,
  START_BUTTON_MS,
} from "#agent/core/interlock/state.ts";

export type Of<A extends InterlockState["at"]> = Extract<InterlockState, { at: A }>;
type Granted = Extract<InterlockInput, { type: "granted" }>;

/** The session that the state holds open, if any. */
export function sessionOf(state: InterlockState): Session | null {
  return "session" in state ? state.session : null;
}

export function stay(state: InterlockState): InterlockStep {
  return { state, facts: [] };
}

/** With no session of ours the contactor has no business being closed. */
export function openOrLocked(reading: InterlockReading, now: InterlockNow): InterlockState {
  if (!reading.commandedClosed && !reading.mirrorClosed) return { at: "locked" };
  return { at: "opening", session: null, cause: "unknownSession", sinceMonoMs: now.monoMs };
}

export function begin(input: Granted, now: InterlockNow): InterlockStep {
  const { session } = input;
  if (input.presence === "buttonNeeded") {
    const untilMonoMs = now.monoMs + START_BUTTON_MS;
    return {
      state: { at: "awaitingStart", session, untilMonoMs, pressesBefore: input.startPresses },
      facts: [{ type: "startAwaited", session }],
    };
  }
  return { state: { at: "closing", session, sinceMonoMs: now.monoMs }, facts: [{ type: "sessionStarted", session }] };
}

/** One scan by the next welder: the old session ends, the new one takes the lease over; nothing opens. */
export function handover(state: InterlockState, input: Granted, now: InterlockNow): InterlockStep {
  const session = sessionOf(state);
  if (!session || session.handle === input.session.handle) return stay(state);
  const next = begin(input, now);
  return { state: next.state, facts: [{ type: "sessionEnded", session, cause: "handover" }, ...next.facts] };
}

/** What ends with a session, once its contactor is (or is being) opened for `cause`. */
export function closingFacts(state: InterlockState, cause: EndCause, reading: InterlockReading | null, now: InterlockNow): InterlockFact[] {
  const session = sessionOf(state);
  if (!session) return [];
  const facts: InterlockFact[] = [];
  const wasClosed =
    state.at === "energised" || state.at === "opening" || ((state.at === "outage" || state.at === "ending") && !state.opened);
  const afterMs = state.at === "opening" ? now.monoMs - state.sinceMonoMs : 0;
  if (wasClosed && reading && !reading.mirrorClosed) facts.push({ type: "contactorOpened", session, by: cause, afterMs });
  facts.push({ type: "sessionEnded", session, cause });
  return facts;
}

/** A session ends with all of its arcs: not before the windows have been read in which they burned. */
export function isUnread({ mirrorClosed, openForMs }: InterlockReading): boolean {
  return !mirrorClosed && openForMs === null;
}

/** A rod change is not idleness: the clock of abandonment starts at the end of the last arc. */
export function activeAt(before: number, reading: InterlockReading, now: InterlockNow): number {
  if (reading.arcing) return now.chipMs;
  return Math.max(before, reading.lastArcOffChipMs ?? 0);
}
