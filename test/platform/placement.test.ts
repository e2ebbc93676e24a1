import fc from "fast-check";
import { expect, test } from "vitest";
import { GENESIS } from "#protocol/events/event.ts";
import { type Position, placeBatch, type ReceivedBatch } from "#simulator/platform/placement.ts";
import { type ChainedRow, chainedRows, DEVICE } from "#test/platform/device.ts";

const SEED = 20_250_301;

function received(rows: readonly ChainedRow[]): ReceivedBatch {
  const events = rows.map(({ seq, epoch, kind, session, time, payloadText, digest, hash }) => {
    return { seq, epoch, kind, session, time, payloadText, digest, hash, refused: null };
  });
  return { device: DEVICE, lane: "legal", chain: 1, prev: rows[0]?.prev ?? GENESIS, events };
}

const rows = chainedRows(30);
const held: Position = { upTo: 10, head: rows[9]?.hash ?? "" };
const heldHash = (seq: number) => rows[seq - 1]?.hash;
const forkedAfter = (seq: number, count: number) =>
  chainedRows(count, { after: { seq, hash: rows[seq - 1]?.hash ?? GENESIS }, payload: () => ({ kind: 3102, payload: {} }) });

const TABLE = [
  { name: "the next", batch: rows.slice(10, 15), gap: false, duplicates: 0, conflicts: 0, fresh: 5, broken: false },
  { name: "wholly held", batch: rows.slice(2, 7), gap: false, duplicates: 5, conflicts: 0, fresh: 0, broken: false },
  { name: "partly held", batch: rows.slice(7, 13), gap: false, duplicates: 3, conflicts: 0, fresh: 3, broken: false },
  { name: "too early by one", batch: rows.slice(11, 13), gap: true, duplicates: 0, conflicts: 0, fresh: 0, broken: false },
  {
    name: "forked within what is held",
    batch: [...rows.slice(4, 6), ...forkedAfter(6, 3)],
    gap: false,
    duplicates: 2,
    conflicts: 3,
    fresh: 0,
    broken: false,
  },
  { name: "forked and going on", batch: forkedAfter(8, 5), gap: false, duplicates: 0, conflicts: 2, fresh: 3, broken: true },
  { name: "forked just after what is held", batch: forkedAfter(10, 2), gap: false, duplicates: 0, conflicts: 0, fresh: 2, broken: false },
  {
    name: "of a stranger",
    batch: chainedRows(2, { after: { seq: 10, hash: "cd".repeat(32) } }),
    gap: false,
    duplicates: 0,
    conflicts: 0,
    fresh: 2,
    broken: true,
  },
];

test.each(TABLE)("a batch that is $name", ({ batch, gap, duplicates, conflicts, fresh, broken }) => {
  const placed = placeBatch(held, received(batch), heldHash);
  expect(placed.gap).toBe(gap);
  expect(placed.duplicates).toHaveLength(duplicates);
  expect(placed.conflicts).toHaveLength(conflicts);
  expect(placed.fresh).toHaveLength(fresh);
  expect(placed.brokenPrev !== undefined).toBe(broken);
});

test("any order and repetition of honest batches, each event wanted again until it is held, ends with one of each", () => {
  const step = fc.record({ from: fc.nat(29), length: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let position: Position = { upTo: 0, head: GENESIS };
      const stored: number[] = [];
      const take = (batch: readonly ChainedRow[]) => {
        const placed = placeBatch(position, received(batch), heldHash);
        expect(placed.conflicts).toEqual([]);
        expect(placed.brokenPrev).toBeUndefined();
        for (const { seq, hash } of placed.fresh) {
          stored.push(seq);
          position = { upTo: seq, head: hash };
        }
      };
      for (const { from, length } of steps) take(rows.slice(from, from + length));
      while (position.upTo < rows.length) take(rows.slice(position.upTo, position.upTo + 7));
      expect(stored).toEqual(rows.map(({ seq }) => seq));
    }),
    { seed: SEED, numRuns: 300 },
  );
});
