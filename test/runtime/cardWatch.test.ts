/** Room that runs out: telemetry is thinned first, with what was kept on record; then it is said; and the platform takes all of it. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { startClock } from "#agent/core/clock/interval.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import type { Journal, NewEvent } from "#agent/ports.ts";
import { CardWatch } from "#agent/runtime/cardWatch.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { decodeBatch, encodeBatch } from "#protocol/events/batch.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { GENESIS } from "#protocol/events/event.ts";
import { allRows, arcEvent, chainBreak, events, MACHINE, TELEMETRY } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { seededRandom } from "#test/list/fixtures.ts";
import { START_UTC_MS } from "#test/machine/fixtures.ts";

const MAX_BYTES = 2 * 1024 * 1024;
let store: ReturnType<typeof sqliteStore>;
let journal: Journal;
let told: EventDraft[];
let watch: CardWatch;
let nowMs = 1_000;

beforeEach(() => {
  store = sqliteStore();
  journal = store.open({ initialEpoch: 100, maxBytes: MAX_BYTES });
  told = [];
  watch = watchOf();
});
afterEach(() => {
  journal.close();
  store.destroy();
});

function watchOf(more: Partial<ConstructorParameters<typeof CardWatch>[0]> = {}): CardWatch {
  return new CardWatch({
    journal,
    clock: { monoMs: () => nowMs },
    time: { state: startClock(START_UTC_MS, 0) },
    log: { info: () => undefined, warn: (_fields, text) => expect.unreachable(text) },
    devices: () => [MACHINE],
    note: (draft) => void told.push(draft),
    ...more,
  });
}

/** The journal, on a disk that refuses to thin with `code()`, where that is one. */
function refusing(code: () => ErrorCode | null): Journal {
  const thin: Journal["thin"] = (stream, seqs, record) => {
    const why = code();
    if (why) throw new CodedError(why, "the test");
    journal.thin(stream, seqs, record);
  };
  return Object.assign(Object.create(journal), {
    thin,
    read: journal.read.bind(journal),
    stream: journal.stream.bind(journal),
    usedPart: () => journal.usedPart(),
    sizeState: () => journal.sizeState(),
  });
}

const random = seededRandom(3);

function windowsEvent(index: number, session = 7): NewEvent {
  const columns = Array.from({ length: 100 }, () => random());
  const payload = {
    ...{ windowMs: 100, firstSeq: index * 100, runs: columns.map(() => 1), arcMs: columns.map(() => 98), shorts: columns.map(() => 1) },
    ...{
      volts: columns.map((each) => 24 + each),
      amps: columns.map((each) => 120 + each * 8),
      peakAmps: columns.map((each) => 160 + each),
    },
  };
  return { ...arcEvent(index), lane: "telemetry", kind: DICTIONARY.windows.kind, session, payload };
}

/** Welds until so much of the room is taken. */
function fillTo(part: number): void {
  for (let from = journal.stream(TELEMETRY).lastSeq; journal.usedPart() < part; from += 5) {
    journal.commit({ events: [0, 1, 2, 3, 4].map((index) => windowsEvent(from + index, from < 500 ? 7 : 8)), checkpoints: [] });
  }
}

const thinRows = () => allRows(journal, TELEMETRY).filter(({ payloadText }) => payloadText === null);

it("leaves telemetry alone while there is room, and thins the oldest of it when there is not", () => {
  fillTo(0.75);
  watch.look();
  expect(thinRows()).toEqual([]);
  fillTo(0.82);
  for (let looks = 0; looks < 100 && journal.usedPart() >= 0.8; looks++) watch.look();
  expect(journal.usedPart()).toBeLessThan(0.8);
  const seqs = thinRows().map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
  expect(told).toEqual([]);
});

