/** A disk that is full to the brim under the journal: its reserve takes legal events, and nothing is lost or doubled. Needs root. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startClock } from "#agent/core/clock/interval.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import { CardWatch } from "#agent/runtime/cardWatch.ts";
import { openJournal, type SqliteJournal } from "#agent/shell/store/journal.ts";
import { RESERVE_BYTES } from "#agent/shell/store/journalReserve.ts";
import { verifyJournal } from "#agent/shell/store/journalVerify.ts";
import { SmallDisk, whyNoSmallDisk } from "#test/chaos/kill/smallDisk.ts";
import { allRows, arcEvent, events, LEGAL, MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";
import { START_UTC_MS } from "#test/machine/fixtures.ts";

/** One by one, each with a checkpoint: what a day of two machines' welding makes. */
const COMMITS_ON_FULL_DISK = 1_000;
const LOOKS_UNTIL_WHOLE = 8;

const whyNot = whyNoSmallDisk();
let folder: string;
let path: string;
let disk: SmallDisk;
let journal: SqliteJournal;
let notes: EventDraft[];

const reserveBytes = () => statSync(`${path}.reserve`, { throwIfNoEntry: false })?.size ?? 0;
const open = () => openJournal({ path, initialEpoch: 1, reserveBytes: RESERVE_BYTES });
const look = (times: number) => {
  for (let count = 0; count < times; count++) journal.lookForRoom();
};
const commitLegal = (count: number) => {
  const from = journal.stream(LEGAL).lastSeq;
  for (let index = from; index < from + count; index++) {
    journal.commit({ events: [arcEvent(index)], checkpoints: [{ device: MACHINE, state: { index } }] });
  }
};
const commitTelemetry = () => journal.commit({ events: events(20, 0, stuckEvent), checkpoints: [] });
/** Telemetry until the disk takes no more. */
const fillWithTelemetry = () => {
  for (let count = 0; count < 10_000 && journal.sizeState() !== "full"; count++) {
    try {
      commitTelemetry();
    } catch (error) {
      expect(String(error)).toContain("journal.telemetryFull");
    }
  }
};
const cardWatch = () => {
  const log = { info: () => undefined, warn: (_fields: object, text: string) => expect.unreachable(text) };
  const time = { state: startClock(START_UTC_MS, 0) };
  notes = [];
  return new CardWatch({
    journal,
    clock: { monoMs: () => 1_000 },
    time,
    log,
    devices: () => [MACHINE],
    note: (draft) => void notes.push(draft),
  });
};
const faults = () => {
  const database = new Database(path, { readonly: true });
  const found = verifyJournal(database);
  database.close();
  return found;
};

describe("a full disk", () => {
  if (whyNot) console.error(`full disks are NOT tested here: ${whyNot}`);

  beforeEach(() => {
    if (whyNot) return;
    folder = mkdtempSync(join(tmpdir(), "arcgate-full-"));
    disk = new SmallDisk(join(folder, "disk"));
    path = join(disk.folder, "journal.sqlite");
    journal = open();
    look(LOOKS_UNTIL_WHOLE);
    commitLegal(50);
    commitTelemetry();
  });
  afterEach(() => {
    if (whyNot) return;
    journal.close();
    disk.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it.runIf(whyNot === null)("takes legal events, one by one, and no telemetry; with room again all is as before", () => {
    expect([reserveBytes(), journal.sizeState()]).toEqual([RESERVE_BYTES, "ok"]);
    disk.fill();
    fillWithTelemetry();
    expect(reserveBytes()).toBe(RESERVE_BYTES);
    const watch = cardWatch();
    for (let seconds = 0; seconds < 3; seconds++) watch.look();
    const told = journal.stream(TELEMETRY).lastSeq;
    commitLegal(COMMITS_ON_FULL_DISK);
    expect(reserveBytes()).toBeLessThan(RESERVE_BYTES);
    expect(() => journal.commit({ events: [arcEvent(1), stuckEvent(1)], checkpoints: [] })).toThrow("journal.telemetryFull");
    look(3);
    expect(journal.sizeState()).toBe("full");
    disk.free();
    look(LOOKS_UNTIL_WHOLE);
    watch.look();
    expect([reserveBytes(), journal.sizeState(), notes.map(({ payload }) => payload)]).toEqual([
      RESERVE_BYTES,
      "ok",
      [{ usedPercent: expect.any(Number), startsRefused: true }],
    ]);
    commitTelemetry();
    expect(journal.stream(TELEMETRY).lastSeq).toBe(told + 20);
    expect(allRows(journal, LEGAL).map(({ time }) => time.monoMs)).toEqual(
      Array.from({ length: 50 + COMMITS_ON_FULL_DISK }, (_, index) => index * 1_000 + 0.5),
    );
    expect(journal.checkpoint(MACHINE)).toEqual({ index: 49 + COMMITS_ON_FULL_DISK });
    expect(faults()).toEqual([]);
  });

  it.runIf(whyNot === null)("lets events wait with their caller when the reserve is used up too; then each is there once", () => {
    disk.fill();
    const kept = () => {
      // What it gives up is taken at once: the disk is filled again.
      disk.free();
      disk.fill();
      commitLegal(1_000);
    };
    expect(() => {
      for (let round = 0; round < 40; round++) kept();
    }).toThrow("journal.full");
    expect([reserveBytes(), journal.sizeState()]).toEqual([0, "full"]);
    const { lastSeq } = journal.stream(LEGAL);
    expect(() => commitLegal(1)).toThrow("journal.full");
    disk.free();
    commitLegal(10);
    look(LOOKS_UNTIL_WHOLE);
    expect(journal.sizeState()).toBe("ok");
    const starts = allRows(journal, LEGAL).map(({ time }) => time.monoMs);
    expect(starts).toEqual(Array.from({ length: lastSeq + 10 }, (_, index) => index * 1_000 + 0.5));
    expect(faults()).toEqual([]);
  });

  it.runIf(whyNot === null)("is opened with the reserve after a crash, and goes on being full until there is room", () => {
    commitLegal(500);
    for (const suffix of ["", "-wal"]) copyFileSync(`${path}${suffix}`, join(folder, `crashed${suffix}`));
    journal.close();
    for (const suffix of ["", "-wal"]) copyFileSync(join(folder, `crashed${suffix}`), `${path}${suffix}`);
    expect(existsSync(`${path}-shm`)).toBe(false);
    disk.fill();
    journal = open();
    expect([journal.sizeState(), reserveBytes() < RESERVE_BYTES]).toEqual(["full", true]);
    commitLegal(100);
    journal.close();
    // What its log held is free now, and taken.
    disk.free();
    disk.fill();
    journal = open();
    expect(journal.sizeState()).toBe("full");
    disk.free();
    look(LOOKS_UNTIL_WHOLE);
    expect([journal.sizeState(), journal.stream(LEGAL).lastSeq]).toEqual(["ok", 650]);
    expect(faults()).toEqual([]);
  });

  it.runIf(whyNot === null)("says that it cannot be opened when there is no reserve either; afterwards it makes one", () => {
    journal.close();
    rmSync(`${path}.reserve`);
    disk.fill();
    expect(open).toThrow("journal.notDurable");
    disk.free();
    journal = open();
    expect([reserveBytes(), journal.sizeState()]).toEqual([0, "ok"]);
    look(LOOKS_UNTIL_WHOLE);
    expect([reserveBytes(), journal.sizeState()]).toEqual([RESERVE_BYTES, "ok"]);
  });
});
