/** Every statement of those who write the journal, prepared once. */
import type Database from "better-sqlite3";
import type { Seal } from "#agent/shell/store/journalSeals.ts";
import type { StoredText } from "#agent/shell/store/journalText.ts";

/** As read for a batch, which needs no hashes; a list, for that is made in half the time of an object. */
export type EventRow = [
  key: number,
  epoch: number,
  kind: number,
  session: number | null,
  monoMs: number,
  earliestMs: number,
  latestMs: number | null,
  payload: StoredText | null,
  digest: Uint8Array | null,
];

/** What the digest of a row's payload is worked out of. */
export interface StoredPayload {
  payload: StoredText | null;
  digest: Uint8Array | null;
}

export interface StreamRow {
  id: number;
  device: string;
  chain: number;
  acked_seq: number;
  forgotten_seq: number;
  forgotten_hash: Uint8Array;
  last_seq: number;
  head: Uint8Array;
  verified_seq: number;
  checkpoint: Seal | null;
  seal: Seal;
}

export interface ValueRow {
  name: string;
  value: string;
  seal: Seal;
}

export interface DeadLetterRow {
  key: number;
  code: string;
  digest: Uint8Array;
}

/** Between key and hash. */
export type ColumnsOfEvent = [
  epoch: number,
  kind: number,
  session: number | null,
  monoMs: number,
  earliestMs: number,
  latestMs: number | null,
  payload: StoredText | null,
  digest: Uint8Array | null,
];

type InsertEvent = [key: number, ...columns: ColumnsOfEvent, hash: Uint8Array];

export type JournalStatements = ReturnType<typeof prepareStatements>;

export function prepareStatements(database: Database.Database) {
  return {
    ...eventStatements(database),
    ...deadLetterStatements(database),
    /** Changes when another connection has committed. */
    dataVersion: database.prepare<[], number>("PRAGMA data_version").pluck(),
    addDevice: database.prepare<[id: number, code: string, seal: Seal]>("INSERT INTO device (id, code, seal) VALUES (?, ?, ?)"),
    setStream: database.prepare<[StreamRow]>(
      `INSERT OR REPLACE INTO stream VALUES
       (@id, @device, @chain, @acked_seq, @forgotten_seq, @forgotten_hash, @last_seq, @head, @verified_seq, @checkpoint, @seal)`,
    ),
    setCheckpoint: database.prepare<[device: number, state: StoredText, seal: Seal]>(
      "INSERT OR REPLACE INTO checkpoint (device, state, seal) VALUES (?, ?, ?)",
    ),
    setCheckpointChange: database.prepare<[device: number, whole: Seal, change: Uint8Array | null, seal: Seal]>(
      "INSERT OR REPLACE INTO checkpoint_change (device, whole, change, seal) VALUES (?, ?, ?, ?)",
    ),
    checkpoint: database.prepare<[device: number], { state: StoredText; change: Uint8Array | null }>(
      "SELECT state, change FROM checkpoint JOIN checkpoint_change USING (device) WHERE device = ?",
    ),
    setValue: database.prepare<[name: string, value: string, seal: Seal]>(
      "INSERT OR REPLACE INTO value (name, value, seal) VALUES (?, ?, ?)",
    ),
    value: database.prepare<[name: string], ValueRow>("SELECT name, value, seal FROM value WHERE name = ?"),
    addHole: database.prepare<[key: number, fromSeq: number, hash: Uint8Array, seal: Seal]>(
      "INSERT INTO hole (key, from_seq, hash, seal) VALUES (?, ?, ?, ?)",
    ),
    dropHoles: database.prepare<[afterKey: number, upToKey: number], { seal: Seal }>(
      "DELETE FROM hole WHERE key > ? AND key <= ? RETURNING seal",
    ),
  };
}

function eventStatements(database: Database.Database) {
  return {
    insertEvent: database.prepare<InsertEvent>(
      `INSERT INTO event (key, epoch, kind, session, mono_ms, earliest_ms, latest_ms, payload, digest, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    payloadAt: database.prepare<[key: number], StoredPayload>("SELECT payload, digest FROM event WHERE key = ?"),
    hashAt: database.prepare<[key: number], { hash: Uint8Array }>("SELECT hash FROM event WHERE key = ?"),
    eventsBetween: database
      .prepare<[afterKey: number, belowKey: number, limit: number], EventRow>(
        `SELECT key, epoch, kind, session, mono_ms, earliest_ms, latest_ms, payload, digest
         FROM event WHERE key > ? AND key < ? ORDER BY key LIMIT ?`,
      )
      .raw(),
    /** First row of a range that is not yet old enough to go. */
    firstYoung: database.prepare<[afterKey: number, upToKey: number, olderThanMs: number], { key: number }>(
      "SELECT key FROM event WHERE key > ? AND key <= ? AND earliest_ms >= ? ORDER BY key LIMIT 1",
    ),
    thinEvent: database.prepare<[digest: Uint8Array, key: number]>("UPDATE event SET payload = NULL, digest = ? WHERE key = ?"),
    deleteEvents: database.prepare<[afterKey: number, upToKey: number]>("DELETE FROM event WHERE key > ? AND key <= ?"),
  };
}

function deadLetterStatements(database: Database.Database) {
  return {
    addDeadLetter: database.prepare<[key: number, code: string, digest: Uint8Array, seal: Seal]>(
      "INSERT OR IGNORE INTO dead_letter (key, code, digest, seal) VALUES (?, ?, ?, ?)",
    ),
    deadLetterCount: database.prepare<[], { count: number }>("SELECT count(*) AS count FROM dead_letter"),
    dropDeadLetter: database.prepare<[], { seal: Seal }>(
      "DELETE FROM dead_letter WHERE key = (SELECT min(key) FROM dead_letter) RETURNING seal",
    ),
    deadLetters: database.prepare<[afterKey: number, belowKey: number, limit: number], DeadLetterRow>(
      "SELECT key, code, digest FROM dead_letter WHERE key > ? AND key < ? ORDER BY key LIMIT ?",
    ),
  };
}