it("leaves a chain that holds, and records that name every row that is thin, in one session each; the platform takes both", () => {
  fillTo(0.9);
  for (let looks = 0; looks < 60; looks++) watch.look();
  const rows = allRows(journal, TELEMETRY);
  expect(chainBreak(TELEMETRY, 100, rows)).toBeNull();
  const records = rows.filter(({ kind }) => kind === DICTIONARY.windowsThinned.kind);
  const named = records.flatMap(({ payloadText, session }) => {
    const { fromSeq, toSeq, rows: count } = JSON.parse(payloadText ?? "") as { fromSeq: number; toSeq: number; rows: number };
    expect(toSeq - fromSeq + 1).toBe(count);
    expect(new Set(rows.slice(fromSeq - 1, toSeq).map((row) => row.session))).toEqual(new Set([session]));
    return Array.from({ length: count }, (_, index) => fromSeq + index);
  });
  expect(named).toEqual(thinRows().map(({ seq }) => seq));
  for (let from = 0; from < rows.length; from += 20) {
    const page = rows.slice(from, from + 20);
    const head = { ...TELEMETRY, chain: 100, prev: rows[from - 1]?.hash ?? GENESIS, reissue: false };
    const decoded = decodeBatch(encodeBatch(head, page), (bytes) => bytes).events;
    expect(decoded.map(({ verdict }) => verdict.ok)).toEqual(page.map(() => true));
    expect(decoded.map(({ digest }) => digest)).toEqual(page.map(({ digest }) => digest));
  }
});

it("goes on where it was after a restart, and never thins the newest hour", () => {
  fillTo(0.85);
  for (let looks = 0; looks < 3; looks++) watch.look();
  const before = thinRows().length;
  journal.close();
  journal = store.open({ initialEpoch: 100, maxBytes: MAX_BYTES });
  watch = watchOf();
  fillTo(0.85);
  const whole = journal.stream(TELEMETRY).lastSeq;
  for (let looks = 0; looks < 120; looks++) {
    watch.look();
    if (journal.usedPart() < 0.81) fillTo(0.82);
  }
  expect(thinRows().length).toBeGreaterThan(before);
  expect(thinRows().at(-1)?.seq ?? 0).toBeLessThanOrEqual(journal.stream(TELEMETRY).lastSeq - 360);
  expect(whole).toBeGreaterThan(0);
});

it("warns once at 90 %, once more at 95 % when starts are refused, and again only after it was drained", () => {
  const legal = (part: number) => {
    for (let index = journal.stream({ device: MACHINE, lane: "legal" }).lastSeq; journal.usedPart() < part; index += 10)
      journal.commit({ events: events(10, index), checkpoints: [] });
    for (let looks = 0; looks < 3; looks++) watch.look();
  };
  legal(0.89);
  expect(told).toEqual([]);
  legal(0.91);
  legal(0.96);
  expect(told.map(({ payload }) => payload)).toEqual([
    { usedPercent: expect.any(Number), startsRefused: false },
    { usedPercent: expect.any(Number), startsRefused: true },
  ]);
  expect(journal.sizeState()).toBe("full");
  const stream = { device: MACHINE, lane: "legal" } as const;
  journal.acknowledge(stream, journal.stream(stream).lastSeq, []);
  while (journal.forget(stream, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) > 0);
  watch.look();
  legal(0.91);
  expect(told).toHaveLength(3);
});

it("says once that nothing can be thinned, again when why changes or it had gone, and hourly while it lasts", () => {
  let code: ErrorCode | null = "journal.full";
  const warned: object[] = [];
  watch = watchOf({ journal: refusing(() => code), log: { info: () => undefined, warn: (fields) => void warned.push(fields) } });
  fillTo(0.85);
  const look = (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      nowMs += 60_000;
      watch.look();
    }
    return warned.splice(0).map((fields) => ("code" in fields ? fields.code : null));
  };
  expect(look(60)).toEqual(["journal.full"]);
  expect(look(60)).toEqual(["journal.full"]);
  code = "journal.busy";
  expect(look(30)).toEqual(["journal.busy"]);
  code = null;
  expect(look(1)).toEqual([]);
  code = "journal.busy";
  expect(look(30)).toEqual(["journal.busy"]);
});

it("leaves rows whole whose record can never be written, and thins those after them", () => {
  let isBad = true;
  const code = (): ErrorCode | null => (isBad ? "journal.badEvent" : null);
  watch = watchOf({ journal: refusing(code), log: { info: () => undefined, warn: () => undefined } });
  fillTo(0.85);
  watch.look();
  isBad = false;
  watch.look();
  expect(thinRows()[0]?.seq).toBe(17);
});
