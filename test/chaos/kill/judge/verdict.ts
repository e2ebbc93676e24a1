/** The judge of one machine's account: numbers that must be 0 (but for `leaseOpens`), and each reason in words. */
import type { MachineAccount } from "#test/chaos/kill/account.ts";
import { judgeContactor } from "#test/chaos/kill/judge/contactor.ts";
import { type Charge, type Counts, noCounts } from "#test/chaos/kill/judge/counts.ts";
import { judgeRecords } from "#test/chaos/kill/judge/records.ts";
import { judgeSessions } from "#test/chaos/kill/judge/sessions.ts";

export interface Verdict {
  counts: Counts;
  faults: string[];
  /** Openings for which the computer is to blame: it let nobody run. */
  excused: number;
}

export function judge(account: MachineAccount): Verdict {
  const verdict: Verdict = { counts: noCounts(), faults: [], excused: 0 };
  const charge: Charge = (what, howMany, words) => {
    if (what !== null) verdict.counts[what] += howMany;
    verdict.faults.push(`${account.device}: ${what ?? "wrong"}: ${words}`);
  };
  const { leaseOpens, excused } = judgeContactor(account, charge);
  verdict.counts.leaseOpens = leaseOpens;
  verdict.excused = excused;
  judgeSessions(account, charge);
  judgeRecords(account, charge);
  return verdict;
}
