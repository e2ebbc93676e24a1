/** The platform's store: SQLite, WAL, synchronous FULL. What `commit` returned from is durable. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { HexDigest } from "#protocol/crypto.ts";
import { GENESIS, type Lane } from "#protocol/events/event.ts";
import type { ReceivedEvent } from "#simulator/platform/placement.ts";

/** An event's row key is stream × 2^32 + seq, so that a stream lies together and needs no second index. */
export const KEYS_PER_STREAM = 2 ** 32;
const MAX_STREAMS = 2 ** 20;
const MAX_BREAKS_PER_STREAM = 1000;

/** One chain of one lane of one device. */
export interface StreamRow {
  readonly id: number;
  readonly device: string;
  readonly lane: Lane;
  readonly chain: number;
  upTo: number;
  head: HexDigest;
  /** Highest sequence that ever arrived, held or not. */
  highestSeen: number;
  duplicates: number;
  conflicts: number;
  breaks: number;
  refused: number;
  gaps: number;
}

export interface ChainBreak {
  readonly seq: number;
  readonly code: string;
  readonly expected: HexDigest;
  readonly received: HexDigest;
  readonly payloadText: string | null;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS stream (
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, lane TEXT NOT NULL, chain INTEGER NOT NULL,
  up_to INTEGER NOT NULL, head TEXT NOT NULL, highest_seen INTEGER NOT NULL,
  duplicates INTEGER NOT NULL, conflicts INTEGER NOT NULL, breaks INTEGER NOT NULL, refused INTEGER NOT NULL, gaps INTEGER NOT NULL,
  UNIQUE (device, lane, chain));
CREATE TABLE IF NOT EXISTS event (
  key INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, kind INTEGER NOT NULL, session INTEGER,
  mono_ms REAL NOT NULL, earliest_ms INTEGER NOT NULL, latest_ms INTEGER, received_ms INTEGER NOT NULL,
  payload TEXT, hash BLOB NOT NULL, refused TEXT, digest BLOB);
CREATE TABLE IF NOT EXISTS chain_break (
  id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL,
  expected TEXT NOT NULL, received TEXT NOT NULL, payload TEXT, received_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS chain_break_stream ON chain_break (stream);
`;

export function databasePath(dataDir: string): string {
  return join(dataDir, "platform.db");
}

export class EventStore {
  readonly database: Database.Database;
  readonly #streams = new Map<string, StreamRow>();
  readonly #insertEvent: Database.Statement<unknown[]>;
  readonly #insertBreak: Database.Statement<unknown[]>;
  readonly #saveStream: Database.Statement<[StreamRow]>;
  readonly #hash: Database.Statement<[number], Buffer>;
  readonly #refusedBetween: Database.Statement<[number, number, number], { seq: number; code: string }>;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.database = openDurable(databasePath(dataDir));
    this.database.exec(SCHEMA);
    addDigests(this.database);
    this.#insertEvent = this.database.prepare(
      "INSERT INTO event (key, epoch, kind, session, mono_ms, earliest_ms, latest_ms, received_ms, payload, hash, refused, digest) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
    );
    this.#insertBreak = this.database.prepare(
      "INSERT INTO chain_break (stream, seq, code, expected, received, payload, received_ms) VALUES (?,?,?,?,?,?,?)",
    );
    this.#saveStream = this.database.prepare(
      `INSERT INTO stream VALUES (@id, @device, @lane, @chain, @upTo, @head, @highestSeen, @duplicates, @conflicts, @breaks, @refused, @gaps)
       ON CONFLICT (id) DO UPDATE SET up_to = @upTo, head = @head, highest_seen = @highestSeen, duplicates = @duplicates,
       conflicts = @conflicts, breaks = @breaks, refused = @refused, gaps = @gaps`,
    );
    this.#hash = this.database.prepare<[number], Buffer>("SELECT hash FROM event WHERE key = ?").pluck();
    this.#refusedBetween = this.database.prepare(
      `SELECT key % ${KEYS_PER_STREAM} AS seq, refused AS code FROM event WHERE key BETWEEN ? AND ? AND refused IS NOT NULL ORDER BY key DESC LIMIT ?`,
    );
    for (const row of readStreams(this.database)) this.#streams.set(streamName(row.device, row.lane, row.chain), row);
    assertDurable(this.database);
  }

  stream(device: string, lane: Lane, chain: number): StreamRow | undefined {
    return this.#streams.get(streamName(device, lane, chain));
  }

  /** The stream, made in memory when it is new; undefined when the store has no room for more streams. */
  ensureStream(device: string, lane: Lane, chain: number): StreamRow | undefined {
    const held = this.stream(device, lane, chain);
    if (held !== undefined || this.#streams.size >= MAX_STREAMS) return held;
    const counters = { highestSeen: 0, duplicates: 0, conflicts: 0, breaks: 0, refused: 0, gaps: 0 };
    const row: StreamRow = { id: this.#streams.size + 1, device, lane, chain, upTo: 0, head: GENESIS, ...counters };
    this.#streams.set(streamName(device, lane, chain), row);
    return row;
  }

  streams(): Iterable<StreamRow> {
    return this.#streams.values();
  }

  heldHash(stream: StreamRow, seq: number): HexDigest | undefined {
    return this.#hash.get(stream.id * KEYS_PER_STREAM + seq)?.toString("hex");
  }

  /** The latest refusals from `from` to `to`, at most `limit`, in falling order of sequence. */
  refusedBetween(stream: StreamRow, from: number, to: number, limit: number): { seq: number; code: string }[] {
    if (stream.refused === 0 || from > to) return [];
    const base = stream.id * KEYS_PER_STREAM;
    return this.#refusedBetween.all(base + from, base + to, limit);
  }

  addEvent(stream: StreamRow, event: ReceivedEvent, refused: string | null, receivedMs: number): void {
    this.#insertEvent.run(
      stream.id * KEYS_PER_STREAM + event.seq,
      event.epoch,
      event.kind,
      event.session,
      event.time.monoMs,
      event.time.earliestMs,
      event.time.latestMs,
      receivedMs,
      event.payloadText,
      Buffer.from(event.hash, "hex"),
      refused,
      // A payload that is there has its digest in it.
      event.payloadText === null ? Buffer.from(event.digest, "hex") : null,
    );
  }

  /** Evidence is kept for the first breaks of a stream; all of them are counted. */
  addBreak(stream: StreamRow, broken: ChainBreak, receivedMs: number): void {
    stream.breaks += 1;
    if (stream.breaks > MAX_BREAKS_PER_STREAM) return;
    const { seq, code, expected, received, payloadText } = broken;
    this.#insertBreak.run(stream.id, seq, code, expected, received, payloadText, receivedMs);
  }

  saveStream(stream: StreamRow): void {
    this.#saveStream.run(stream);
  }

  /** All of it is on the disk when this returns, or it throws and none is. */
  commit(write: () => void): void {
    this.database.transaction(write).immediate();
  }

  /** After a failed commit: what memory says of streams is replaced by what the disk holds. */
  reload(): void {
    this.#streams.clear();
    for (const row of readStreams(this.database)) this.#streams.set(streamName(row.device, row.lane, row.chain), row);
  }

  close(): void {
    this.database.close();
  }
}

/** Streams in the order of their first arrival. */
export function readStreams(database: Database.Database): StreamRow[] {
  const query = database.prepare<[], StreamRow>(
    `SELECT id, device, lane, chain, up_to AS upTo, head, highest_seen AS highestSeen, duplicates, conflicts, breaks, refused, gaps
     FROM stream ORDER BY id`,
  );
  return query.all();
}

/** An older store kept no digest of thinned payloads, so that its chain could not be computed again. */
function addDigests(database: Database.Database): void {
  const columns = database.prepare<[], string>("SELECT name FROM pragma_table_info('event')").pluck().all();
  if (!columns.includes("digest")) database.exec("ALTER TABLE event ADD COLUMN digest BLOB");
}

function streamName(device: string, lane: Lane, chain: number): string {
  return `${device}/${lane}/${chain}`;
}

export function openDurable(path: string): Database.Database {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("cache_size = -16000");
  database.pragma("journal_size_limit = 8388608");
  return database;
}

/** The pragma can fall back after the first statement, so it is asked again after the first read. */
function assertDurable(database: Database.Database): void {
  const synchronous = database.pragma("synchronous", { simple: true });
  if (synchronous !== 2) throw new Error(`SQLite runs with synchronous = ${String(synchronous)}, not FULL`);
}
