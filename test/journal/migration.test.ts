/** A journal of the first format is carried over as it is, whatever stops that in between; one of a format to come is left alone. */
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rebuildJournal } from "#agent/shell/store/journalRebuild.ts";
import { verifyJournal } from "#agent/shell/store/journalVerify.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { GENESIS, hashHeader } from "#protocol/events/event.ts";
import { allRows, arcEvent, chainBreak, LEGAL, MACHINE } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

const FORMAT_1 = `
  CREATE TABLE device (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
  CREATE TABLE stream (id INTEGER PRIMARY KEY, acked_seq INTEGER NOT NULL, forgotten_seq INTEGER NOT NULL, forgotten_hash BLOB NOT NULL);
  CREATE TABLE event (
    key INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, kind INTEGER NOT NULL, session INTEGER,
    mono_ms INTEGER NOT NULL, earliest_ms INTEGER NOT NULL, latest_ms INTEGER, payload TEXT, digest BLOB, hash BLOB NOT NULL
  );
  CREATE TABLE checkpoint (device INTEGER PRIMARY KEY, state TEXT NOT NULL);
  CREATE TABLE dead_letter (key INTEGER PRIMARY KEY, code TEXT NOT NULL, digest BLOB NOT NULL);
  CREATE TABLE value (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = 1;
`;
const [CHAIN, EPOCH, ROWS, FORGOTTEN, ACKED] = [41, 43, 60, 10, 25];

let store: ReturnType<typeof sqliteStore>;

beforeEach(() => {
  store = sqliteStore();
  makeFormat1(store.path);
});

afterEach(() => store.destroy());

function makeFormat1(path: string): void {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.exec(FORMAT_1);
  const insert = database.prepare("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)");
  let prev = GENESIS;
  for (let seq = 1; seq <= ROWS; seq++) {
    const { device, lane, kind, session, time, payload } = arcEvent(seq);
    const text = canonicalJson(payload);
    const digest = sha256Hex(text);
    prev = hashHeader({ device, lane, chain: CHAIN, epoch: EPOCH, seq, kind, session, time, digest, prev });
    if (seq === FORGOTTEN) database.prepare("INSERT INTO stream VALUES (0, ?, ?, ?)").run(ACKED, FORGOTTEN, Buffer.from(prev, "hex"));
    if (seq > FORGOTTEN) insert.run(seq, EPOCH, kind, session, time.monoMs, time.earliestMs, time.latestMs, text, Buffer.from(prev, "hex"));
  }
  database.exec(`INSERT INTO device VALUES (0, '${MACHINE}'); INSERT INTO checkpoint VALUES (0, '{"nextSeq":9}');
    INSERT INTO value VALUES ('journal.chain', '${CHAIN}'), ('journal.epoch', '${EPOCH}'), ('timeFloorMs', '17')`);
  database.close();
}

function expectAllThere(): void {
  const journal = store.open({ initialEpoch: 1 });
  expect([journal.chain, journal.epoch]).toEqual([CHAIN, EPOCH + 1]);
  expect(journal.stream(LEGAL)).toMatchObject({ lastSeq: ROWS, ackedSeq: ACKED, forgottenSeq: FORGOTTEN });
  const rows = allRows(journal, LEGAL);
  expect(rows).toHaveLength(ROWS - FORGOTTEN);
  expect(chainBreak(LEGAL, CHAIN, rows, journal.read(LEGAL, FORGOTTEN, 1).prev)).toBeNull();
  expect(journal.checkpoint(MACHINE)).toEqual({ nextSeq: 9 });
  expect(journal.getValue("timeFloorMs")).toBe("17");
  journal.close();
  const database = new Database(store.path, { readonly: true });
  expect(verifyJournal(database)).toEqual([]);
  database.close();
}

const names = (): string[] => readdirSync(dirname(store.path));

describe("a journal of the first format", () => {
  it("is carried over whole, and set aside as it was", () => {
    expectAllThere();
    expect(names().filter((name) => name.includes(".aside-"))).toHaveLength(1);
  });

  it("is carried over after a kill while the new file was being made", () => {
    copyFileSync(store.path, `${store.path}.building`);
    expectAllThere();
    expect(existsSync(`${store.path}.building`)).toBe(false);
  });

  it.each([
    ["before the old file was touched", () => undefined],
    ["when the old file was set aside", (old: string) => renameSync(old, `${old}.aside-1`)],
    ["when the old file was gone", (old: string) => rmSync(old)],
  ])("is carried over after a kill %s", (_name, step) => {
    makeRebuilt();
    step(store.path);
    expectAllThere();
    expect(existsSync(`${store.path}.rebuilt`)).toBe(false);
  });

  it("is left alone where a newer program wrote it", () => {
    const database = new Database(store.path);
    database.pragma("user_version = 4");
    database.close();
    expect(() => store.open({ initialEpoch: 1 })).toThrow("journal.wrongVersion");
    expect(names()).toEqual(["journal.sqlite"]);
  });
});

/** The new file as it lies there when the work is stopped right after it was finished. */
function makeRebuilt(): void {
  const other = sqliteStore();
  makeFormat1(other.path);
  rebuildJournal(other.path, 2 ** 30);
  copyFileSync(other.path, `${store.path}.rebuilt`);
  other.destroy();
}
