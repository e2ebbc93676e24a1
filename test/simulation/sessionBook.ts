/** What is known of one session: what the chip saw burn, and what is on record of it. */

/** Less than five ampere seconds are not said to be unaccounted. */
const UNSAID_MS = 60;

export interface Session {
  handle: string;
  startedMs: number;
  /** The last scan that was allowed for it. */
  shownMs: number;
  started: boolean;
  ended: string | null;
  endedMs: number;
  /** Who took over by a scan: what burns from then on is theirs, also before the chip has heard of them. */
  heir: number | null;
  closedBefore: boolean;
  /** By the chip: arcs, all of them and those that count. */
  burntMs: number;
  arcMs: number;
  /** What may be missing, because the session ended when an arc was cut (the window being filled), or with windows unread. */
  cutMs: number;
  /** By the records. */
  recordedMs: number;
  unaccountedMs: number;
  /** Windows may be lost: the chip booted, or its ring was overrun. */
  excused: boolean;
}

export function newSession(handle: string, startedMs: number): Session {
  const nothing = { burntMs: 0, arcMs: 0, cutMs: 0, recordedMs: 0, unaccountedMs: 0, excused: false };
  return { handle, startedMs, shownMs: startedMs, started: false, ended: null, endedMs: 0, heir: null, closedBefore: false, ...nothing };
}

/** The records against the truth; null where they agree. */
export function faultOf({ arcMs, burntMs, cutMs, recordedMs, unaccountedMs, excused }: Session): string | null {
  const sum = recordedMs + unaccountedMs;
  const truth = `${burntMs} ms, ${arcMs} that count; ${recordedMs} recorded, ${unaccountedMs} unaccounted`;
  const missingMs = arcMs - Math.round(recordedMs);
  if (!excused) return missingMs < 0 || missingMs > cutMs || unaccountedMs !== 0 ? truth : null;
  const isOff = sum < arcMs - cutMs - 3 * UNSAID_MS || sum > burntMs + 3 * UNSAID_MS;
  return isOff ? `${truth}, the chip's boots excused` : null;
}
