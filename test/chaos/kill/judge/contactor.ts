/** Openings: for which cause, how late, and whether an arc went out by an outage that is no excuse. */
import { LEASE_MS } from "#protocol/chip/arcgateChip.ts";
import type { MachineAccount, Opened, Outage } from "#test/chaos/kill/account.ts";
import type { Charge } from "#test/chaos/kill/judge/counts.ts";

/** An outage of so long drops nothing. */
const SHORT_MS = 5_000;
const LATE_MS = LEASE_MS + 200;
/** Agent and chip have 30 ms for an answer: who is kept waiting for this share of the time misses exchange after exchange. */
const STALLED_SHARE = 0.25;
/** An order may lie on the line when the agent is stopped, and a chip that waits for the computer reads it later. */
const ON_THE_LINE_MS = 1_000;
const SOFT_END_MS = { least: 29_500, most: 90_000 } as const;

export function judgeContactor(account: MachineAccount, charge: Charge): { leaseOpens: number; excused: number } {
  let leaseOpens = 0;
  let excused = 0;
  for (const opening of account.opens) {
    if (opening.by === "leaseLapsed") {
      leaseOpens += 1;
      if (!judgeLapse(opening, account.outages, charge)) excused += 1;
    } else if (opening.arcing && !isSoftEnd(opening, account))
      charge("arcsDropped", 1, `an arc was cut by ${opening.by} at ${opening.atMs}`);
  }
  for (const outage of account.outages) judgeHeld(outage, account, charge);
  return { leaseOpens, excused };
}

/** Somebody who welds on after the lock, with pauses under two seconds, is cut after 30 s; an agent that is out hears of the lock later. */
function isSoftEnd({ by, atMs }: Opened, { lockedAtMs }: MachineAccount): boolean {
  return by === "arcOff" && lockedAtMs.some((lockedMs) => atMs - lockedMs > SOFT_END_MS.least && atMs - lockedMs < SOFT_END_MS.most);
}

/** False when the lease lapsed because the computer let nobody run. */
function judgeLapse(opening: Opened, outages: readonly Outage[], charge: Charge): boolean {
  const { atMs, renewedAtMs, arcing, stalledMs } = opening;
  const sinceMs = renewedAtMs ?? 0;
  if (atMs - sinceMs > LATE_MS) charge("lateOpens", 1, `opened at ${atMs}, ${atMs - sinceMs} ms after the last renewal`);
  const outMs = outFor(outages, sinceMs, atMs);
  if (outMs > SHORT_MS) return true;
  if (outMs + stalledMs > SHORT_MS || stalledMs > (atMs - sinceMs - outMs) * STALLED_SHARE) return false;
  const words = `the lease lapsed at ${atMs}, ${outMs} ms out and ${stalledMs} ms stalled since the last renewal at ${sinceMs}`;
  charge(arcing ? "arcsDropped" : null, 1, words);
  return true;
}

/** From the first to the last of the outages in a time without a renewal: a start that was killed before it had renewed anything ends none. */
function outFor(outages: readonly Outage[], sinceMs: number, atMs: number): number {
  const meant = outages.filter(({ what, fromMs, untilMs }) => what !== "ended" && untilMs > sinceMs && fromMs < atMs);
  if (meant.length === 0) return 0;
  const first = Math.min(...meant.map(({ fromMs }) => fromMs));
  const last = Math.max(...meant.map(({ untilMs }) => untilMs));
  return Math.round(last - first);
}

/** Nobody renews while the agent is out: a contactor that was closed must have opened. */
function judgeHeld({ what, fromMs, untilMs }: Outage, account: MachineAccount, charge: Charge): void {
  if (untilMs - fromMs <= LATE_MS + ON_THE_LINE_MS || !wasClosed(account, fromMs)) return;
  const opened = account.opens.some(({ atMs }) => atMs > fromMs && atMs <= untilMs);
  if (!opened)
    charge("lateOpens", 1, `still closed ${Math.round(untilMs - fromMs)} ms after the agent was ${what} at ${Math.round(fromMs)}`);
}

function wasClosed({ opens, closedFromMs }: MachineAccount, atMs: number): boolean {
  const last = opens.findLast((opening) => opening.atMs <= atMs);
  if (!last) return closedFromMs <= atMs;
  return last.closedAgain !== null && last.closedAgain.atMs <= atMs;
}
