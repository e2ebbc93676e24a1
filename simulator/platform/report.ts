/** What the platform holds, and what is missing: read from the store itself, not from what memory believes. */
import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import type { HexDigest } from "#protocol/crypto.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import type { Lane } from "#protocol/events/event.ts";
import { databasePath, KEYS_PER_STREAM, readStreams, type StreamRow } from "#simulator/platform/eventStore.ts";

const MAX_RANGES = 100;
const MAX_EVENTS_READ = 1000;

export interface StreamReport {
  device: string;
  lane: Lane;
  chain: number;
  /** Good events that are stored. */
  held: number;
  firstSeq: number;
  lastSeq: number;
  /** Ranges of sequences below the highest that ever arrived which are not stored; the first 100. */
  missing: [from: number, to: number][];
  missingCount: number;
  /** Events that came again, and were stored once. */
  duplicates: number;
  conflicts: number;
  chainBreaks: number;
  /** Of those held, telemetry that came without its payload: `windowsThinned` events say what was kept of it. */
  thinned: number;
  /** Stored as evidence, not as facts. */
  refused: number;
  /** The same by code: what the dictionary refused, and what receipts did. */
  refusedBy: Record<string, number>;
  /** Batches that began after what was held. */
  gaps: number;
  head: HexDigest;
}

export interface StoredEvent {
  device: string;
  lane: Lane;
  chain: number;
  seq: number;
  epoch: number;
  kind: number;
  name: string | null;
  session: number | null;
  monoMs: number;
  earliestMs: number;
  latestMs: number | null;
  receivedMs: number;
  payload: unknown;
  hash: HexDigest;
  refused: string | null;
}

export interface EventQuery {
  device: string;
  lane?: Lane | undefined;
  /** Default: the latest. */
  chain?: number | undefined;
  fromSeq?: number | undefined;
  limit?: number | undefined;
  kind?: number | undefined;
}

/** Opens a store that another process may be writing to. */
export function openForReading(dataDir: string): Database.Database {
  const path = databasePath(dataDir);
  if (!existsSync(path)) throw new Error(`没有平台数据 / no platform store: ${path}`);
  return new Database(path, { readonly: true, fileMustExist: true });
}

export function reportStreams(database: Database.Database, device?: string): StreamReport[] {
  return readStreams(database)
    .filter((stream) => device === undefined || stream.device === device)
    .map((stream) => reportStream(database, stream));
}

function reportStream(database: Database.Database, stream: StreamRow): StreamReport {
  const { device, lane, chain, duplicates, conflicts, breaks, gaps, head } = stream;
  const base = stream.id * KEYS_PER_STREAM;
  const span = [base, base + KEYS_PER_STREAM - 1] as const;
  const totals = database
    .prepare<[number, number], { stored: number; refused: number; thinned: number; first: number | null; last: number | null }>(
      `SELECT COUNT(*) AS stored, COUNT(refused) AS refused, COUNT(*) FILTER (WHERE payload IS NULL AND refused IS NULL) AS thinned,
       MIN(key) AS first, MAX(key) AS last FROM event WHERE key BETWEEN ? AND ?`,
    )
    .get(...span);
  const { stored, refused, thinned, first, last } = totals ?? { stored: 0, refused: 0, thinned: 0, first: null, last: null };
  const firstSeq = first === null ? 0 : first - base;
  const lastSeq = last === null ? 0 : last - base;
  const missing = holes(database, base, stored, lastSeq);
  if (stream.highestSeen > lastSeq) missing.push([lastSeq + 1, stream.highestSeen]);
  const missingCount = Math.max(lastSeq, stream.highestSeen) - stored;
  const counts = { held: stored - refused, thinned, firstSeq, lastSeq, missing: missing.slice(0, MAX_RANGES), missingCount };
  const refusedBy = refused === 0 ? {} : countsOfRefusals(database, span);
  return { device, lane, chain, ...counts, duplicates, conflicts, chainBreaks: breaks, refused, refusedBy, gaps, head };
}

function countsOfRefusals(database: Database.Database, span: readonly [number, number]): Record<string, number> {
  const rows = database
    .prepare<[number, number], { code: string; count: number }>(
      "SELECT refused AS code, COUNT(*) AS count FROM event WHERE key BETWEEN ? AND ? AND refused IS NOT NULL GROUP BY refused ORDER BY refused",
    )
    .all(...span);
  return Object.fromEntries(rows.map(({ code, count }) => [code, count]));
}

/** Ranges that are not stored between 1 and the last stored. */
function holes(database: Database.Database, base: number, stored: number, lastSeq: number): [number, number][] {
  if (stored === lastSeq) return [];
  const rows = database
    .prepare<[number, number, number, number], { previous: number; key: number }>(
      `SELECT previous, key FROM (SELECT key, LAG(key, 1, ?) OVER (ORDER BY key) AS previous FROM event WHERE key BETWEEN ? AND ?)
       WHERE key > previous + 1 LIMIT ?`,
    )
    .all(base, base, base + lastSeq, MAX_RANGES);
  return rows.map(({ previous, key }) => [previous - base + 1, key - base - 1]);
}

/** Events in the order of their sequence; at most 1000 at once. */
export function queryEvents(database: Database.Database, query: EventQuery): StoredEvent[] {
  const { device, lane = "legal", chain, fromSeq = 1, limit = MAX_EVENTS_READ, kind } = query;
  const streams = readStreams(database).filter((stream) => stream.device === device && stream.lane === lane);
  const chains = chain === undefined ? Math.max(...streams.map((stream) => stream.chain)) : chain;
  const stream = streams.find((candidate) => candidate.chain === chains);
  if (stream === undefined) return [];
  const base = stream.id * KEYS_PER_STREAM;
  const rows = database
    .prepare<[number, number, number, number, number], EventRow>(
      `SELECT key - ? AS seq, epoch, kind, session, mono_ms AS monoMs, earliest_ms AS earliestMs, latest_ms AS latestMs,
       received_ms AS receivedMs, payload, hash, refused
       FROM event WHERE key BETWEEN ? AND ? AND (kind = ? OR ? = 0) ORDER BY key LIMIT ${Math.min(MAX_EVENTS_READ, Math.max(1, Math.floor(limit)))}`,
    )
    .all(base, base + fromSeq, base + KEYS_PER_STREAM - 1, kind ?? 0, kind ?? 0);
  return rows.map((row) => ({
    device,
    lane,
    chain: stream.chain,
    ...row,
    name: eventName(row.kind) ?? null,
    payload: row.payload === null ? null : (JSON.parse(row.payload) as unknown),
    hash: row.hash.toString("hex"),
  }));
}

type EventRow = Omit<StoredEvent, "device" | "lane" | "chain" | "name" | "payload" | "hash"> & { payload: string | null; hash: Buffer };
