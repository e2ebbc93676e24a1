/** Everything in the data folder stays under one cap: its shares add up to it, and each is kept to. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WAL_ROOM_BYTES } from "#agent/shell/store/journalQuota.ts";
import { RESERVE_BYTES } from "#agent/shell/store/journalReserve.ts";
import { parseConfig } from "#agent/shell/system/configFile.ts";
import { RotatedFile } from "#agent/shell/system/logFile.ts";
import { journalBytes, LOG_FILE_BYTES, LOG_FILES, STORAGE_LEAST_MEGABYTES } from "#agent/shell/system/storageShares.ts";
import { LIST_MAX_BYTES, OVERLAY_MAX_BYTES } from "#protocol/list/layout.ts";
import { WHOLE } from "#test/config/fixtures.ts";
import { events, LEGAL } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

describe("the cap", () => {
  it("holds the largest list twice, the logs, and a journal, and is 1 GB unless configured", () => {
    const config = parseConfig(WHOLE.replace("storage:\n  maxMegabytes: 1024\n", ""), "test");
    expect(config.storage.maxMegabytes).toBe(1_024);
    const beside = WAL_ROOM_BYTES + RESERVE_BYTES;
    for (const megabytes of [STORAGE_LEAST_MEGABYTES, 1_024]) {
      const others = 2 * (LIST_MAX_BYTES + OVERLAY_MAX_BYTES) + LOG_FILES * LOG_FILE_BYTES + beside;
      expect(journalBytes(megabytes, beside) + others).toBeLessThanOrEqual(megabytes * 2 ** 20);
      expect(journalBytes(megabytes, beside)).toBeGreaterThan(50 * 2 ** 20);
    }
    expect(() => parseConfig(WHOLE.replace("maxMegabytes: 1024", "maxMegabytes: 100"), "test")).toThrow("config.badValue");
  });
});

describe("the program's log", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arcgate-log-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const bytes = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

  it("keeps the newest lines in a few files of bounded size, over restarts too", () => {
    const path = join(folder, "arcgate.log");
    let log = new RotatedFile(path, 1_000, 4);
    for (let line = 0; line < 500; line++) {
      log.write(`${String(line).padStart(98, "0")}\n`);
      if (line % 77 === 0) log = new RotatedFile(path, 1_000, 4);
      expect(bytes()).toBeLessThanOrEqual(4_000);
    }
    const kept = [3, 2, 1].map((number) => readFileSync(`${path}.${number}`, "utf8")).join("") + readFileSync(path, "utf8");
    const numbers = kept.trim().split("\n").map(Number);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 500 - numbers.length + index));
    expect(numbers.length).toBeGreaterThan(30);
  });

  it("stops nothing when it cannot be written, and says afterwards how many lines it lacks", () => {
    const blocked = join(folder, "log");
    writeFileSync(blocked, "a file where the folder should be");
    const log = new RotatedFile(join(blocked, "arcgate.log"), 1_000, 4);
    for (let line = 0; line < 3; line++) log.write("lost\n");
    rmSync(blocked);
    log.write("kept\n");
    const text = readFileSync(join(blocked, "arcgate.log"), "utf8");
    expect(text).toContain('"lost":3');
    expect(text).toContain("kept");
    expect(text).not.toContain("lost\n");
  });
});

describe("the write-ahead log", () => {
  it("is emptied again and again while nobody reads", () => {
    const store = sqliteStore();
    const journal = store.open({ initialEpoch: 1 });
    for (let from = 0; from < 40_000; from += 400) journal.commit({ events: events(400, from), checkpoints: [] });
    expect(statSync(`${store.path}-wal`).size).toBeLessThan(9 * 2 ** 20);
    journal.close();
    store.destroy();
  });

  it("that a reader holds open counts as used room: starts are refused, and it stops before the cap; with the reader gone all is well", () => {
    const store = sqliteStore();
    const maxBytes = 24 * 2 ** 20;
    const journal = store.open({ initialEpoch: 1, maxBytes });
    journal.commit({ events: events(1), checkpoints: [] });
    const reader = new Database(store.path, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM event").get();
    const write = () => {
      for (let count = 0; count < 800; count++) {
        const state = { count, text: "x".repeat(200) };
        journal.commit({ events: events(250, journal.stream(LEGAL).lastSeq), checkpoints: [{ device: LEGAL.device, state }] });
      }
    };
    expect(write).toThrow("journal.full");
    expect(journal.sizeState()).toBe("full");
    expect(journal.sizeBytes()).toBeLessThan(maxBytes + WAL_ROOM_BYTES + 2 ** 20);
    reader.close();
    journal.acknowledge(LEGAL, journal.stream(LEGAL).lastSeq, []);
    while (journal.forget(LEGAL, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) > 0);
    expect(journal.sizeState()).toBe("ok");
    for (let count = 0; count < 5; count++) journal.commit({ events: events(50, journal.stream(LEGAL).lastSeq), checkpoints: [] });
    expect(statSync(`${store.path}-wal`).size).toBeLessThan(9 * 2 ** 20);
    journal.close();
    store.destroy();
  });
});
