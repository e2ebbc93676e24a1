/** States under a lease: closing, energised, ending, and the outage after which the same session may go on. */
import { activeAt, handover, isUnread, type Of, openOrLocked, stay } from "#agent/core/interlock/common.ts";
import {
  CLOSE_TIMEOUT_MS,
  type EndCause,
  type InterlockFact,
  type InterlockNow,
  type InterlockReading,
  type InterlockStep,
  RESUME_QUIET_MS,
  RESUME_WITHIN_MS,
  type Session,
  SOFT_END_MS,
  type SoftCause,
  type StateInput,
} from "#agent/core/interlock/state.ts";

/** Whoever asks ten times a second and hears so late that the time is up did not run meanwhile: the lease may have lapsed. */
const STOOD_STILL_MS = 1_000;

export function closing(state: Of<"closing">, input: StateInput, now: InterlockNow): InterlockStep {
  const { session, sinceMonoMs } = state;
  if (input.type === "silent") return stay(outageFrom(session, now.chipMs, now, true));
  if (input.type === "soft") return stay({ at: "opening", session, cause: input.cause, sinceMonoMs: now.monoMs });
  if (input.type === "granted") return handover(state, input, now);
  const afterMs = now.monoMs - sinceMonoMs;
  if (input.type === "reading" && input.mirrorClosed && input.session === session.id) {
    return { state: { at: "energised", session, activeChipMs: now.chipMs }, facts: [{ type: "contactorClosed", session, afterMs }] };
  }
  // A tick may be the first thing that a process hears after it stood still: the chip's word decides.
  if (input.type !== "reading" || afterMs < CLOSE_TIMEOUT_MS) return stay(state);
  if (afterMs >= CLOSE_TIMEOUT_MS + STOOD_STILL_MS) {
    return stay({ ...outageFrom(session, now.chipMs, now, true), sinceMonoMs });
  }
  return stay({ at: "opening", session, cause: "contactorDidNotClose", sinceMonoMs: now.monoMs });
}

export function energised(state: Of<"energised">, input: StateInput, now: InterlockNow): InterlockStep {
  const { session } = state;
  if (input.type === "silent") return stay(outageFrom(session, state.activeChipMs, now, false));
  if (input.type === "soft") return stay(endingFrom(session, input.cause, now));
  if (input.type === "granted") return handover(state, input, now);
  if (input.type !== "reading") return stay(state);
  if (isUnread(input)) return stay(state);
  if (!input.mirrorClosed || !input.commandedClosed) return openedByItself(state, input, now);
  const activeChipMs = activeAt(state.activeChipMs, input, now);
  if (isOver(session, now)) return stay(endingFrom(session, "sessionLimit", now));
  // Not at once: whoever strikes in this moment does so in windows that nobody has read yet.
  if (now.chipMs - activeChipMs >= session.idleRelockS * 1000) return stay(endingFrom(session, "idle", now));
  return stay({ at: "energised", session, activeChipMs });
}

function endingFrom(session: Session, cause: SoftCause | "idle", now: InterlockNow): Of<"ending"> {
  return { at: "ending", session, cause, untilChipMs: now.chipMs + SOFT_END_MS, silentSinceMonoMs: null };
}

function isOver(session: Session, now: InterlockNow): boolean {
  return now.chipMs - session.startedChipMs >= session.limitS * 1000;
}

/** The chip opened while we wanted it closed. A lapsed lease or a boot may be mended; its own limits, and a hard cause, may not. */
function openedByItself(state: Of<"energised"> | Of<"ending">, reading: InterlockReading, now: InterlockNow): InterlockStep {
  const { session } = state;
  const isOldNews = state.at === "ending" && state.opened;
  const cut = isOldNews ? null : cutMeanwhile(session, reading, now);
  if (cut) return cut;
  const opened: InterlockFact = { type: "contactorOpened", session, by: reading.openedBy, afterMs: 0 };
  if (state.at === "energised" && reading.openedBy !== "sessionLimit") {
    const resumable = outageFrom(session, state.activeChipMs, now, true);
    return { state: resumable, facts: [opened, { type: "leaseLost", session, silentMs: 0 }] };
  }
  const cause: EndCause = state.at === "ending" ? state.cause : "sessionLimit";
  const facts: InterlockFact[] = [opened, { type: "sessionEnded", session, cause }];
  return { state: { at: "locked" }, facts: isOldNews ? facts.slice(1) : facts };
}

