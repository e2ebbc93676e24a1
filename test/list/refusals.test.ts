/** A list is accepted whole and unchanged, or not at all. */
import { describe, expect, test } from "vitest";
import { createTrustStore, digestOf } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { type CertificateList, listRoot, openList, signedMessage } from "#protocol/list/certificateList.ts";
import { writeSignature } from "#protocol/list/fileHeader.ts";
import { parseHeader } from "#protocol/list/header.ts";
import { writeList } from "#protocol/list/writer.ts";
import { signBytes } from "#simulator/platform/keys.ts";
import { seededEntry } from "#simulator/platform/listIssuer.ts";
import { ISSUED_MS, readerOf, seededRandom, smallListBytes, testKey, testTrust, trustedKey } from "#test/list/fixtures.ts";

const FIRST_PAGE = 4096;
const SIZE = 400;
const TRUST = testTrust();

function codeOf(act: () => unknown): ErrorCode | "accepted" {
  try {
    act();
    return "accepted";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

const openCode = (bytes: Uint8Array) => codeOf(() => openList(readerOf(bytes), TRUST));

describe.each(["ed25519", "sm2"] as const)("every single bit of a list signed with %s", (algorithm) => {
  const bytes = smallListBytes({ algorithm, size: SIZE });
  const flip = (bit: number) => {
    bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
  };

  test("of header and index is refused at open", () => {
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * FIRST_PAGE; bit += 1) {
      flip(bit);
      if (openCode(bytes) === "accepted") accepted.push(bit);
      flip(bit);
    }
    expect(accepted).toEqual([]);
    expect(openCode(bytes)).toBe("accepted");
  });

  test("of a page is refused at a look-up on that page", () => {
    const list = openList(readerOf(bytes), TRUST);
    const handles = [0, 170, 340].map((index) => seededEntry(1, SIZE, index, ISSUED_MS).handle);
    const accepted: number[] = [];
    for (let bit = 8 * FIRST_PAGE; bit < 8 * bytes.length; bit += 1) {
      const handle = handles[Math.floor((bit / 8 - FIRST_PAGE) / 4096)] ?? "";
      flip(bit);
      if (codeOf(() => list.lookUp(handle)) !== "list.badPage") accepted.push(bit);
      flip(bit);
    }
    expect(accepted).toEqual([]);
    expect(handles.map((handle) => list.lookUp(handle)?.handle)).toEqual(handles);
  });
});

describe("what is wrong is named", () => {
  const good = smallListBytes({ size: SIZE });
  const changed = (offset: number, ...values: number[]) => {
    const copy = Buffer.from(good);
    copy.set(values, offset);
    return copy;
  };

  test.each<[string, Uint8Array, ErrorCode]>([
    ["nothing", good.subarray(0, 0), "list.truncated"],
    ["half a header", good.subarray(0, 100), "list.truncated"],
    ["one byte short", good.subarray(0, -1), "list.truncated"],
    ["one byte more", Buffer.concat([good, Buffer.of(0)]), "list.truncated"],
    ["another file", Buffer.from("SQLite format 3\0".repeat(20)), "list.badMagic"],
    ["another format", changed(8, 0, 2), "list.badHeader"],
    ["another entry size", changed(28, 0, 26), "list.badHeader"],
    ["an unknown algorithm", changed(36, 3), "list.badHeader"],
    ["four thousand million entries", changed(24, 255, 255, 255, 255), "list.tooLarge"],
    ["another version", changed(12, 0, 0, 0, 9), "list.badSignature"],
  ])("%s", (_name, bytes, code) => {
    expect(openCode(bytes)).toBe(code);
  });

  test("a key that is not trusted, or not for lists, or of another algorithm", () => {
    const code = (...keys: Parameters<typeof createTrustStore>[0]) => codeOf(() => openList(readerOf(good), createTrustStore(keys)));
    expect(code()).toBe("list.unknownKey");
    expect(code(trustedKey("ed25519", { purposes: ["credential"] }))).toBe("list.unknownKey");
    expect(code(trustedKey("sm2", { id: "test-ed25519" }))).toBe("list.unknownKey");
    expect(code(trustedKey("ed25519", { purposes: ["list"] }))).toBe("accepted");
  });

  test("a handle that is none", () => {
    const list = openList(readerOf(good), TRUST);
    for (const handle of ["", "00", "g".repeat(32), "0".repeat(33)]) expect(codeOf(() => list.lookUp(handle))).toBe("list.badHandle");
  });

  test("a writer's entries out of order, or too few", () => {
    const write = (indices: number[], entryCount: number) => {
      const header = { version: 1, issuedMs: ISSUED_MS, entryCount, algorithm: "ed25519", keyId: "k" } as const;
      const entries = indices.map((index) => seededEntry(1, 10, index, ISSUED_MS));
      return codeOf(() => writeList({ write: () => undefined }, header, entries, () => new Uint8Array(64)));
    };
    expect([write([0, 1], 2), write([1, 0], 2), write([1, 1], 2), write([0], 2)]).toEqual([
      "accepted",
      "list.unsorted",
      "list.unsorted",
      "list.badHeader",
    ]);
  });
});

describe("a list that is signed, but wrong", () => {
  const PAGES = 3;

  /** Hashes pages into the index (but for `keepIndex`) and signs anew, as a faulty issuer would. */
  function resigned(change: (bytes: Buffer) => void, keepIndex = false): Buffer {
    const bytes = smallListBytes({ size: SIZE });
    change(bytes);
    for (let page = 0; page < PAGES && !keepIndex; page += 1) {
      const content = bytes.subarray(FIRST_PAGE + 4096 * page, FIRST_PAGE + 4096 * (page + 1));
      bytes.set(content.subarray(0, 16), 256 + 48 * page);
      bytes.set(digestOf("ed25519", content), 272 + 48 * page);
    }
    const header = bytes.subarray(0, 256);
    const root = listRoot(parseHeader(header), header, bytes.subarray(256, FIRST_PAGE));
    header.set(root, 72);
    writeSignature(header, signBytes(testKey("ed25519"), signedMessage(root)));
    return bytes;
  }

  const swap = (bytes: Buffer, left: number, right: number, length: number) => {
    const kept = Buffer.from(bytes.subarray(left, left + length));
    bytes.copyWithin(left, right, right + length);
    bytes.set(kept, right);
  };
  const readAll = (bytes: Uint8Array) => codeOf(() => readEverything(openList(readerOf(bytes), TRUST)));

  test.each<[string, (bytes: Buffer) => void, ErrorCode | "accepted"]>([
    ["unchanged", () => undefined, "accepted"],
    ["two entries changed over", (bytes) => swap(bytes, FIRST_PAGE + 24, FIRST_PAGE + 48, 24), "list.unsorted"],
    ["an entry twice", (bytes) => bytes.copyWithin(FIRST_PAGE + 24, FIRST_PAGE + 48, FIRST_PAGE + 72), "list.unsorted"],
    ["two pages changed over", (bytes) => swap(bytes, FIRST_PAGE, FIRST_PAGE + 4096, 4096), "list.unsorted"],
    ["a page that reaches into the next", (bytes) => bytes.fill(255, FIRST_PAGE + 169 * 24, FIRST_PAGE + 169 * 24 + 16), "list.unsorted"],
    ["a reserved flag", (bytes) => bytes.fill(0x80, FIRST_PAGE + 17, FIRST_PAGE + 18), "list.badEntry"],
    ["bytes after the last entry", (bytes) => bytes.fill(1, bytes.length - 1), "list.badEntry"],
    ["bytes after the index", (bytes) => bytes.fill(1, FIRST_PAGE - 1, FIRST_PAGE), "list.badHeader"],
  ])("%s", (_name, change, code) => {
    expect(readAll(resigned(change))).toBe(code);
  });

  test("an index that says another first handle than its page", () => {
    const bytes = resigned((list) => list.writeUInt8(list.readUInt8(256 + 48 + 15) ^ 1, 256 + 48 + 15), true);
    expect(readAll(bytes)).toBe("list.badPage");
  });
});

test("25,000 random and mutated files: a coded error each, no false accept", () => {
  const seed = 0x11570;
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const good = smallListBytes({ size: SIZE });
  const seen = new Map<string, number>();
  for (let round = 0; round < 25_000; round += 1) {
    const bytes = mutated(good, below);
    if (bytes.equals(good)) continue;
    const code = codeOf(() => readEverything(openList(readerOf(bytes), TRUST)));
    expect(code, `seed ${seed}, round ${round}`).toMatch(/^list\./);
    seen.set(code, (seen.get(code) ?? 0) + 1);
  }
  // The mutations reach every layer of the loader.
  for (const code of ["list.badMagic", "list.badHeader", "list.truncated", "list.badSignature", "list.badPage"]) {
    expect(seen.get(code), code).toBeGreaterThan(100);
  }
});

function readEverything(list: CertificateList): void {
  for (let page = 0; page < list.pages; page += 1) list.verifyPage(page);
}

function mutated(good: Buffer, below: (limit: number) => number): Buffer {
  const copy = Buffer.from(good);
  switch (below(6)) {
    case 0:
      return Buffer.from(Uint8Array.from({ length: below(600) }, () => below(256)));
    case 1:
      return copy.subarray(0, below(copy.length));
    case 2:
      copy[below(256)] = below(256);
      return copy;
    case 3:
      copy.copy(copy, below(copy.length), below(copy.length), below(copy.length));
      return copy;
    case 4:
      copy.fill(below(256), below(copy.length), below(copy.length));
      return copy;
    default:
      return withOwnRoot(copy, below);
  }
}

/** Changed header fields or index under a root that fits them: only the signature stands in the way. */
function withOwnRoot(copy: Buffer, below: (limit: number) => number): Buffer {
  const offset = [12, 20, 37, 256 + below(144)][below(4)] ?? 12;
  copy[offset] = below(256);
  const header = codeOf(() => parseHeader(copy.subarray(0, 256)));
  if (header !== "accepted") return copy;
  const root = listRoot(parseHeader(copy.subarray(0, 256)), copy.subarray(0, 256), copy.subarray(256, FIRST_PAGE));
  copy.set(root, 72);
  return copy;
}
