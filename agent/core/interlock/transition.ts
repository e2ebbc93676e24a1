import {
  ARC_OFF_MS,
  CLOSE_TIMEOUT_MS,
  type EndCause,
  type HardCause,
  type InterlockFact,
  type InterlockInput,
  type InterlockNow,
  type InterlockReading,
  type InterlockState,
  type InterlockStep,
  OPEN_TIMEOUT_MS,
  RESUME_QUIET_MS,
  RESUME_WITHIN_MS,
  type Session,
  SOFT_END_MS,
  START_BUTTON_MS,
} from "#agent/core/interlock/state.ts";

type Of<A extends InterlockState["at"]> = Extract<InterlockState, { at: A }>;

/** Decides; runs nothing. What it wants of the chip in the new state is said by `orderOf`. */
export function interlock(state: InterlockState, input: InterlockInput, now: InterlockNow): InterlockStep {
  const hard = input.type === "reading" ? hardCause(input) : undefined;
  if (hard && input.type === "reading") return onHardCause(state, hard, input, now);
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

/** After a restart of the agent: deadlines of the old process mean nothing, and what the chip says decides. */
export function resumeInterlock(state: InterlockState, now: InterlockNow): InterlockState {
  const session = sessionOf(state);
  if (!session || state.at === "awaitingStart" || state.at === "opening") return { at: "unlinked" };
  return { at: "outage", session, sinceMonoMs: now.monoMs, opened: false, quietSinceMonoMs: null };
}

/** The session that the state holds open, if any. */
export function sessionOf(state: InterlockState): Session | null {
  return "session" in state ? state.session : null;
}

function stay(state: InterlockState): InterlockStep {
  return { state, facts: [] };
}

function hardCause(reading: InterlockReading): HardCause | undefined {
  if (reading.eStop) return "eStop";
  if (reading.enclosureOpen) return "enclosureOpen";
  return reading.fault === "none" ? undefined : reading.fault;
}

function onHardCause(state: InterlockState, fault: HardCause, reading: InterlockReading, now: InterlockNow): InterlockStep {
  if (state.at === "faulted" && state.fault === fault) return stay(state);
  const facts: InterlockFact[] = [{ type: "faulted", fault }];
  if (state.at === "awaitingStart") facts.push({ type: "startExpired", session: state.session });
  else facts.push(...closingFacts(state, fault, reading, now));
  return { state: { at: "faulted", fault }, facts };
}

/** What ends with a session, once its contactor is (or is being) opened for `cause`. */
function closingFacts(state: InterlockState, cause: EndCause, reading: InterlockReading | null, now: InterlockNow): InterlockFact[] {
  const session = sessionOf(state);
  if (!session) return [];
  const facts: InterlockFact[] = [];
  const wasClosed = state.at === "energised" || state.at === "ending" || state.at === "opening" || (state.at === "outage" && !state.opened);
  const afterMs = state.at === "opening" ? now.monoMs - state.sinceMonoMs : 0;
  if (wasClosed && reading && !reading.mirrorClosed) facts.push({ type: "contactorOpened", session, by: cause, afterMs });
  facts.push({ type: "sessionEnded", session, cause });
  return facts;
}

function unlinked(state: Of<"unlinked">, input: InterlockInput, now: InterlockNow): InterlockStep {
  if (input.type !== "reading") return stay(state);
  return stay(openOrLocked(input, now));
}

/** With no session of ours the contactor has no business being closed. */
function openOrLocked(reading: InterlockReading, now: InterlockNow): InterlockState {
  if (!reading.commandedClosed && !reading.mirrorClosed) return { at: "locked" };
  return { at: "opening", session: null, cause: "unknownSession", sinceMonoMs: now.monoMs };
}

function locked(state: Of<"locked">, input: InterlockInput, now: InterlockNow): InterlockStep {
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

function begin(input: Extract<InterlockInput, { type: "granted" }>, now: InterlockNow): InterlockStep {
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

function awaitingStart(state: Of<"awaitingStart">, input: InterlockInput, now: InterlockNow): InterlockStep {
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

function closing(state: Of<"closing">, input: InterlockInput, now: InterlockNow): InterlockStep {
  const { session, sinceMonoMs } = state;
  switch (input.type) {
    case "silent":
      return stay({ at: "outage", session, sinceMonoMs: now.monoMs, opened: true, quietSinceMonoMs: null });
    case "soft":
      return stay({ at: "opening", session, cause: input.cause, sinceMonoMs: now.monoMs });
    case "granted":
      return handover(state, input, now);
    case "reading":
      if (input.mirrorClosed && input.session === session.id) {
        const afterMs = now.monoMs - sinceMonoMs;
        return { state: { at: "energised", session, activeChipMs: now.chipMs }, facts: [{ type: "contactorClosed", session, afterMs }] };
      }
      break;
    case "tick":
      break;
  }
  if (now.monoMs - sinceMonoMs < CLOSE_TIMEOUT_MS) return stay(state);
  return stay({ at: "opening", session, cause: "contactorDidNotClose", sinceMonoMs: now.monoMs });
}

/** One scan by the next welder: the old session ends, the new one takes the lease over; nothing opens. */
function handover(state: InterlockState, input: Extract<InterlockInput, { type: "granted" }>, now: InterlockNow): InterlockStep {
  const session = sessionOf(state);
  if (!session || session.handle === input.session.handle) return stay(state);
  const next = begin(input, now);
  return { state: next.state, facts: [{ type: "sessionEnded", session, cause: "handover" }, ...next.facts] };
}

function energised(state: Of<"energised">, input: InterlockInput, now: InterlockNow): InterlockStep {
  const { session } = state;
  switch (input.type) {
    case "silent":
      return stay({ at: "outage", session, sinceMonoMs: now.monoMs, opened: false, quietSinceMonoMs: null });
    case "soft":
      return stay({ at: "ending", session, cause: input.cause, activeChipMs: state.activeChipMs, untilChipMs: now.chipMs + SOFT_END_MS });
    case "granted":
      return handover(state, input, now);
    case "tick":
      return stay(state);
    case "reading":
      break;
  }
  if (!input.mirrorClosed || !input.commandedClosed) return openedByItself(state, input, now);
  const activeChipMs = activeAt(state.activeChipMs, input, now);
  if (now.chipMs - session.startedChipMs >= session.limitS * 1000) {
    return stay({ at: "ending", session, cause: "sessionLimit", activeChipMs, untilChipMs: now.chipMs + SOFT_END_MS });
  }
  if (now.chipMs - activeChipMs >= session.idleRelockS * 1000) {
    return stay({ at: "opening", session, cause: "idle", sinceMonoMs: now.monoMs });
  }
  return stay({ at: "energised", session, activeChipMs });
}

/** A rod change is not idleness: the clock of abandonment starts at the end of the last arc. */
function activeAt(before: number, reading: InterlockReading, now: InterlockNow): number {
  if (reading.arcing) return now.chipMs;
  return Math.max(before, reading.lastArcOffChipMs ?? 0);
}

/** The chip opened while we wanted it closed. A lapsed lease or a boot may be mended; its own limits may not. */
function openedByItself(state: Of<"energised"> | Of<"ending">, reading: InterlockReading, now: InterlockNow): InterlockStep {
  const { session } = state;
  const opened: InterlockFact = { type: "contactorOpened", session, by: reading.openedBy, afterMs: 0 };
  if (state.at === "energised" && reading.openedBy !== "sessionLimit") {
    const resumable: InterlockState = { at: "outage", session, sinceMonoMs: now.monoMs, opened: true, quietSinceMonoMs: null };
    return { state: resumable, facts: [opened, { type: "leaseLost", session, silentMs: 0 }] };
  }
  const cause: EndCause = state.at === "ending" ? state.cause : "sessionLimit";
  return { state: { at: "locked" }, facts: [opened, { type: "sessionEnded", session, cause }] };
}

function ending(state: Of<"ending">, input: InterlockInput, now: InterlockNow): InterlockStep {
  const { session, cause } = state;
  if (input.type === "silent") return { state: { at: "unlinked" }, facts: [{ type: "sessionEnded", session, cause }] };
  if (input.type === "granted") return handover(state, input, now);
  if (input.type !== "reading") return stay(state);
  if (!input.mirrorClosed || !input.commandedClosed) return openedByItself(state, input, now);
  const activeChipMs = activeAt(state.activeChipMs, input, now);
  const arcOff = !input.arcing && now.chipMs - activeChipMs >= ARC_OFF_MS;
  if (arcOff || now.chipMs >= state.untilChipMs) return stay({ at: "opening", session, cause, sinceMonoMs: now.monoMs });
  return stay({ ...state, activeChipMs });
}

function outage(state: Of<"outage">, input: InterlockInput, now: InterlockNow): InterlockStep {
  const { session } = state;
  if (input.type === "soft") return stay({ at: "opening", session, cause: input.cause, sinceMonoMs: now.monoMs });
  if (input.type === "granted") return handover(state, input, now);
  const silentMs = now.monoMs - state.sinceMonoMs;
  if (input.type === "reading") {
    if (input.mirrorClosed && input.leaseHeld && input.session === session.id) {
      return stay({ at: "energised", session, activeChipMs: Math.max(session.startedChipMs, input.lastArcOffChipMs ?? now.chipMs) });
    }
    if (silentMs < RESUME_WITHIN_MS) return reclose(state, input, now);
  }
  if (silentMs < RESUME_WITHIN_MS) return stay(state);
  const ended: InterlockFact = { type: "sessionEnded", session, cause: "leaseLost" };
  return { state: input.type === "reading" ? openOrLocked(input, now) : { at: "unlinked" }, facts: [ended] };
}

/** The lease lapsed: the same session closes again after two seconds without current, without a new scan. */
function reclose(state: Of<"outage">, reading: InterlockReading, now: InterlockNow): InterlockStep {
  const { session } = state;
  const facts: InterlockFact[] = [];
  if (!state.opened && !reading.mirrorClosed) {
    facts.push({ type: "contactorOpened", session, by: reading.openedBy, afterMs: 0 });
    facts.push({ type: "leaseLost", session, silentMs: now.monoMs - state.sinceMonoMs });
  }
  const opened = state.opened || !reading.mirrorClosed;
  const quietSinceMonoMs = reading.currentPresent ? null : (state.quietSinceMonoMs ?? now.monoMs);
  if (opened && quietSinceMonoMs !== null && now.monoMs - quietSinceMonoMs >= RESUME_QUIET_MS) {
    return { state: { at: "closing", session, sinceMonoMs: now.monoMs }, facts };
  }
  return { state: { ...state, opened, quietSinceMonoMs }, facts };
}

function opening(state: Of<"opening">, input: InterlockInput, now: InterlockNow): InterlockStep {
  if (input.type === "silent") return { state: { at: "unlinked" }, facts: closingFacts(state, state.cause, null, now) };
  if (input.type !== "reading") return stay(state);
  if (!input.mirrorClosed) return { state: { at: "locked" }, facts: closingFacts(state, state.cause, input, now) };
  if (now.monoMs - state.sinceMonoMs < OPEN_TIMEOUT_MS) return stay(state);
  const facts: InterlockFact[] = [{ type: "faulted", fault: "weldedContact" }, ...closingFacts(state, state.cause, input, now)];
  return { state: { at: "faulted", fault: "weldedContact" }, facts };
}

/** Reached only by readings without a hard cause: the fault is over. A welded contact is over when it is seen open. */
function faulted(state: Of<"faulted">, input: InterlockInput): InterlockStep {
  if (input.type === "silent") return stay({ at: "unlinked" });
  if (input.type !== "reading") return stay(state);
  if (input.mirrorClosed) return stay(state);
  return { state: { at: "locked" }, facts: [{ type: "faultCleared", fault: state.fault }] };
}