export function outageFrom(session: Session, activeChipMs: number, { monoMs }: InterlockNow, opened: boolean): Of<"outage"> {
  return { at: "outage", session, activeChipMs, sinceMonoMs: monoMs, opened, quietSinceMonoMs: null };
}

/** It may not close now, for that could not be put on record. */
export function heldOpen({ session }: Of<"closing">, now: InterlockNow): Of<"outage"> {
  return outageFrom(session, now.chipMs, now, true);
}

/** Pressed and released again between two exchanges: the chip says what it opened for, and that ends the session as if it had been seen. */
function cutMeanwhile(session: Session, reading: InterlockReading, now: InterlockNow): InterlockStep | null {
  const { commandedClosed, openedBy } = reading;
  const fault = openedBy === "enclosure" ? "enclosureOpen" : openedBy === "eStop" ? "eStop" : null;
  if (commandedClosed || fault === null) return null;
  const facts: InterlockFact[] = [
    { type: "faulted", fault },
    { type: "contactorOpened", session, by: openedBy, afterMs: 0 },
    { type: "sessionEnded", session, cause: fault },
    { type: "faultCleared", fault },
  ];
  return { state: openOrLocked(reading, now), facts };
}

export function ending(state: Of<"ending">, input: StateInput, now: InterlockNow): InterlockStep {
  const { session, cause } = state;
  if (input.type === "silent") return unheard({ ...state, silentSinceMonoMs: state.silentSinceMonoMs ?? now.monoMs }, now);
  if (input.type === "granted") return handover(state, input, now);
  if (input.type === "soft" && cause === "idle") return stay({ ...state, cause: input.cause });
  if (input.type !== "reading") return unheard(state, now);
  if (!input.mirrorClosed || !input.commandedClosed) {
    return isUnread(input) ? stay({ ...state, silentSinceMonoMs: null }) : openedByItself(state, input, now);
  }
  if (state.opened) return closedAgain(state, now);
  if (cause === "idle" && input.arcing) return stay({ at: "energised", session, activeChipMs: now.chipMs });
  // When the arc is off the chip knows best: an arc that has just begun is not in our windows yet.
  if (now.chipMs < state.untilChipMs) return stay({ ...state, silentSinceMonoMs: null });
  return stay({ at: "opening", session, cause, sinceMonoMs: now.monoMs });
}

function closedAgain({ opened: _opened, ...ending }: Of<"ending">, { monoMs }: InterlockNow): InterlockStep {
  const { session, silentSinceMonoMs } = ending;
  const afterMs = monoMs - (silentSinceMonoMs ?? monoMs);
  return { state: { ...ending, silentSinceMonoMs: null }, facts: [{ type: "contactorClosed", session, afterMs }] };
}

/** Noise on the line cuts no arc: the chip has its order, and opens at arc-off or when the lease lapses. One that stays away ends the session. */
function unheard(state: Of<"ending">, { monoMs }: InterlockNow): InterlockStep {
  const { session, cause, silentSinceMonoMs } = state;
  if (silentSinceMonoMs === null || monoMs - silentSinceMonoMs < RESUME_WITHIN_MS) return stay(state);
  return { state: { at: "unlinked" }, facts: [{ type: "sessionEnded", session, cause }] };
}

