/**
 * Is everything of one machine's day here? Read from the store alone. An event is of the day in which its earliest time lies, by the
 * clock of Asia/Shanghai; how many may belong to another day is told beside.
 */
import type Database from "better-sqlite3";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { Lane } from "#protocol/events/event.ts";
import { auditChain, type ChainAudit } from "#simulator/platform/chainAudit.ts";
import { KEYS_PER_STREAM, readStreams, type StreamRow } from "#simulator/platform/eventStore.ts";

const DAY_MS = 86_400_000;
/** UTC+8 all year. */
const SHANGHAI_MS = 8 * 3_600_000;
const MAX_RANGES = 100;

/**
 * `complete`: nothing is missing, and a later record of each lane proves that the day is over. `soFar`: nothing is missing, but what the
 * machine still holds after the last record nobody can know. `incomplete`: something is missing or was changed.
 */
export type DayVerdict = "complete" | "soFar" | "incomplete" | "nothingHeld";

export interface LaneDay extends ChainAudit {
  lane: Lane;
  chain: number;
  /** Null on a day without a record. */
  firstSeq: number | null;
  lastSeq: number | null;
  /** Good ones. */
  held: number;
  refused: number;
  refusedBy: Record<string, number>;
  /** Telemetry whose payload the device removed to make room. */
  thinned: number;
  /** Between the neighbouring days' records; the first 100. */
  missing: [from: number, to: number][];
  missingCount: number;
  /** Of the whole stream: what came twice is not stored twice, and has no day. */
  duplicates: number;
  /** A later record is held. */
  closed: boolean;
  /** Counted here, and perhaps of a later day; counted on an earlier day, and perhaps of this one. */
  uncertain: { perhapsLater: number; perhapsHere: number };
}

export interface DayReport {
  device: string;
  /** YYYY-MM-DD; null: everything that is held. */
  day: string | null;
  zone: "Asia/Shanghai";
  verdict: DayVerdict;
  lanes: LaneDay[];
  arcs: number;
  arcSeconds: number;
  /** Welding of which only the totals are known. */
  unaccounted: { events: number; windows: number; arcSeconds: number };
}

interface Span {
  fromMs: number;
  untilMs: number;
}

/** Throws a RangeError for what is no day. */
export function reportDay(database: Database.Database, device: string, day: string | null): DayReport {
  const span = spanOf(day);
  const streams = readStreams(database).filter((stream) => stream.device === device);
  const newest = Math.max(...streams.map(({ chain }) => chain));
  const lanes = streams
    .map((stream) => ({ stream, lane: laneDay(database, stream, span) }))
    .filter(({ stream, lane }) => lane && (stream.chain === newest || lane.firstSeq !== null || lane.missingCount > 0))
    .flatMap(({ lane }) => lane ?? []);
  return { device, day, zone: "Asia/Shanghai", verdict: verdictOf(lanes), lanes, ...welding(database, streams, span) };
}

function spanOf(day: string | null): Span {
  if (day === null) return { fromMs: Number.MIN_SAFE_INTEGER, untilMs: Number.MAX_SAFE_INTEGER };
  const utcMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(utcMs) || new Date(utcMs).toISOString().slice(0, 10) !== day) throw new RangeError("--day: YYYY-MM-DD");
  return { fromMs: utcMs - SHANGHAI_MS, untilMs: utcMs - SHANGHAI_MS + DAY_MS };
}

function verdictOf(lanes: readonly LaneDay[]): DayVerdict {
  if (lanes.length === 0) return "nothingHeld";
  if (lanes.some(({ missingCount, faults }) => missingCount > 0 || faults.length > 0)) return "incomplete";
  return lanes.every(({ closed }) => closed) ? "complete" : "soFar";
}

/** Undefined for a stream that began after the day. */
function laneDay(database: Database.Database, stream: StreamRow, span: Span): LaneDay | undefined {
  const base = stream.id * KEYS_PER_STREAM;
  const [low, high] = [base + 1, base + KEYS_PER_STREAM - 1];
  const facts = database.prepare<object, DayFacts>(DAY_FACTS).get({ low, high, base, fromMs: span.fromMs, untilMs: span.untilMs });
  if (!facts || (facts.firstSeq === null && facts.seqBefore === null)) return undefined;
  const { firstSeq, lastSeq, stored, refused, thinned, perhapsLater, perhapsHere } = facts;
  const seqBefore = firstSeq === null ? (facts.seqBefore ?? 0) : neighbour(database, base, firstSeq, span, "before");
  const seqAfter = neighbour(database, base, lastSeq ?? seqBefore, span, "after");
  const missing = holes(database, base, seqBefore, seqAfter ?? stream.highestSeen + 1);
  const { lane, chain, duplicates } = stream;
  return {
    ...{ lane, chain, firstSeq, lastSeq, held: stored - refused, refused, thinned, duplicates, closed: seqAfter !== null },
    refusedBy: refused === 0 ? {} : refusedBy(database, low, high, span),
    missing: missing.slice(0, MAX_RANGES),
    missingCount: missing.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    uncertain: { perhapsLater, perhapsHere },
    ...(firstSeq === null || lastSeq === null ? { verified: null, faults: [] } : auditChain(database, stream, firstSeq, lastSeq)),
  };
}

