/** Time as an interval. The wall clock decides nothing; see the design's decision 8. */
export type FloorSource = "build" | "list" | "policy" | "persisted" | "chip" | "platform";

export interface ClockState {
  /** It was at least this late … */
  floorMs: number;
  floorSource: FloorSource;
  /** … at this moment of the agent's monotonic clock. */
  floorMonoMs: number;
  /** The platform's word since this boot: what it said, give or take, and when. */
  synced: { utcMs: number; uncertaintyMs: number; monoMs: number } | null;
}

export interface TimeInterval {
  earliestMs: number;
  /** Null while nothing bounds it. */
  latestMs: number | null;
}

/** Cheap crystals: 100 parts in a million. */
const DRIFT = 100e-6;

export function startClock(buildMs: number, monoMs: number): ClockState {
  return { floorMs: buildMs, floorSource: "build", floorMonoMs: monoMs, synced: null };
}

/**
 * A signed file says that it was at least so late when it was issued. Where the platform's own word bounds the time, a file that claims more
 * is wrong about its date, and proves no more than that bound.
 */
export function raiseFloorByFile(clock: ClockState, issuedMs: number, source: "list" | "policy", monoMs: number): ClockState {
  const { latestMs } = timeAt(clock, monoMs);
  return raiseFloor(clock, Math.min(issuedMs, latestMs ?? issuedMs), source, monoMs);
}

/** The floor only rises. */
export function raiseFloor(clock: ClockState, floorMs: number, floorSource: FloorSource, monoMs: number): ClockState {
  if (floorMs <= timeAt(clock, monoMs).earliestMs) return clock;
  return { ...clock, floorMs, floorSource, floorMonoMs: monoMs };
}

/** A signed reply to our own request: it also bounds the time from above. */
export function syncClock(clock: ClockState, utcMs: number, uncertaintyMs: number, monoMs: number): ClockState {
  const raised = raiseFloor(clock, utcMs - uncertaintyMs, "platform", monoMs);
  return { ...raised, synced: { utcMs, uncertaintyMs, monoMs } };
}

export function timeAt(clock: ClockState, monoMs: number): TimeInterval {
  const sinceFloor = Math.max(0, monoMs - clock.floorMonoMs);
  const earliestMs = Math.floor(clock.floorMs + sinceFloor * (1 - DRIFT));
  if (!clock.synced) return { earliestMs, latestMs: null };
  const sinceSync = Math.max(0, monoMs - clock.synced.monoMs);
  const latestMs = Math.ceil(clock.synced.utcMs + clock.synced.uncertaintyMs + sinceSync * (1 + DRIFT));
  return { earliestMs, latestMs: Math.max(latestMs, earliestMs) };
}
