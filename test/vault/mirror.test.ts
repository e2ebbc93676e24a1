/** A journal that is not the one whose head the chip mirrored: put back, cut, or written anew with every hash made again. */
import { expect, it } from "vitest";
import type { JournalHead } from "#agent/core/link.ts";
import { mirrorFinding, type OwnRecord } from "#agent/core/vault/mirror.ts";
import { PAYLOADS } from "#protocol/events/payloads.ts";

const hashOf = (seq: number) => (seq % 16).toString(16).repeat(64);
const MIRROR: JournalHead = { chain: 5, seq: 40, hash: hashOf(40) };
const OWN: OwnRecord = { chain: 5, lastSeq: 43, forgottenSeq: 12, hashAt: hashOf };
const told = (mirror: Partial<JournalHead>, own: Partial<OwnRecord> = {}) => mirrorFinding({ ...MIRROR, ...mirror }, { ...OWN, ...own });

it.each<[string, Partial<JournalHead>, Partial<OwnRecord>]>([
  ["holds the mirrored head", {}, {}],
  ["ends with it", {}, { lastSeq: 40 }],
  ["was never mirrored", { chain: 0, seq: 0, hash: "0".repeat(64) }, {}],
  ["has forgotten that row, or lost it to the card", {}, { hashAt: () => null }],
  ["began a new chain", {}, { chain: 6, lastSeq: 2 }],
])("says nothing of a record that %s", (_name, mirror, own) => {
  expect(told(mirror, own)).toBeNull();
});

it.each<[string, Partial<JournalHead>, Partial<OwnRecord>, number]>([
  ["is shorter", {}, { lastSeq: 30 }, 31],
  ["goes another way there", {}, { hashAt: (seq) => hashOf(seq + 1) }, 40],
  ["is of an earlier chain", { chain: 6 }, {}, 1],
])("tells of a record that %s", (_name, mirror, own, fromSeq) => {
  const found = told(mirror, own);
  expect(found).toMatchObject({
    name: "journalDamaged",
    payload: { part: "mirror", lane: "legal", fromSeq, toSeq: 40, next: MIRROR.hash },
  });
  expect(PAYLOADS.journalDamaged.safeParse(found?.payload).success).toBe(true);
});
