/** What the judge counts, and how its parts charge it. */
export interface Counts {
  /** Rows of the journal, arcs, or time of arcs, that the platform does not have. */
  lost: number;
  duplicate: number;
  /** Arcs that were cut though nobody was out for longer than a short outage. */
  arcsDropped: number;
  /** Every opening by a lapsed lease, rightly or not. */
  leaseOpens: number;
  lateOpens: number;
  /** Sessions that ended though nobody ended them. */
  sessionsSplit: number;
}

export type Charge = (what: keyof Counts | null, howMany: number, words: string) => void;

export function noCounts(): Counts {
  return { lost: 0, duplicate: 0, arcsDropped: 0, leaseOpens: 0, lateOpens: 0, sessionsSplit: 0 };
}
