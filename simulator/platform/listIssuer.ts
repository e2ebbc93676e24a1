/** Issues certificate lists: deterministic entries out of a seed, beside the people whom the phone plays. */
import { createHash, hash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import type { ListEntry } from "#protocol/list/entry.ts";
import { LIST_MAX_ENTRIES } from "#protocol/list/layout.ts";
import { writeList } from "#protocol/list/writer.ts";
import { type SigningKey, signBytes } from "#simulator/platform/keys.ts";

interface ListOrder {
  /** Where the finished file appears; it is written beside it first. */
  readonly path: string;
  readonly version: number;
  readonly issuedMs: number;
  readonly seed: number;
  /** Entries in all, `people` among them. */
  readonly size: number;
  readonly people: readonly ListEntry[];
  readonly key: SigningKey;
}

/** What the platform announces of a list. */
export interface IssuedList {
  readonly path: string;
  readonly version: number;
  readonly size: number;
  readonly sha256: string;
  readonly rootHex: string;
}

const MS_PER_DAY = 86_400_000;
const CHINA_OFFSET_MS = 8 * 3_600_000;
const STRATA = 2 ** 32;

/** A million entries take some seconds and the memory of one page and the index. */
export function issueList({ path, version, issuedMs, seed, size, people, key }: ListOrder): IssuedList {
  if (!Number.isInteger(size) || size < people.length || size > LIST_MAX_ENTRIES) throw new RangeError(`a list of ${size} entries`);
  const entries = merged(seededEntries(seed, size - people.length, issuedMs), people);
  const temporary = `${path}.new`;
  const file = openSync(temporary, "w+");
  try {
    const header = { version, issuedMs, entryCount: size, algorithm: key.algorithm, keyId: key.id };
    const sink = {
      write: (offset: number, bytes: Uint8Array) => {
        writeSync(file, bytes, 0, bytes.length, offset);
      },
    };
    const { rootHex, fileBytes } = writeList(sink, header, entries, (message) => signBytes(key, message));
    fsyncSync(file);
    const sha256 = fileSha256(file);
    renameSync(temporary, path);
    return { path, version, size: fileBytes, sha256, rootHex };
  } finally {
    closeSync(file);
  }
}

/** In ascending order; entry `index` of `count` depends on nothing else. */
function* seededEntries(seed: number, count: number, issuedMs: number): Generator<ListEntry> {
  for (let index = 0; index < count; index += 1) yield seededEntry(seed, count, index, issuedMs);
}

/** Each entry has a stratum of the first 32 bits of a handle to itself, and is random within it and after it. */
export function seededEntry(seed: number, count: number, index: number, issuedMs: number): ListEntry {
  const noise = hash("sha256", `arcgate-list-seed/${seed}/${index}`, "buffer");
  const low = Math.floor((index * STRATA) / count);
  const high = Math.floor(((index + 1) * STRATA) / count);
  const prefix = (low + (noise.readUInt32BE(0) % (high - low))).toString(16).padStart(8, "0");
  const issuedDay = Math.floor((issuedMs + CHINA_OFFSET_MS) / MS_PER_DAY);
  // Certificates last six years and are reviewed after three.
  const ageDays = noise.readUInt16BE(16) % 2100;
  const notBeforeDay = issuedDay - ageDays;
  return {
    handle: prefix + noise.toString("hex", 4, 16),
    categories: [1, 1, 1, 2, 4, 3, 5, 7][noise.readUInt8(18) % 8] ?? 1,
    notBeforeDay,
    expiryDay: notBeforeDay + 2191,
    reviewDay: notBeforeDay + (ageDays > 1000 ? 2191 : 1095),
    suspended: noise.readUInt8(19) === 0,
  };
}

function* merged(seeded: Iterable<ListEntry>, people: readonly ListEntry[]): Generator<ListEntry> {
  const waiting = people.toSorted((left, right) => (left.handle < right.handle ? -1 : 1));
  let next = 0;
  for (const entry of seeded) {
    for (let person = waiting[next]; person && person.handle < entry.handle; person = waiting[next]) {
      yield person;
      next += 1;
    }
    yield entry;
  }
  yield* waiting.slice(next);
}

function fileSha256(file: number): string {
  const digest = createHash("sha256");
  const piece = Buffer.alloc(1 << 20);
  for (let offset = 0; ; ) {
    const length = readSync(file, piece, 0, piece.length, offset);
    if (length === 0) return digest.digest("hex");
    digest.update(piece.subarray(0, length));
    offset += length;
  }
}
