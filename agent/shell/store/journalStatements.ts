/** Every statement of the journal, prepared once. */
import type Database from "better-sqlite3";
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

type InsertEvent = [
  key: number,
  epoch: number,
  kind: number,
  session: number | null,
  monoMs: number,
  earliestMs: number,
  latestMs: number | null,
  payload: StoredText,
  hash: Uint8Array,
];

export type JournalStatements = ReturnType<typeof prepareStatements>;

export function prepareStatements(database: Database.Database) {
  return {
    ...eventStatements(database),
    addDevice: database.prepare<[id: number, code: string]>("INSERT INTO device (id, code) VALUES (?, ?)"),
    setCursor: database.prepare<[id: number, ackedSeq: number, forgottenSeq: number, forgottenHash: Uint8Array]>(
      `INSERT INTO stream (id, acked_seq, forgotten_seq, forgotten_hash) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
       SET acked_seq = excluded.acked_seq, forgotten_seq = excluded.forgotten_seq, forgotten_hash = excluded.forgotten_hash`,
    ),
    setCheckpoint: database.prepare<[device: number, state: StoredText]>(
      "INSERT INTO checkpoint (device, state) VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET state = excluded.state",
    ),
    setCheckpointChange: database.prepare<[device: number, change: Uint8Array | null]>(
      "INSERT INTO checkpoint_change (device, change) VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET change = excluded.change",
    ),
    checkpoint: database.prepare<[device: number], { state: StoredText; change: Uint8Array | null }>(
      "SELECT state, change FROM checkpoint LEFT JOIN checkpoint_change USING (device) WHERE device = ?",
    ),
    setValue: database.prepare<[name: string, value: string]>(
      "INSERT INTO value (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ),
    value: database.prepare<[name: string], { value: string }>("SELECT value FROM value WHERE name = ?"),
    ...deadLetterStatements(database),
  };
}

function eventStatements(database: Database.Database) {
  return {
    insertEvent: database.prepare<InsertEvent>(
      `INSERT INTO event (key, epoch, kind, session, mono_ms, earliest_ms, latest_ms, payload, digest, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)`,
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
    addDeadLetter: database.prepare<[key: number, code: string, digest: Uint8Array]>(
      "INSERT OR IGNORE INTO dead_letter (key, code, digest) VALUES (?, ?, ?)",
    ),
    deadLetterCount: database.prepare<[], { count: number }>("SELECT count(*) AS count FROM dead_letter"),
    dropDeadLetter: database.prepare("DELETE FROM dead_letter WHERE key = (SELECT min(key) FROM dead_letter)"),
    deadLetters: database.prepare<[afterKey: number, belowKey: number, limit: number], { key: number; code: string; digest: Uint8Array }>(
      "SELECT key, code, digest FROM dead_letter WHERE key > ? AND key < ? ORDER BY key LIMIT ?",
    ),
  };
}
