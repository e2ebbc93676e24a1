import { copyOf } from "#agent/core/metering/copy.ts";
import type { MeterFact, MeterSettings, SessionTotals } from "#agent/core/metering/settings.ts";
import { endOpen, initialWorkings, noTotals, takeRecord, type Workings } from "#agent/core/metering/workings.ts";
import type { Window } from "#protocol/chip/window.ts";

/**
 * All that the meter remembers: plain JSON of bounded size (≤ 10 s of windows and 60 buckets), so that it goes into the
 * journal's checkpoint with the facts, and an agent that was killed goes on from there with the chip's next window.
 */
export type MeterState = Workings;

export function initialMeter(): MeterState {
  return initialWorkings();
}

/** Session totals at zero; whatever is open goes on. */
export function startSession(state: MeterState): MeterState {
  return { ...state, totals: noTotals(), lostArcs: 0 };
}

/**
 * The meter. Windows come in order of `seq`; a window that was metered before is passed over, so that a chip may be read
 * again from the last checkpoint. However the windows are cut into calls, the facts and the state are the same.
 * Facts about arcs come as soon as they are certain; under readings that stand still, up to 10.5 s later.
 */
export function meterWindows(
  state: MeterState,
  windows: readonly Window[],
  settings: MeterSettings,
): { state: MeterState; facts: MeterFact[] } {
  // The copy is this call's own: what works on it below may change it in place.
  const draft = copyOf(state);
  const facts: MeterFact[] = [];
  for (const window of windows) takeRecord(draft, window, settings, facts);
  return { state: draft, facts };
}

/** The session is over: what is open ends here, as "opened". */
export function flush(state: MeterState, settings: MeterSettings): { state: MeterState; facts: MeterFact[] } {
  const draft = copyOf(state);
  const facts: MeterFact[] = [];
  endOpen(draft, "opened", settings, facts);
  return { state: draft, facts };
}

/** The chip has booted: window numbers start anew. What is open ends as "missing"; what was counted, and the sensor's zero, stay. */
export function restartWindows(state: MeterState, settings: MeterSettings): { state: MeterState; facts: MeterFact[] } {
  const ended = copyOf(state);
  const facts: MeterFact[] = [];
  endOpen(ended, "missing", settings, facts);
  const { totals, lostArcs, zeroAmps } = ended;
  return { state: { ...initialWorkings(), totals, lostArcs, zeroAmps }, facts };
}

/** Arc condition (or a short within it) up to the newest window, with gaps under 0.3 s bridged. Live: a freeze is not ruled out. */
export function isArcing(state: MeterState): boolean {
  return state.live.arcing;
}

export function isCurrentPresent(state: MeterState): boolean {
  return state.live.currentPresent;
}

/** When the last arc edge passed, on the window clock; while arcing, the newest one. Null before any. */
export function lastArcOffMs(state: MeterState): number | null {
  return state.live.arcEdgeMs;
}

/** End of the newest window that the meter was given. */
export function windowClockMs(state: MeterState): number {
  return state.clockMs;
}

/** Of arcs that have ended; `flush` first to have the running one in. */
export function totals(state: MeterState): SessionTotals {
  return state.totals;
}

/** Arcs that came to nothing: under a second, and struck again within three. */
export function lostArcs(state: MeterState): number {
  return state.lostArcs;
}

/** Beads laid: arcs less the lost ones. */
export function beads(state: MeterState): number {
  return state.totals.arcs - state.lostArcs;
}
