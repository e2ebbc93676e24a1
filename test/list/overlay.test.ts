/** An overlay is accepted whole and unchanged, or not at all; and it says what its writer was told. */
import { describe, expect, test } from "vitest";
import { type Algorithm, createTrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { writeSignature } from "#protocol/list/fileHeader.ts";
import { changesOf, type ListChange, type OverlayHeader, openOverlay, overlayMessage } from "#protocol/list/overlay.ts";
import { writeOverlay } from "#protocol/list/overlayWriter.ts";
import { signBytes } from "#simulator/platform/keys.ts";
import { seededEntry } from "#simulator/platform/listIssuer.ts";
import { ISSUED_MS, seededRandom, testKey, testTrust, trustedKey } from "#test/list/fixtures.ts";

const TRUST = testTrust();

function headerOf(algorithm: Algorithm): OverlayHeader {
  return { version: 9, issuedMs: ISSUED_MS, algorithm, keyId: `test-${algorithm}`, baseVersion: 3, baseRootHex: "5a".repeat(32) };
}

function overlayOf(changes: readonly ListChange[], algorithm: Algorithm = "ed25519"): Uint8Array {
  return writeOverlay(headerOf(algorithm), changes, (message) => signBytes(testKey(algorithm), message));
}

/** Every third change takes its handle out of the list. */
function changes(count: number): ListChange[] {
  return Array.from({ length: count }, (_, index) => {
    const entry = seededEntry(5, count, index, ISSUED_MS);
    return index % 3 === 0 ? { handle: entry.handle, removed: true } : entry;
  });
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return "accepted";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

describe.each(["ed25519", "sm2"] as const)("signed with %s", (algorithm) => {
  test.each([0, 1, 2, 500])("an overlay of %d changes says each of them, and nothing else", (count) => {
    const told = changes(count);
    const bytes = overlayOf(told, algorithm);
    const overlay = openOverlay(bytes, TRUST);
    expect(overlay).toMatchObject({ ...headerOf(algorithm), changes: count });
    for (const change of told) expect(overlay.lookUp(change.handle)).toEqual("removed" in change ? "removed" : change);
    expect([overlay.lookUp("0".repeat(32)), overlay.lookUp("f".repeat(32))]).toEqual([undefined, undefined]);
    expect([...changesOf(bytes)]).toEqual(told);
  });

  test("every single bit counts", () => {
    const bytes = overlayOf(changes(4), algorithm);
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      if (codeOf(() => openOverlay(bytes, TRUST)) === "accepted") accepted.push(bit);
      bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    }
    expect(accepted).toEqual([]);
    expect(codeOf(() => openOverlay(bytes, TRUST))).toBe("accepted");
  });
});

describe("what is wrong is named", () => {
  const good = overlayOf(changes(10));
  const changed = (offset: number, ...values: number[]) => {
    const copy = Uint8Array.from(good);
    copy.set(values, offset);
    return copy;
  };

  test.each<[string, Uint8Array, string]>([
    ["nothing", good.subarray(0, 0), "list.truncated"],
    ["half a header", good.subarray(0, 100), "list.truncated"],
    ["one byte short", good.subarray(0, -1), "list.truncated"],
    ["a base list", changed(4, 0x4c, 0x53, 0x54), "list.badMagic"],
    ["another format", changed(8, 0, 2), "list.badHeader"],
    ["reserved bytes", changed(31, 1), "list.badHeader"],
    ["another version", changed(15, 10), "list.badSignature"],
    ["another base", changed(72, 0), "list.badSignature"],
    ["more than a device holds", new Uint8Array(1024 * 1024 + 1), "list.tooLarge"],
  ])("%s", (_name, bytes, code) => {
    expect(codeOf(() => openOverlay(bytes, TRUST))).toBe(code);
  });

  test("a key that is not trusted, or not for lists", () => {
    const code = (...keys: Parameters<typeof createTrustStore>[0]) => codeOf(() => openOverlay(good, createTrustStore(keys)));
    expect([code(), code(trustedKey("ed25519", { purposes: ["command"] }))]).toEqual(["list.unknownKey", "list.unknownKey"]);
  });

  test.each<[string, (bytes: Buffer) => void, string]>([
    ["unchanged", () => undefined, "accepted"],
    ["an entry twice", (bytes) => bytes.copyWithin(256, 280, 304), "list.unsorted"],
    ["a reserved flag", (bytes) => bytes.fill(0x80, 273, 274), "list.badEntry"],
    ["a removal with categories", (bytes) => bytes.fill(1, 272, 273), "list.badEntry"],
    ["a removal with a day", (bytes) => bytes.fill(1, 279, 280), "list.badEntry"],
    ["a removal that is suspended too", (bytes) => bytes.fill(3, 273, 274), "list.badEntry"],
  ])("signed, but wrong: %s", (_name, change, code) => {
    const bytes = Buffer.from(good);
    change(bytes);
    writeSignature(bytes.subarray(0, 256), signBytes(testKey("ed25519"), overlayMessage(headerOf("ed25519"), bytes)));
    expect(codeOf(() => openOverlay(bytes, TRUST))).toBe(code);
  });

  test("a writer's changes out of order, or too many of them", () => {
    const [one, two] = changes(2);
    expect(codeOf(() => overlayOf([two, one].flatMap((change) => (change ? [change] : []))))).toBe("list.unsorted");
    expect(codeOf(() => overlayOf(changes(43_681)))).toBe("list.tooLarge");
    expect(overlayOf(changes(43_680)).length).toBeLessThanOrEqual(1024 * 1024);
  });

  test("20,000 random and mutated files: a coded error each", () => {
    const seed = 0x0e71;
    const random = seededRandom(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    for (let round = 0; round < 20_000; round += 1) {
      const copy = Buffer.from(good.subarray(0, round % 3 === 0 ? below(good.length) : good.length));
      for (let change = below(8); change >= 0 && copy.length > 0; change -= 1) copy[below(copy.length)] = below(256);
      if (copy.equals(good)) continue;
      expect(
        codeOf(() => openOverlay(copy, TRUST)),
        `seed ${seed}, round ${round}`,
      ).toMatch(/^list\./);
    }
  });
});
