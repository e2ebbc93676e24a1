/** A damaged file is set aside; what verifies of it goes on in a new one, under its own numbers and hashes, and what is missing is told. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rowKey, streamId } from "#agent/shell/store/journalStreams.ts";
import { type JournalFault, verifyJournal } from "#agent/shell/store/journalVerify.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { PlatformEnd } from "#test/chaos/powercut/platformEnd.ts";
import { arcEvent, events, LEGAL, MACHINE, OTHER_MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { seeded } from "#test/sync/seed.ts";

const ROWS = 120;
const OTHER = { device: OTHER_MACHINE, lane: "legal" } as const;
let store: ReturnType<typeof sqliteStore>;

beforeEach(() => {
  store = sqliteStore();
  const journal = store.open({ initialEpoch: 41 });
  for (let from = 0; from < ROWS; from += 20) {
    const made = [MACHINE, OTHER_MACHINE].flatMap((device) =>
      [arcEvent, stuckEvent].flatMap((make) => events(20, from, (index) => make(index, device))),
    );
    journal.commit({ events: made, checkpoints: [{ device: MACHINE, state: { from } }] });
  }
  journal.setValue("timeFloorMs", "17");
  journal.acknowledge(LEGAL, 30, []);
  journal.forget(LEGAL, 11, Number.MAX_SAFE_INTEGER);
  journal.close();
});

afterEach(() => store.destroy());

const change = (sql: string): void => {
  const database = new Database(store.path);
  database.exec(sql);
  database.close();
};

const faults = (): JournalFault[] => {
  const database = new Database(store.path, { readonly: true });
  const found = verifyJournal(database);
  database.close();
  return found;
};

const asideFiles = (): string[] => readdirSync(dirname(store.path)).filter((name) => name.startsWith(`${basename(store.path)}.aside`));

/** Opens, commits one event of each machine, and gives what is told of the damage. */
function reopened() {
  const journal = store.open({ initialEpoch: 1000 });
  journal.commit({ events: [arcEvent(ROWS), arcEvent(ROWS, OTHER_MACHINE)], checkpoints: [] });
  const database = new Database(store.path, { readonly: true });
  const texts = database.prepare<[number], string>("SELECT payload FROM event WHERE kind = ?").pluck().all(DICTIONARY.journalDamaged.kind);
  database.close();
  const told = texts.map((text) => JSON.parse(text) as object);
  return { journal, told };
}

