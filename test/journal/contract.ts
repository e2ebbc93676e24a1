/** What every implementation of the port `Journal` must do. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Journal } from "#agent/ports.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { GENESIS } from "#protocol/events/event.ts";
import { allRows, arcEvent, chainBreak, events, LEGAL, MACHINE, OTHER_MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";
import { describeRefusedAndThinned } from "#test/journal/refusedAndThinned.ts";

/** One store on which journals are opened one after another. */
export interface JournalStore {
  open(options: { initialEpoch: number; maxBytes?: number }): Journal;
  destroy(): void;
}

export function describeJournal(name: string, makeStore: () => JournalStore): void {
  describe(`journal contract: ${name}`, () => {
    let store: JournalStore;
    let journal: Journal;

    beforeEach(() => {
      store = makeStore();
      journal = store.open({ initialEpoch: 41 });
    });

    afterEach(() => {
      journal.close();
      store.destroy();
    });

    const reopen = (): void => {
      journal.close();
      journal = store.open({ initialEpoch: 41 });
    };

    const commit = (count: number, from = 0): void => journal.commit({ events: events(count, from), checkpoints: [] });

    it("begins a new chain at the epoch it is given and counts boots from there", () => {
      expect([journal.epoch, journal.chain]).toEqual([41, 41]);
      reopen();
      expect([journal.epoch, journal.chain]).toEqual([42, 41]);
      reopen();
      expect([journal.epoch, journal.chain]).toEqual([43, 41]);
    });

    it("is empty before the first event", () => {
      expect(journal.stream(LEGAL)).toEqual({ lastSeq: 0, head: GENESIS, ackedSeq: 0, forgottenSeq: 0 });
      expect(journal.read(LEGAL, 0, 10)).toEqual({ prev: GENESIS, rows: [] });
      expect(journal.checkpoint(MACHINE)).toBeUndefined();
      expect(journal.getValue("session")).toBeUndefined();
    });

    it("numbers each lane of each machine on its own, in the order of the commit", () => {
      const mixed = [arcEvent(1), stuckEvent(2), arcEvent(3, OTHER_MACHINE), arcEvent(4)];
      journal.commit({ events: mixed, checkpoints: [] });
      const starts = (device: string, lane: "legal" | "telemetry"): unknown[] =>
        allRows(journal, { device, lane }).map((row) => [row.seq, row.time.monoMs]);
      expect(starts(MACHINE, "legal")).toEqual([
        [1, 1000.5],
        [2, 4000.5],
      ]);
      expect(starts(MACHINE, "telemetry")).toEqual([[1, 2000.5]]);
      expect(starts(OTHER_MACHINE, "legal")).toEqual([[1, 3000.5]]);
    });

    it("gives back what was committed, with the payload's canonical text and digest", () => {
      const event = arcEvent(3);
      journal.commit({ events: [event], checkpoints: [] });
      const payloadText = canonicalJson(event.payload);
      const { epoch } = journal;
      const expected = { seq: 1, epoch, kind: event.kind, session: 7, time: event.time, payloadText, digest: sha256Hex(payloadText) };
      expect(journal.read(LEGAL, 0, 10).rows).toEqual([expect.objectContaining(expected)]);
    });

    it("chains headers as the specification says, over commits and boots", () => {
      commit(3);
      reopen();
      commit(4, 3);
      const rows = allRows(journal, LEGAL);
      expect(rows.map((row) => [row.seq, row.epoch])).toEqual([1, 2, 3].map((s) => [s, 41]).concat([4, 5, 6, 7].map((s) => [s, 42])));
      expect(chainBreak(LEGAL, 41, rows)).toBeNull();
      expect(journal.stream(LEGAL)).toMatchObject({ lastSeq: 7, head: rows.at(-1)?.hash });
    });

    it("reads pages that join: each page's prev is the last hash of the one before", () => {
      commit(25);
      const first = journal.read(LEGAL, 0, 10);
      const second = journal.read(LEGAL, 10, 10);
      const last = journal.read(LEGAL, 20, 10);
      expect([first, second, last].map((page) => page.rows.length)).toEqual([10, 10, 5]);
      expect([second.prev, last.prev]).toEqual([first.rows.at(-1)?.hash, second.rows.at(-1)?.hash]);
      expect(journal.read(LEGAL, 25, 10)).toEqual({ prev: last.rows.at(-1)?.hash, rows: [] });
      expect(() => journal.read(LEGAL, 26, 10)).toThrow("journal.badAck");
    });

    it("keeps everything over a restart", () => {
      journal.commit({ events: events(3), checkpoints: [{ device: MACHINE, state: { nextSeq: 9 } }] });
      journal.setValue("session", "12");
      journal.acknowledge(LEGAL, 2, []);
      const before = journal.stream(LEGAL);
      reopen();
      expect(journal.stream(LEGAL)).toEqual(before);
      expect(journal.checkpoint(MACHINE)).toEqual({ nextSeq: 9 });
      expect(journal.getValue("session")).toBe("12");
    });

    it("replaces a checkpoint together with the events beside it", () => {
      for (const nextSeq of [1, 2]) journal.commit({ events: [arcEvent(nextSeq)], checkpoints: [{ device: MACHINE, state: { nextSeq } }] });
      expect(journal.checkpoint(MACHINE)).toEqual({ nextSeq: 2 });
      expect(journal.checkpoint(OTHER_MACHINE)).toBeUndefined();
    });

    const circular: Record<string, unknown> = {};
    circular.self = circular;
    it.each([
      ["not a number", { payload: { meanAmps: Number.NaN } }],
      ["infinite", { payload: { meanAmps: Number.POSITIVE_INFINITY } }],
      ["a big integer", { payload: { seq: 3n } }],
      ["a function", { payload: { run: () => 1 } }],
      ["a date", { payload: { at: new Date(0) } }],
      ["a map", { payload: { runs: new Map() } }],
      ["undefined in a list", { payload: { runs: [undefined] } }],
      ["a list", { payload: [1] }],
      ["circular", { payload: circular }],
      ["too large", { payload: { text: "x".repeat(70_000) } }],
      ["of an unknown kind", { kind: 9999 }],
      ["in the other lane", { lane: "telemetry" as const }],
      ["of no device code", { device: "37" }],
      ["at a broken time", { time: { monoMs: Number.NaN, earliestMs: 0, latestMs: null } }],
      ["at a time in fractions", { time: { monoMs: 0, earliestMs: 0.5, latestMs: null } }],
      ["of a negative session", { session: -1 }],
    ])("refuses an event that is %s, whole, and goes on", (_name, fault) => {
      commit(2);
      const before = journal.stream(LEGAL);
      const poisoned = { events: [arcEvent(2), { ...arcEvent(3), ...fault }], checkpoints: [{ device: MACHINE, state: 1 }] };
      expect(() => journal.commit(poisoned)).toThrow("journal.badEvent");
      expect(journal.stream(LEGAL)).toEqual(before);
      expect(journal.checkpoint(MACHINE)).toBeUndefined();
      commit(1, 2);
      expect(chainBreak(LEGAL, 41, allRows(journal, LEGAL))).toBeNull();
      expect(journal.stream(LEGAL).lastSeq).toBe(3);
    });

    it("refuses a checkpoint that is no JSON, and the events beside it", () => {
      expect(() => journal.commit({ events: [arcEvent(1)], checkpoints: [{ device: MACHINE, state: { n: 1n } }] })).toThrow(
        "journal.badCheckpoint",
      );
      expect(journal.stream(LEGAL).lastSeq).toBe(0);
    });

    it("moves the cursor where the platform says, back too, but never beyond its rows", () => {
      commit(10);
      journal.acknowledge(LEGAL, 8, []);
      expect(journal.stream(LEGAL).ackedSeq).toBe(8);
      journal.acknowledge(LEGAL, 5, []);
      expect(journal.stream(LEGAL).ackedSeq).toBe(5);
      expect(() => journal.acknowledge(LEGAL, 11, [])).toThrow("journal.badAck");
      expect(() => journal.acknowledge(TELEMETRY, 1, [])).toThrow("journal.badAck");
      expect(journal.stream(LEGAL).ackedSeq).toBe(5);
    });

    it("deletes only what is acknowledged, below the watermark and old enough", () => {
      commit(20);
      const whole = allRows(journal, LEGAL);
      const timeOf = (seq: number): number => whole[seq - 1]?.time.earliestMs ?? 0;
      const farFuture = timeOf(20) + 1;
      expect(journal.forget(LEGAL, 15, farFuture)).toBe(0);
      journal.acknowledge(LEGAL, 12, []);
      expect(journal.forget(LEGAL, 15, timeOf(4))).toBe(3);
      expect(journal.forget(LEGAL, 9, farFuture)).toBe(5);
      expect(journal.forget(LEGAL, 20, farFuture)).toBe(4);
      expect(journal.stream(LEGAL)).toMatchObject({ lastSeq: 20, ackedSeq: 12, forgottenSeq: 12 });
      expect(allRows(journal, LEGAL)).toEqual(whole.slice(12));
      expect(journal.read(LEGAL, 12, 1).prev).toBe(whole[11]?.hash);
      expect(() => journal.read(LEGAL, 11, 1)).toThrow("journal.forgotten");
    });

    describeRefusedAndThinned({ journal: () => journal, reopen });

    it("goes on in the same chain after everything was deleted, over a restart", () => {
      commit(5);
      const head = journal.stream(LEGAL).head;
      journal.acknowledge(LEGAL, 5, []);
      expect(journal.forget(LEGAL, 6, Number.MAX_SAFE_INTEGER)).toBe(5);
      reopen();
      expect(journal.stream(LEGAL)).toEqual({ lastSeq: 5, head, ackedSeq: 5, forgottenSeq: 5 });
      commit(2, 5);
      const rows = allRows(journal, LEGAL);
      expect(rows.map((row) => row.seq)).toEqual([6, 7]);
      expect(chainBreak(LEGAL, 41, rows, head)).toBeNull();
    });

    it("refuses telemetry, not legal events, when nearly full, and recovers when it is drained", () => {
      journal.close();
      store.destroy();
      store = makeStore();
      journal = store.open({ initialEpoch: 41, maxBytes: 1024 * 1024 });
      const states = new Set<string>();
      for (let from = 0; journal.sizeState() !== "full" && from < 10_000; from += 20) {
        commit(20, from);
        states.add(journal.sizeState());
      }
      expect([...states]).toEqual(["ok", "warning", "full"]);
      expect(() => journal.commit({ events: [stuckEvent(1)], checkpoints: [] })).toThrow("journal.telemetryFull");
      const { lastSeq } = journal.stream(LEGAL);
      journal.commit({ events: [arcEvent(lastSeq)], checkpoints: [] });
      expect(() => {
        for (let from = lastSeq; from < lastSeq + 10_000; from += 20) commit(20, from);
      }).toThrow("journal.full");
      expect(journal.sizeBytes()).toBeGreaterThan(500_000);
      journal.acknowledge(LEGAL, lastSeq, []);
      expect(journal.forget(LEGAL, lastSeq, Number.MAX_SAFE_INTEGER)).toBe(lastSeq - 1);
      expect(journal.sizeState()).toBe("ok");
      journal.commit({ events: [stuckEvent(1)], checkpoints: [] });
      expect(journal.stream(TELEMETRY).lastSeq).toBe(1);
    });
  });
}
