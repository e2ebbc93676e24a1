/** The journal's file: how it is laid out, and how it is opened so that a commit survives a power cut. */
import { closeSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import { emptyTally, sealOf, TALLY, tallyText } from "#agent/shell/store/journalSeals.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** `user_version` of the file. 1 had no seals, no holes, no heads beside the rows, and every checkpoint whole. */
export const FORMAT = 2;
const SYNCHRONOUS_FULL = 2;
/**
 * A row goes between two streams' rows, and three pages around it are written anew, whatever their size: the smallest spare the card most
 * (32 machines' day before there were seals: 190 MB; 300 MB with 1,024; 400 MB with 2,048).
 */
const PAGE_BYTES = 512;
/** Bytes in the log before they go to their places: the more, the more often one write there does for several here. */
const CHECKPOINT_BYTES = 6 * 1024 * 1024;
/** A lock held by somebody else may not hold up the leases. */
const LOCK_WAIT_MS = 1000;
/** Beyond the quota, so that acknowledging and deleting still work when it is used up. */
const HEADROOM_BYTES = 1024 * 1024;

/**
 * `event.key` is stream × 2^40 + seq, the rowid itself: rows lie in the order in which they are sent, and no index is written beside them.
 * `digest` is kept only where the payload was removed; elsewhere the payload gives it. `stream` says where each chain ends and how far it
 * was verified; `hole` what a damaged card took out of it: `key` is the last row lost, `hash` what the row after it goes on from.
 * `checkpoint` is whole, and written now and then; `checkpoint_change` is what the newest differs in from it, and names it by its seal.
 */
const TABLES: readonly string[] = [
  "CREATE TABLE device (id INTEGER PRIMARY KEY, code TEXT NOT NULL, seal TEXT NOT NULL)",
  `CREATE TABLE stream (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, chain INTEGER NOT NULL, acked_seq INTEGER NOT NULL, forgotten_seq INTEGER NOT NULL,
    forgotten_hash BLOB NOT NULL, last_seq INTEGER NOT NULL, head BLOB NOT NULL, verified_seq INTEGER NOT NULL, checkpoint TEXT, seal TEXT NOT NULL
  )`,
  `CREATE TABLE event (
    key INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, kind INTEGER NOT NULL, session INTEGER,
    mono_ms INTEGER NOT NULL, earliest_ms INTEGER NOT NULL, latest_ms INTEGER, payload TEXT, digest BLOB, hash BLOB NOT NULL
  )`,
  "CREATE TABLE checkpoint (device INTEGER PRIMARY KEY, state TEXT NOT NULL, seal TEXT NOT NULL)",
  "CREATE TABLE checkpoint_change (device INTEGER PRIMARY KEY, whole TEXT NOT NULL, change BLOB, seal TEXT NOT NULL)",
  "CREATE TABLE dead_letter (key INTEGER PRIMARY KEY, code TEXT NOT NULL, digest BLOB NOT NULL, seal TEXT NOT NULL)",
  "CREATE TABLE hole (key INTEGER PRIMARY KEY, from_seq INTEGER NOT NULL, hash BLOB NOT NULL, seal TEXT NOT NULL)",
  "CREATE TABLE value (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal TEXT NOT NULL) WITHOUT ROWID",
];

/** Opens or makes the file. Throws `journal.cannotOpen`, `journal.corrupt`, `journal.wrongVersion`, `journal.notDurable`. */
export function openJournalFile(path: string, maxBytes: number): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: LOCK_WAIT_MS });
    setPragmas(database, maxBytes);
    const isNew = makeTables(database);
    assertDurable(database);
    if (isNew) syncFolder(path);
    return database;
  } catch (cause) {
    database?.close();
    throw journalFailure(cause, path);
  }
}

/**
 * The setting is per connection, and better-sqlite3 is built to fall back to NORMAL in WAL mode once the file has been read:
 * so it is set on every open and looked at again after the first read.
 */
export function assertDurable(database: Database.Database): void {
  database.prepare("SELECT count(*) FROM sqlite_schema").get();
  const mode = database.pragma("journal_mode", { simple: true });
  const level = database.pragma("synchronous", { simple: true });
  if (mode !== "wal" || level !== SYNCHRONOUS_FULL)
    throw new CodedError("journal.notDurable", `journal_mode ${mode}, synchronous ${level}`);
}

function setPragmas(database: Database.Database, maxBytes: number): void {
  database.pragma(`page_size = ${PAGE_BYTES}`);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("cache_size = -2000");
  const pageBytes = pageBytesOf(database);
  database.pragma(`wal_autocheckpoint = ${Math.ceil(CHECKPOINT_BYTES / pageBytes)}`);
  database.pragma(`journal_size_limit = ${8 * 1024 * 1024}`);
  database.pragma(`max_page_count = ${Math.ceil((maxBytes + HEADROOM_BYTES) / pageBytes)}`);
}

/** A file keeps the size that it began with. */
export function pageBytesOf(database: Database.Database): number {
  return Number(database.pragma("page_size", { simple: true }));
}

function makeTables(database: Database.Database): boolean {
  const version = formatOf(database);
  if (version === FORMAT) return false;
  const tables = database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
  if (version !== 0 || tables !== 0) throw new CodedError("journal.wrongVersion", `version ${version}`);
  const tally = tallyText(emptyTally());
  const make = database.transaction(() => {
    database.exec(`${TABLES.join(";")}; PRAGMA user_version = ${FORMAT};`);
    database.prepare("INSERT INTO value (name, value, seal) VALUES (?, ?, ?)").run(TALLY, tally, sealOf("value", TALLY, tally));
  });
  make.immediate();
  return true;
}

export function formatOf(database: Database.Database): number {
  return Number(database.pragma("user_version", { simple: true }));
}

/** Are the tables those that this program makes, and is there nothing else (an index, a trigger) that would act on them? */
export function hasOurTables(database: Database.Database): boolean {
  const made = database.prepare<[], string>("SELECT sql FROM sqlite_schema ORDER BY rowid").pluck().all();
  return made.length === TABLES.length && made.every((sql, index) => sql === TABLES[index]);
}

/** A new file is only there after a power cut if its folder says so. */
export function syncFolder(path: string): void {
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
