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

type Sums = Pick<Session, "arcMs" | "burntMs" | "cutMs" | "recordedMs" | "unaccountedMs">;

/** The records against the truth; null where they agree. */
export function faultOf({ arcMs, burntMs, cutMs, recordedMs, unaccountedMs }: Sums): string | null {
  const missingMs = arcMs - Math.round(recordedMs);
  const agrees = missingMs >= 0 && missingMs <= cutMs && unaccountedMs === 0;
  return agrees ? null : `${burntMs} ms, ${arcMs} that count; ${recordedMs} recorded, ${unaccountedMs} unaccounted`;
}

/** The same of sessions that followed each other by handovers, with windows lost: nobody can tell whose those were. */
export function faultOfChain(chain: readonly Sums[]): string | null {
  const sum = (name: keyof Sums) => chain.reduce((total, session) => total + session[name], 0);
  const known = sum("recordedMs") + sum("unaccountedMs");
  const slackMs = 3 * UNSAID_MS * chain.length;
  const agrees = known >= sum("arcMs") - sum("cutMs") - slackMs && known <= sum("burntMs") + slackMs;
  return agrees ? null : `${sum("burntMs")} ms, ${sum("arcMs")} that count; ${known} known, the chip's boots excused`;
}
