/** What those ask of the file who trust nothing in it: statements that only read, prepared once. */
import type Database from "better-sqlite3";
import type { Seal, TalliedTable } from "#agent/shell/store/journalSeals.ts";
import type { StreamRow } from "#agent/shell/store/journalStatements.ts";

/** A row of `event` with its hash, whatever its columns hold. */
export type WholeRow = unknown[];
/** The columns of a tallied table that its seal covers, and the seal. */
export type SealedRow = (string | number | null | Uint8Array)[];

export interface HoleRow {
  key: number;
  from_seq: number;
  hash: Uint8Array;
}

export interface CheckpointRow {
  device: number;
  state: string | Uint8Array;
  seal: Seal;
}

export interface CheckpointChangeRow {
  device: number;
  whole: Seal;
  change: Uint8Array | null;
  seal: Seal;
}

export type RowLooks = ReturnType<typeof prepareRowLooks>;
export type JournalLooks = ReturnType<typeof prepareLooks>;

/** Of the rows of events, which are laid out alike in every format. */
export function prepareRowLooks(database: Database.Database) {
  return {
    rows: database
      .prepare<[afterKey: number, belowKey: number, limit: number], WholeRow>(
        `SELECT key, epoch, kind, session, mono_ms, earliest_ms, latest_ms, payload, digest, hash
         FROM event WHERE key > ? AND key < ? ORDER BY key LIMIT ?`,
      )
      .raw(),
    /** First key of a range, and last. */
    keyFrom: database
      .prepare<[fromKey: number, belowKey: number], number>("SELECT key FROM event WHERE key >= ? AND key < ? ORDER BY key LIMIT 1")
      .pluck(),
    lastKey: database
      .prepare<[fromKey: number, belowKey: number], number>("SELECT key FROM event WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT 1")
      .pluck(),
  };
}

export function prepareLooks(database: Database.Database) {
  const sealed = (sql: string) => database.prepare<[], SealedRow>(sql).raw();
  const tallied: Record<TalliedTable, ReturnType<typeof sealed>> = {
    device: sealed("SELECT id, code, seal FROM device ORDER BY id"),
    value: sealed("SELECT name, value, seal FROM value ORDER BY name"),
    dead_letter: sealed("SELECT key, code, digest, seal FROM dead_letter ORDER BY key"),
    hole: sealed("SELECT key, from_seq, hash, seal FROM hole ORDER BY key"),
  };
  return {
    ...prepareRowLooks(database),
    tallied,
    streams: database.prepare<[], StreamRow>("SELECT * FROM stream ORDER BY id"),
    checkpoints: database.prepare<[], CheckpointRow>("SELECT device, state, seal FROM checkpoint"),
    checkpointChanges: database.prepare<[], CheckpointChangeRow>("SELECT device, whole, change, seal FROM checkpoint_change"),
    holes: database.prepare<[], HoleRow>("SELECT key, from_seq, hash FROM hole WHERE typeof(hash) = 'blob' ORDER BY key"),
    checkpoint: database.prepare<[device: number], CheckpointRow>("SELECT device, state, seal FROM checkpoint WHERE device = ?"),
    checkpointChange: database.prepare<[device: number], CheckpointChangeRow>(
      "SELECT device, whole, change, seal FROM checkpoint_change WHERE device = ?",
    ),
    structure: database.prepare<[], string>("PRAGMA integrity_check(20)").pluck(),
  };
}
