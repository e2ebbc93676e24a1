/** Windows on their way to a `windows` event: columns, so that they compress. */
import type { Window } from "#protocol/chip/window.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";

export type PendingWindows = PayloadOf<"windows">;

/** Telemetry is committed when so many milliseconds of the agent's clock are full: of all machines together. */
export const TELEMETRY_FLUSH_MS = 10_000;
/** Rows of one `windows` event. */
const PENDING_MAX = 100;

/** Idle windows are not worth a row of the journal; the meter has counted them. */
function isIdle(window: Window): boolean {
  return Math.abs(window.currentPeakAmps) < 2 && window.arcMs === 0 && window.shortMs === 0 && !window.invalid;
}

/** Adds what is not idle. Returns the columns, and any that are full or interrupted and must go now. */
export function addWindows(
  pending: PendingWindows | null,
  windows: readonly Window[],
  windowMs: number,
): { pending: PendingWindows | null; full: PendingWindows[] } {
  const full: PendingWindows[] = [];
  let open = pending;
  for (const window of windows) {
    if (isIdle(window)) continue;
    if (open && (window.seq !== endOf(open) || open.runs.length >= PENDING_MAX)) {
      full.push(open);
      open = null;
    }
    open = append(open ?? emptyColumns(window.seq, windowMs), window);
  }
  return { pending: open, full };
}

function endOf(columns: PendingWindows): number {
  return columns.firstSeq + columns.runs.reduce((sum, run) => sum + run, 0);
}

function emptyColumns(firstSeq: number, windowMs: number): PendingWindows {
  return { windowMs, firstSeq, runs: [], volts: [], amps: [], peakAmps: [], arcMs: [], shorts: [] };
}

function append(columns: PendingWindows, window: Window): PendingWindows {
  return {
    ...columns,
    runs: [...columns.runs, window.run],
    volts: [...columns.volts, window.voltageMeanVolts],
    amps: [...columns.amps, window.currentMeanAmps],
    peakAmps: [...columns.peakAmps, window.currentPeakAmps],
    arcMs: [...columns.arcMs, window.arcMs],
    shorts: [...columns.shorts, window.shorts],
  };
}