describe("a damaged journal", () => {
  it("loses the row that was edited, keeps all others, and tells which is missing", () => {
    change("UPDATE event SET payload = replace(payload, '201.5', '101.5') WHERE key = 50");
    const { journal, told } = reopened();
    expect(journal.chain).toBe(41);
    const missing = { part: "rows", lane: "legal", fromSeq: 50, toSeq: 50, kept: ROWS - 11 };
    expect(told).toContainEqual(expect.objectContaining(missing));
    const before = journal.read(LEGAL, 30, 100);
    expect([before.rows.at(0)?.seq, before.rows.at(-1)?.seq]).toEqual([31, 49]);
    const after = journal.read(LEGAL, 49, 200);
    expect(after).toMatchObject({ lost: { fromSeq: 50, toSeq: 50 } });
    expect(after.rows.map(({ seq }) => seq)).toEqual(Array.from({ length: after.rows.length }, (_, index) => 51 + index));
    expect(journal.checkpoint(MACHINE)).toEqual({ from: 100 });
    expect(journal.getValue("timeFloorMs")).toBe("17");
    expect(journal.stream(LEGAL)).toMatchObject({ ackedSeq: 30, forgottenSeq: 10 });
    journal.close();
    expect(faults()).toEqual([]);
    expect(asideFiles()).toHaveLength(1);
  });

  it.each([
    ["rows at the end", "DELETE FROM event WHERE key BETWEEN 111 AND 120", { part: "rows", lane: "legal", fromSeq: 111, toSeq: 120 }],
    ["a hash", "UPDATE event SET hash = zeroblob(32) WHERE key = 118", { part: "hash", lane: "legal", fromSeq: 118, toSeq: 118 }],
    ["a checkpoint", "UPDATE checkpoint SET state = '{}'", { part: "checkpoint" }],
    ["a small fact", "DELETE FROM value WHERE name = 'timeFloorMs'", { part: "value" }],
  ])("keeps what is beside %s", (_name, sql, expected) => {
    change(sql);
    const { journal, told } = reopened();
    expect(told).toContainEqual(expect.objectContaining(expected));
    expect(journal.chain).toBe(41);
    journal.close();
    expect(faults()).toEqual([]);
  });

  it("reaches the platform all the same, which sees exactly what it will never have", () => {
    const platform = new PlatformEnd();
    const whole = store.open({ initialEpoch: 1000 });
    platform.take(whole, OTHER);
    whole.commit({ events: events(9, ROWS, (index) => arcEvent(index, OTHER_MACHINE)), checkpoints: [] });
    const { lastSeq } = whole.stream(OTHER);
    whole.close();
    // What the platform has is lost to the device too, and some of what it has not.
    const key = (seq: number) => rowKey(streamId(1, "legal"), seq);
    change(`DELETE FROM event WHERE key BETWEEN ${key(ROWS - 5)} AND ${key(ROWS + 3)}; DELETE FROM event WHERE key = ${key(ROWS + 6)}`);
    const { journal } = reopened();
    platform.take(journal, OTHER);
    // The row after a gap proves nothing any more, for nobody vouches for it: it counts as lost.
    expect(platform.losses()).toEqual([`{"fromSeq":${ROWS + 1},"toSeq":${ROWS + 4}}`, `{"fromSeq":${ROWS + 6},"toSeq":${ROWS + 7}}`]);
    expect(platform.faults).toEqual([]);
    expect(platform.hashAt(journal, OTHER, lastSeq)).toBe(journal.read(OTHER, lastSeq, 0).prev);
    expect(platform.hashAt(journal, OTHER, journal.stream(OTHER).lastSeq)).toBe(journal.stream(OTHER).head);
    journal.close();
    platform.remove();
  });

  it("goes on beyond every number that a stream may have had when its own row is lost", () => {
    change("UPDATE stream SET acked_seq = 999 WHERE id = 0");
    const { journal, told } = reopened();
    expect(told).toContainEqual(expect.objectContaining({ part: "cursor" }));
    expect(journal.stream(LEGAL).lastSeq).toBeGreaterThan(2 ** 20);
    expect(journal.read(LEGAL, 60, 10).rows.map(({ seq }) => seq)[0]).toBe(61);
    expect(journal.read(LEGAL, ROWS, 10).rows).not.toEqual([]);
    journal.close();
    expect(faults()).toEqual([]);
  });

  it("begins a new chain where nothing of the file can be read", () => {
    writeFileSync(store.path, "x".repeat(8192));
    const { journal, told } = reopened();
    expect([journal.chain, journal.stream(TELEMETRY).lastSeq]).toEqual([1000, 0]);
    expect(told).toEqual([expect.objectContaining({ part: "file" })]);
    journal.close();
    expect(asideFiles()).toHaveLength(1);
  });

  it("keeps no more than two files aside", () => {
    for (let turn = 0; turn < 4; turn++) {
      change("UPDATE value SET value = '18' WHERE name = 'timeFloorMs'");
      const { journal } = reopened();
      journal.setValue("timeFloorMs", "17");
      journal.close();
    }
    expect(asideFiles()).toHaveLength(2);
  });

  it("opens whatever page of the file is overwritten, and what it then holds verifies (seeds 1 to 20)", () => {
    const whole = readFileSync(store.path);
    const kept: number[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed);
      const bytes = Buffer.from(whole);
      const page = Math.floor(random() * (bytes.length / 512)) * 512;
      for (let at = page; at < page + 512; at++) if (random() < 0.5) bytes[at] = Math.floor(random() * 256);
      for (const name of readdirSync(dirname(store.path))) if (name.includes("-wal")) writeFileSync(`${dirname(store.path)}/${name}`, "");
      writeFileSync(store.path, bytes);
      const journal = store.open({ initialEpoch: 1000 });
      journal.commit({ events: [arcEvent(1)], checkpoints: [] });
      kept.push(journal.chain === 41 ? 1 : 0);
      journal.close();
      expect([seed, faults()]).toEqual([seed, []]);
    }
    expect(kept.filter((one) => one === 1).length).toBeGreaterThan(15);
  });
});

describe("the scrub", () => {
  it("finds what the opening did not read again, in the whole file, and the next opening sets it aside", () => {
    const journal = store.open({ initialEpoch: 1000 });
    let slices = 0;
    for (; slices < 100; slices++) expect(journal.scrub()).toBeNull();
    journal.commit({ events: [arcEvent(ROWS)], checkpoints: [] });
    journal.close();
    change("UPDATE event SET payload = replace(payload, '201.5', '101.5') WHERE key = 50");
    const damaged = store.open({ initialEpoch: 1000 });
    expect(asideFiles()).toEqual([]);
    let fault = damaged.scrub();
    for (slices = 0; !fault && slices < 100; slices++) fault = damaged.scrub();
    expect(fault).toMatchObject({ table: "event", device: MACHINE, lane: "legal", seq: 50 });
    damaged.close();
    const { journal: mended, told } = reopened();
    expect(told).toContainEqual(expect.objectContaining({ part: "rows", fromSeq: 50, toSeq: 50 }));
    mended.close();
    expect(faults()).toEqual([]);
  });
});