export function outage(state: Of<"outage">, input: StateInput, now: InterlockNow): InterlockStep {
  const { session } = state;
  if (input.type === "soft") return stay(endedInOutage(state, input.cause, now));
  if (input.type === "granted") return handover(state, input, now);
  if (input.type === "shownAgain") return stay({ ...state, sinceMonoMs: now.monoMs });
  const silentMs = now.monoMs - state.sinceMonoMs;
  if (input.type !== "reading") {
    if (silentMs < RESUME_WITHIN_MS) return stay(state);
    return { state: { at: "unlinked" }, facts: [{ type: "sessionEnded", session, cause: "leaseLost" }] };
  }
  if (input.mirrorClosed && input.leaseHeld && input.session === session.id) {
    // Known to be open, and closed now: the order to close was given, and its answer lost.
    const activeChipMs = activeAt(state.opened ? now.chipMs : state.activeChipMs, input, now);
    const facts: InterlockFact[] = state.opened ? [{ type: "contactorClosed", session, afterMs: silentMs }] : [];
    return { state: { at: "energised", session, activeChipMs }, facts };
  }
  if (hasPredecessor(state, input, now)) return stay({ at: "closing", session, sinceMonoMs: now.monoMs });
  // Our clock began with this process: only the chip's knows how long the contactor has really been open. It may boot next.
  const openForMs = input.openForMs ?? 0;
  // Longer than anybody knows is no time that could be put on record.
  const known = Number.isFinite(openForMs) ? { ...state, sinceMonoMs: Math.min(state.sinceMonoMs, now.monoMs - openForMs) } : state;
  const isLate = Math.max(openForMs, now.monoMs - known.sinceMonoMs) >= RESUME_WITHIN_MS;
  if (input.openForMs === null && !isLate && !isOver(session, now)) return stay(state);
  // Why a contactor opened that was known to be open is old news, of another session perhaps.
  const cut = state.opened ? null : cutMeanwhile(session, input, now);
  if (cut) return cut;
  if (isLate) return givenUp(known, "leaseLost", input, now);
  // Closing again is no end of an arc in its own time: a session past its limit stays open.
  return isOver(session, now) ? givenUp(known, "sessionLimit", input, now) : reclose(known, input, now);
}

/** A handover was decided, and the process died before its order: the contactor is closed for the welder before, and nothing needs to open. */
function hasPredecessor({ session, opened }: Of<"outage">, reading: InterlockReading, now: InterlockNow): boolean {
  const isFresh = now.chipMs - session.startedChipMs < Math.min(RESUME_WITHIN_MS, session.limitS * 1000);
  return opened && isFresh && reading.mirrorClosed && reading.leaseHeld && reading.session !== session.id;
}

/** Where the contactor may be closed an arc may burn, also after an order to close whose answer was lost: it burns out in its own time. */
function endedInOutage(state: Of<"outage">, cause: SoftCause, now: InterlockNow): Of<"ending"> {
  const { session, opened, sinceMonoMs } = state;
  const ending = { ...endingFrom(session, cause, now), silentSinceMonoMs: sinceMonoMs };
  return opened ? { ...ending, opened } : ending;
}

function givenUp(state: Of<"outage">, cause: EndCause, reading: InterlockReading, now: InterlockNow): InterlockStep {
  const ended: InterlockFact = { type: "sessionEnded", session: state.session, cause };
  return { state: openOrLocked(reading, now), facts: [...lapseFacts(state, reading, now), ended] };
}

/** The lease lapsed: the same session closes again after two seconds without current, without a new scan. */
function reclose(state: Of<"outage">, reading: InterlockReading, now: InterlockNow): InterlockStep {
  const { session } = state;
  const facts = lapseFacts(state, reading, now);
  const opened = state.opened || !reading.mirrorClosed;
  const quietSinceMonoMs = reading.currentPresent ? null : (state.quietSinceMonoMs ?? now.monoMs);
  if (opened && quietSinceMonoMs !== null && now.monoMs - quietSinceMonoMs >= RESUME_QUIET_MS) {
    return { state: { at: "closing", session, sinceMonoMs: now.monoMs }, facts };
  }
  return { state: { ...state, opened, quietSinceMonoMs }, facts };
}

/** What is told once, when an outage is found to have opened the contactor. */
function lapseFacts(state: Of<"outage">, reading: InterlockReading, now: InterlockNow): InterlockFact[] {
  const { session } = state;
  if (state.opened || reading.mirrorClosed) return [];
  return [
    { type: "contactorOpened", session, by: reading.openedBy, afterMs: 0 },
    { type: "leaseLost", session, silentMs: now.monoMs - state.sinceMonoMs },
  ];
}
