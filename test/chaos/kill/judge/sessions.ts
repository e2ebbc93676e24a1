/** Sessions: one that was licensed goes on until somebody ends it, or its contactor was open for a minute. */
import type { MachineAccount, StoredRow } from "#test/chaos/kill/account.ts";
import type { Charge } from "#test/chaos/kill/judge/counts.ts";

const RESUME_WITHIN_MS = 60_000;
/** The chip's window clock, by which the agent counts, against the uptime of its openings. */
const CLOCKS_MS = 500;

interface Ended {
  cause: string;
  arcs: number;
  arcMs: number;
  durationMs: number;
}

export function judgeSessions(account: MachineAccount, charge: Charge): void {
  const legal = account.rows.filter(({ lane }) => lane === "legal");
  const started = legal.filter(({ name }) => name === "sessionStarted").map(({ session }) => session);
  const ended = legal.filter(({ name }) => name === "sessionEnded");
  for (const session of repeated(started)) charge("duplicate", 1, `session ${session} started twice`);
  for (const session of repeated(ended.map(({ session }) => session))) charge("duplicate", 1, `session ${session} ended twice`);
  for (const row of ended) judgeEnd(row, account, charge);
  const locked = ended.filter(({ payload }) => (payload as Ended).cause === "lockedByPlatform").length;
  const locks = account.lockedAtMs.length;
  if (locked > locks) charge("sessionsSplit", locked - locks, `${locked} sessions locked by ${locks} locks`);
  const over = new Set(ended.map(({ session }) => session));
  for (const session of new Set(started)) if (!over.has(session)) charge("lost", 1, `session ${session} has no end`);
  for (const session of over) if (!started.includes(session)) charge("lost", 1, `session ${session} has no start`);
  judgeChip(account, over, charge);
}

function judgeEnd(row: StoredRow, account: MachineAccount, charge: Charge): void {
  const { session } = row;
  const { cause, arcs, arcMs, durationMs } = row.payload as Ended;
  const openMs = everOpened(account, session) ? longestOpenMs(account, session) : durationMs;
  const isLate = cause === "leaseLost" && openMs >= RESUME_WITHIN_MS - CLOCKS_MS;
  if (cause !== "lockedByPlatform" && !isLate) charge("sessionsSplit", 1, `session ${session} ended by ${cause}, which nobody asked for`);
  const records = account.rows.filter((other) => other.name === "arc" && other.session === session);
  const recordedMs = records.reduce((sum, { payload }) => sum + (payload as { arcMs: number }).arcMs, 0);
  const isExact = arcs === records.length && Math.abs(arcMs - recordedMs) < 1;
  if (!isExact)
    charge("lost", 1, `session ${session} closed with ${arcs} arcs of ${arcMs} ms, its records are ${records.length} of ${recordedMs}`);
}

/** Closed again after a lapse for another session, though the one before was never ended: the platform would count one licence as two. */
function judgeChip({ opens }: MachineAccount, over: ReadonlySet<number | null>, charge: Charge): void {
  for (const { by, session, closedAgain, atMs } of opens) {
    if (by !== "leaseLapsed" || closedAgain === null || closedAgain.session === session || over.has(session)) continue;
    charge("sessionsSplit", 1, `session ${session} opened at ${atMs} and closed again as ${closedAgain.session}`);
  }
}

/** One that never opened for it never closed for it: it was open for as long as there was the session. */
function everOpened({ opens }: MachineAccount, session: number | null): boolean {
  return opens.some((opening) => opening.session === session);
}

function longestOpenMs({ opens, endedMs }: MachineAccount, session: number | null): number {
  const spans = opens
    .filter((opening) => opening.session === session)
    .map(({ atMs, closedAgain }) => (closedAgain?.atMs ?? endedMs) - atMs);
  return Math.max(0, ...spans);
}

function repeated(sessions: readonly (number | null)[]): (number | null)[] {
  return sessions.filter((session, index) => sessions.indexOf(session) !== index);
}