interface DayFacts {
  firstSeq: number | null;
  lastSeq: number | null;
  stored: number;
  refused: number;
  thinned: number;
  perhapsLater: number;
  perhapsHere: number;
  /** The last record of an earlier day. */
  seqBefore: number | null;
}

const IN_DAY = "earliest_ms >= @fromMs AND earliest_ms < @untilMs";
const DAY_FACTS = `
SELECT MIN(key) FILTER (WHERE ${IN_DAY}) - @base AS firstSeq, MAX(key) FILTER (WHERE ${IN_DAY}) - @base AS lastSeq,
  COUNT(*) FILTER (WHERE ${IN_DAY}) AS stored, COUNT(refused) FILTER (WHERE ${IN_DAY}) AS refused,
  COUNT(*) FILTER (WHERE ${IN_DAY} AND payload IS NULL AND refused IS NULL) AS thinned,
  COUNT(*) FILTER (WHERE ${IN_DAY} AND (latest_ms IS NULL OR latest_ms >= @untilMs)) AS perhapsLater,
  COUNT(*) FILTER (WHERE earliest_ms < @fromMs AND (latest_ms IS NULL OR latest_ms >= @fromMs)) AS perhapsHere,
  MAX(key) FILTER (WHERE earliest_ms < @fromMs) - @base AS seqBefore
FROM event WHERE key BETWEEN @low AND @high`;

/** The nearest record of another day: 0 before the first record, null after the last. */
function neighbour(database: Database.Database, base: number, seq: number, span: Span, side: "before"): number;
function neighbour(database: Database.Database, base: number, seq: number, span: Span, side: "before" | "after"): number | null;
function neighbour(
  database: Database.Database,
  base: number,
  seq: number,
  { fromMs, untilMs }: Span,
  side: "before" | "after",
): number | null {
  const sql =
    side === "before"
      ? "SELECT MAX(key) - @base FROM event WHERE key > @base AND key < @base + @seq AND earliest_ms < @fromMs"
      : `SELECT MIN(key) - @base FROM event WHERE key > @base + @seq AND key < @base + ${KEYS_PER_STREAM} AND earliest_ms >= @untilMs`;
  const found = database.prepare<object, number | null>(sql).pluck().get({ base, seq, fromMs, untilMs }) ?? null;
  return side === "before" ? (found ?? 0) : found;
}

/** What is not stored between the numbers `after` and `before`, without them. */
function holes(database: Database.Database, base: number, after: number, before: number): [number, number][] {
  const keys = database
    .prepare<[number, number], number>("SELECT key FROM event WHERE key > ? AND key < ? ORDER BY key")
    .pluck()
    .iterate(base + after, base + before);
  const found: [number, number][] = [];
  let expected = after + 1;
  for (const key of keys) {
    if (key - base > expected) found.push([expected, key - base - 1]);
    expected = key - base + 1;
  }
  if (expected < before) found.push([expected, before - 1]);
  return found;
}

function refusedBy(database: Database.Database, low: number, high: number, { fromMs, untilMs }: Span): Record<string, number> {
  const rows = database
    .prepare<object, { code: string; count: number }>(
      `SELECT refused AS code, COUNT(*) AS count FROM event WHERE key BETWEEN @low AND @high AND refused IS NOT NULL AND ${IN_DAY}
       GROUP BY refused ORDER BY refused`,
    )
    .all({ low, high, fromMs, untilMs });
  return Object.fromEntries(rows.map(({ code, count }) => [code, count]));
}

function welding(database: Database.Database, streams: readonly StreamRow[], { fromMs, untilMs }: Span) {
  const sums = database.prepare<object, { events: number; arcMs: number | null; windows: number | null }>(
    `SELECT COUNT(*) AS events, SUM(payload ->> '$.arcMs') AS arcMs, SUM(payload ->> '$.windows') AS windows FROM event
     WHERE key BETWEEN @low AND @high AND kind = @kind AND refused IS NULL AND ${IN_DAY}`,
  );
  const total = { arcs: 0, arcSeconds: 0, unaccounted: { events: 0, windows: 0, arcSeconds: 0 } };
  for (const { id } of streams.filter(({ lane }) => lane === "legal")) {
    const span = { low: id * KEYS_PER_STREAM, high: (id + 1) * KEYS_PER_STREAM - 1, fromMs, untilMs };
    const arcs = sums.get({ ...span, kind: DICTIONARY.arc.kind });
    const lost = sums.get({ ...span, kind: DICTIONARY.unaccounted.kind });
    total.arcs += arcs?.events ?? 0;
    total.arcSeconds += (arcs?.arcMs ?? 0) / 1000;
    total.unaccounted.events += lost?.events ?? 0;
    total.unaccounted.windows += lost?.windows ?? 0;
    total.unaccounted.arcSeconds += (lost?.arcMs ?? 0) / 1000;
  }
  return total;
}
