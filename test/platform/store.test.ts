import { expect, onTestFinished, test } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { encodeBatch } from "#protocol/events/batch.ts";
import { EventStore } from "#simulator/platform/eventStore.ts";
import { type AckOrder, Receiver } from "#simulator/platform/receiver.ts";
import { queryEvents, reportStreams } from "#simulator/platform/report.ts";
import { batchOf, chainedRows, DEVICE, eStopOf } from "#test/platform/device.ts";
import { temporaryFolder } from "#test/platform/workbench.ts";

/** No record of these tests has one. */
const NO_RECEIPTS = { keyOf: () => undefined, hasIssued: () => false };

function receiverOn(store: EventStore) {
  const acked: { upTo: number; onDisk: number }[] = [];
  const failures: unknown[] = [];
  const committed = ({ stream }: AckOrder) => {
    const onDisk = store.database.prepare<[], number>("SELECT COUNT(*) FROM event").pluck().get() ?? 0;
    acked.push({ upTo: stream.upTo, onDisk });
  };
  const unreadable = (_device: string, error: Error) => failures.push(error);
  const receiver = new Receiver(store, { committed, unreadable, storeFailed: (error) => failures.push(error) }, NO_RECEIPTS, () => 1);
  return { receiver, acked, failures };
}

function openStore(folder: string): EventStore {
  const store = new EventStore(folder);
  onTestFinished(() => store.close());
  return store;
}

test("a full disk acknowledges nothing and keeps nothing by halves; with room again the same batches are taken", () => {
  const store = openStore(temporaryFolder());
  const { receiver, acked, failures } = receiverOn(store);
  const rows = chainedRows(900, { payload: (seq) => eStopOf(seq) });
  const batches = [rows.slice(0, 300), rows.slice(300, 600), rows.slice(600)].map((part) => batchOf(part));
  const acceptAll = () => {
    for (const batch of batches) receiver.accept(DEVICE, batch, () => undefined);
    receiver.flush();
  };
  const pages = Number(store.database.pragma("page_count", { simple: true }));
  store.database.pragma(`max_page_count = ${pages + 4}`);
  acceptAll();
  // What came after the failed commit is a gap, and is acknowledged as such.
  expect(acked).toEqual([{ upTo: 0, onDisk: 0 }]);
  expect(failures.map(String)).toEqual(expect.arrayContaining([expect.stringMatching(/full/)]));
  expect(reportStreams(store.database)).toMatchObject([{ held: 0, missing: [[1, 900]] }]);

  store.database.pragma("max_page_count = 100000");
  acceptAll();
  expect(acked.at(-1)).toEqual({ upTo: 900, onDisk: 900 });
  expect(acked.every(({ upTo, onDisk }) => onDisk >= upTo)).toBe(true);
  expect(reportStreams(store.database)).toMatchObject([{ held: 900, duplicates: 0, missingCount: 0, chainBreaks: 0 }]);
});

test("the sender is held back while too much waits, and let go again", () => {
  const { receiver, acked } = receiverOn(openStore(temporaryFolder()));
  const rows = chainedRows(600);
  let resumed = 0;
  for (const row of rows) receiver.accept(DEVICE, batchOf([row]), () => (resumed += 1));
  expect(resumed).toBe(511);
  receiver.flush();
  expect(resumed).toBe(600);
  expect(acked.at(-1)).toEqual({ upTo: 600, onDisk: 600 });
});

test("the report finds holes in the store itself, whatever the stream's own row says", () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { receiver } = receiverOn(store);
  receiver.accept(DEVICE, batchOf(chainedRows(20)), () => undefined);
  receiver.flush();
  store.database.exec("DELETE FROM event WHERE key % 4294967296 IN (1, 7, 8, 9, 15)");
  expect(reportStreams(store.database)).toMatchObject([
    {
      held: 15,
      firstSeq: 2,
      lastSeq: 20,
      missing: [
        [1, 1],
        [7, 9],
        [15, 15],
      ],
      missingCount: 5,
    },
  ]);
});

test("mangled batches are refused or taken as sent, and leave every stream whole", () => {
  const seed = 20_250_302;
  const random = seededRandom(seed);
  const store = openStore(temporaryFolder());
  const { receiver, failures } = receiverOn(store);
  const rows = chainedRows(400);
  for (let round = 0; round < 3000; round += 1) {
    const from = Math.floor(random() * 380);
    const plain = Buffer.from(
      encodeBatch({ device: DEVICE, lane: "legal", chain: 1, prev: rows[from]?.prev ?? "", reissue: false }, rows.slice(from, from + 9)),
    );
    for (let edits = 1 + Math.floor(random() * 3); edits > 0; edits -= 1)
      plain[Math.floor(random() * plain.length)] = Math.floor(random() * 256);
    receiver.accept(DEVICE, plain, () => undefined);
    if (round % 50 === 0) receiver.accept(DEVICE, batchOf(rows.slice(0, 60 + round / 10), { chain: 1 }), () => undefined);
    receiver.flush();
  }
  expect(failures.length, `seed ${seed}`).toBeGreaterThan(1000);
  for (const failure of failures) expect(failure, `seed ${seed}`).toBeInstanceOf(CodedError);
  for (const stream of reportStreams(store.database)) {
    expect(stream.held + stream.refused, `seed ${seed}`).toBe(stream.lastSeq);
    const events = queryEvents(store.database, { ...stream, limit: 1000 });
    expect(events.at(-1)?.hash ?? stream.head, `seed ${seed}`).toBe(stream.head);
  }
});

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
