/** Records: every committed row at the platform once, every arc that burned in one record, with its time. */
import type { Committed, MachineAccount, StoredRow } from "#test/chaos/kill/account.ts";
import type { Charge } from "#test/chaos/kill/judge/counts.ts";

/** Per arc, for its edges seen through a sensor. What is usual is none at all; a lost window is 100 ms. */
const EDGE_MS = 3;
const DOUBTFUL_ARC_MS = 330;

interface Span {
  from: number;
  until: number;
}

export function judgeRecords(account: MachineAccount, charge: Charge): void {
  judgeStreams(account, charge);
  for (const committed of account.committed) judgeCommitted(committed, account, charge);
  judgeArcs(account, charge);
  const arcs = named(account, "arc").map(({ payload }) => arcSpan(payload as { startMs: number; endMs: number }));
  const windows = named(account, "windows").map(({ payload }) => windowSpan(payload as { firstSeq: number; runs: number[] }));
  for (const { from } of overlapping(arcs)) charge("duplicate", 1, `two records of the arc at ${from}`);
  for (const { from } of overlapping(windows)) charge("duplicate", 1, `window ${from} came twice`);
}

function judgeStreams({ streams, journalled }: MachineAccount, charge: Charge): void {
  for (const lane of ["legal", "telemetry"] as const) {
    const [stream, ...others] = streams.filter((candidate) => candidate.lane === lane);
    if (others.length > 0) charge("lost", others.length, `${lane}: the journal began anew`);
    const held = stream ? stream.lastSeq - stream.missingCount : 0;
    if (held < journalled[lane])
      charge("lost", journalled[lane] - held, `${lane}: ${journalled[lane]} journalled, ${held} at the platform`);
    const wrong = (stream?.missingCount ?? 0) + (stream?.refused ?? 0) + (stream?.chainBreaks ?? 0);
    if (wrong > 0) charge("lost", wrong, `${lane}: ${JSON.stringify(stream)}`);
    if (stream && stream.conflicts > 0)
      charge("duplicate", stream.conflicts, `${lane}: ${stream.conflicts} rows under a number that was taken`);
  }
}

function judgeCommitted({ lane, chain, seq, head }: Committed, { streams, rows }: MachineAccount, charge: Charge): void {
  if (seq === 0) return;
  const isHere = streams.some((stream) => stream.lane === lane && stream.chain === chain);
  const held = isHere ? rows.find((row) => row.lane === lane && row.seq === seq) : undefined;
  if (held?.hash !== head)
    charge("lost", 1, `${lane} ${seq} was committed at a kill, and ${held ? "is another" : "is not"} at the platform`);
}

function judgeArcs(account: MachineAccount, charge: Charge): void {
  const { arcs, arcMs, doubtfulArcs } = account.burned;
  const records = named(account, "arc");
  const stated = named(account, "unaccounted").reduce((sum, { payload }) => sum + (payload as { arcMs: number }).arcMs, 0);
  const recordedMs = records.reduce((sum, { payload }) => sum + (payload as { arcMs: number }).arcMs, 0);
  const missing = arcs - records.length;
  const words = `${arcs} arcs of ${arcMs} ms burned, ${records.length} of ${Math.round(recordedMs)} ms are on record, ${stated} ms unaccounted`;
  const isStated = stated > 0 && missing > 0;
  const off = arcMs - recordedMs - stated;
  const allowed = EDGE_MS * (arcs + 1) + DOUBTFUL_ARC_MS * doubtfulArcs;
  if (missing > doubtfulArcs && !isStated) charge("lost", missing, words);
  else if (-missing > doubtfulArcs) charge("duplicate", -missing, words);
  else if (Math.abs(off) > allowed) charge(off > 0 ? "lost" : "duplicate", 1, words);
}

function named({ rows }: MachineAccount, name: string): StoredRow[] {
  return rows.filter((row) => row.name === name && row.payload !== null);
}

function arcSpan({ startMs, endMs }: { startMs: number; endMs: number }): Span {
  return { from: startMs, until: endMs };
}

function windowSpan({ firstSeq, runs }: { firstSeq: number; runs: readonly number[] }): Span {
  return { from: firstSeq, until: firstSeq + runs.reduce((sum, run) => sum + run, 0) };
}

/** Those that begin before another has ended. */
function overlapping(spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted((left, right) => left.from - right.from);
  return sorted.filter(({ from }, index) => index > 0 && from < (sorted[index - 1]?.until ?? 0));
}
