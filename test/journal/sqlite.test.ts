import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import { assertDurable } from "#agent/shell/store/journalSchema.ts";
import { describeJournal } from "#test/journal/contract.ts";
import { allRows, arcEvent, chainBreak, events, LEGAL, MACHINE } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

describeJournal("better-sqlite3", sqliteStore);

describe("journal in SQLite", () => {
  let store: ReturnType<typeof sqliteStore>;

  beforeEach(() => {
    store = sqliteStore();
  });

  afterEach(() => store.destroy());

  const change = (sql: string): void => {
    const database = new Database(store.path);
    database.exec(sql);
    database.close();
  };

  it("refuses a connection that would not wait for the disk", () => {
    store.open({ initialEpoch: 1 }).close();
    const database = new Database(store.path);
    expect(() => assertDurable(database)).toThrow("journal.notDurable");
    database.pragma("synchronous = FULL");
    expect(() => assertDurable(database)).not.toThrow();
    database.close();
  });

  it("keeps rows in key order with no index beside them", () => {
    store.open({ initialEpoch: 1 }).close();
    const database = new Database(store.path, { readonly: true });
    const indexed = database.prepare("SELECT tbl_name FROM sqlite_schema WHERE type = 'index'").pluck().all();
    database.close();
    expect(indexed).toEqual([]);
  });

  it("puts what the platform refuses aside with its digest, once", () => {
    const journal = store.open({ initialEpoch: 1 });
    journal.commit({ events: events(5), checkpoints: [] });
    const refused = [{ seq: 2, code: "event.badPayload" }];
    journal.acknowledge(LEGAL, 3, refused);
    journal.acknowledge(LEGAL, 5, refused);
    const digest = journal.read(LEGAL, 1, 1).rows[0]?.digest;
    expect(journal.deadLetters(LEGAL, 0, 10)).toEqual([{ seq: 2, code: "event.badPayload", digest }]);
    journal.close();
    const reopened = store.open({ initialEpoch: 1 });
    expect(reopened.deadLetters(LEGAL, 0, 10)).toHaveLength(1);
    expect(reopened.stream(LEGAL).ackedSeq).toBe(5);
    reopened.close();
  });

  it("notices another writer, keeps what is committed, says so once, and writes no more", () => {
    const failures: string[] = [];
    const journal = store.open({ initialEpoch: 1, failed: ({ code }) => failures.push(code) });
    journal.commit({ events: events(3), checkpoints: [] });
    const other = store.open({ initialEpoch: 1 });
    other.commit({ events: [arcEvent(3)], checkpoints: [] });
    expect(() => journal.commit({ events: [arcEvent(3)], checkpoints: [{ device: MACHINE, state: 1 }] })).toThrow("journal.inUse");
    expect(journal.stream(LEGAL).lastSeq).toBe(3);
    expect(() => journal.setValue("a", "b")).toThrow("journal.inUse");
    expect(failures).toEqual(["journal.inUse"]);
    journal.close();
    expect(other.checkpoint(MACHINE)).toBeUndefined();
    expect(chainBreak(LEGAL, 1, allRows(other, LEGAL))).toBeNull();
    other.close();
  });

  it.each([
    ["another program's database", "journal.wrongVersion", () => change("CREATE TABLE t (x)")],
    ["a later version", "journal.wrongVersion", () => change("PRAGMA user_version = 9")],
  ])("refuses %s and leaves it as it is", (_name, code, prepare) => {
    prepare();
    expect(() => store.open({ initialEpoch: 1 })).toThrow(code);
    expect(() => store.open({ initialEpoch: 1 })).toThrow(code);
  });

  it.each([
    ["SQLITE_FULL", "journal.full"],
    ["SQLITE_CORRUPT_VTAB", "journal.corrupt"],
    ["SQLITE_IOERR_FSYNC", "journal.notDurable"],
    ["SQLITE_BUSY_SNAPSHOT", "journal.busy"],
    ["SQLITE_CONSTRAINT_PRIMARYKEY", "journal.inUse"],
    ["SQLITE_CANTOPEN", "journal.cannotOpen"],
  ])("calls %s by its name", (sqliteCode, code) => {
    expect(journalFailure(new Database.SqliteError("said so", sqliteCode), "commit").code).toBe(code);
  });

  it("says where a folder is missing", () => {
    const missing = sqliteStore();
    missing.destroy();
    expect(() => missing.open({ initialEpoch: 1 })).toThrow("journal.cannotOpen");
  });
});
