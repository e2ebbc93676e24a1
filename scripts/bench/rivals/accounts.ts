/** What a platform's rows say of a run: which readings are missing, which came twice, how late they were. */

export interface Account {
  readings: number;
  /** Numbers missing between the lowest and the highest that arrived. */
  lost: number;
  /** Rows beyond the first of a number. */
  duplicate: number;
}

export function account(seqs: readonly number[]): Account {
  const sorted = seqs.toSorted((left, right) => left - right);
  const distinct = new Set(sorted).size;
  const [first, last] = [sorted[0], sorted.at(-1)];
  const span = first === undefined || last === undefined ? 0 : last - first + 1;
  return { readings: distinct, lost: span - distinct, duplicate: sorted.length - distinct };
}

export interface Answer {
  seq: number;
  count: number;
  unixMs: number;
}

/** From the answer on the serial line that carried it to the platform's commit, for each reading that arrived; a second arrival does not count. */
export function latenciesMs(answers: readonly Answer[], received: readonly { seq: number; receivedMs: number }[]): number[] {
  const answeredMs = new Map<number, number>();
  for (const { seq, count, unixMs } of answers) {
    for (let index = 0; index < count; index++) answeredMs.set(seq + index, unixMs);
  }
  const found: number[] = [];
  for (const { seq, receivedMs } of received) {
    const sinceMs = answeredMs.get(seq);
    if (sinceMs === undefined) continue;
    found.push(Math.max(0, receivedMs - sinceMs));
    answeredMs.delete(seq);
  }
  return found;
}
