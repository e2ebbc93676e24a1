import { GAP_ENDS_ARC_MS, STUCK_MS } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";

/** What the newest window says, at once and without judging: the interlock must not wait for a freeze to be ruled out. */
export interface Live {
  arcing: boolean;
  currentPresent: boolean;
  /** Last arc edge seen; null before the first. */
  arcEdgeMs: number | null;
  neitherMs: number;
  shortMs: number;
}

export function initialLive(): Live {
  return { arcing: false, currentPresent: false, arcEdgeMs: null, neitherMs: 0, shortMs: 0 };
}

/** A strike counts as arcing from its first window: a lock that comes then is as bad as in mid-arc. */
export function followLive(live: Live, seen: Seen): void {
  const { window, startMs, endMs, windowMs } = seen;
  live.currentPresent = seen.currentPresent;
  if (seen.usable && window.arcMs > 0 && (window.closed || live.arcing)) {
    live.arcing = window.closed;
    live.arcEdgeMs = startMs + window.arcLastMs;
    live.shortMs = 0;
    // Where the window's shorts lay is not known; for the end of the arc it is enough that they were not long.
    live.neitherMs = Math.max(0, windowMs - window.arcLastMs - window.shortMs);
  } else {
    const shortMs = seen.usable ? window.shortMs : 0;
    live.shortMs += shortMs;
    live.neitherMs += endMs - startMs - shortMs;
  }
  if (!window.closed && seen.usable) live.arcing = false;
  if (live.neitherMs >= GAP_ENDS_ARC_MS || live.shortMs > STUCK_MS) live.arcing = false;
}
