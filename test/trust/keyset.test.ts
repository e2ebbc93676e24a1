/** Keysets: accepted whole, unchanged, signed by a pinned root and in order of their versions, or not at all. */
import { describe, expect, test } from "vitest";
import { verifySignature } from "#protocol/crypto.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { checkSuccession, encodeKeyset, type Keyset, readKeyset, type SignedKeyset, trustStoreOf } from "#protocol/trust/keyset.ts";
import { readTrustFile, trustFromFile } from "#protocol/trust/trustFile.ts";
import { testKey, testRoots, testSignedKeyset } from "#test/list/fixtures.ts";

const ROOTS = testRoots();
const coded = (code: string) => expect.objectContaining({ code });
const read = (signed: SignedKeyset) => readKeyset(encodeKeyset(signed), ROOTS);

describe("a keyset", () => {
  test("comes in as it went out, by either root", () => {
    expect(read(testSignedKeyset())).toMatchObject({ version: 1, signedBy: "root-current" });
    expect(read(testSignedKeyset({ version: 2 }, "next"))).toMatchObject({ version: 2, signedBy: "root-next" });
  });

  test("has no bit that can be changed", () => {
    const bytes = encodeKeyset(testSignedKeyset());
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        readKeyset(bytes, ROOTS);
        accepted.push(bit);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^trust\./) });
      }
      bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    }
    expect(accepted).toEqual([]);
    expect(readKeyset(bytes, ROOTS).version).toBe(1);
  });

  test("in other words, with white space or with members in another order, is none", () => {
    const signed = testSignedKeyset();
    const { keyset, signature } = signed;
    for (const text of [JSON.stringify({ signature, keyset }), JSON.stringify(signed, null, 1), `${canonicalJson(signed)}\n`]) {
      expect(() => readKeyset(Buffer.from(text), ROOTS)).toThrow(coded("trust.badKeyset"));
    }
  });

  test("of a root that is not pinned is refused", () => {
    expect(() => readKeyset(encodeKeyset(testSignedKeyset()), ROOTS.slice(1))).toThrow(coded("trust.unknownKey"));
    const { keyset, signature } = testSignedKeyset();
    expect(() => read({ keyset, signature: { ...signature, keyId: "root-next" } })).toThrow(coded("trust.badSignature"));
  });

  const [first] = testSignedKeyset().keyset.keys;
  const keys = (change: object) => ({ keys: [{ ...first, ...change }] }) as Partial<Keyset>;

  test.each<[string, Partial<Keyset>, string]>([
    ["that hands on the power to make keysets", keys({ purposes: ["list", "keyset"] }), "trust.badKeyset"],
    ["with an unknown purpose", keys({ purposes: ["everything"] }), "trust.badKeyset"],
    ["without keys", { keys: [] }, "trust.badKeyset"],
    ["that retires the root which signed it", { retiredRoots: ["root-current"] }, "trust.badKeyset"],
    ["with a key of the other algorithm", keys({ algorithm: "sm2" }), "trust.badKey"],
    ["with a key cut short", keys({ publicKey: first?.publicKey.slice(0, 40) }), "trust.badKey"],
    ["with a key under a root's id", keys({ id: "root-next" }), "trust.badKey"],
    ["with the same id twice", { keys: first ? [first, first] : [] }, "trust.badKey"],
  ])("%s is refused although a root signed it", (_name, change, code) => {
    expect(() => read(testSignedKeyset(change))).toThrow(coded(code));
  });

  test("larger than allowed is refused unread", () => {
    expect(() => readKeyset(new Uint8Array(64 * 1024 + 1), ROOTS)).toThrow(coded("trust.badKeyset"));
  });
});

describe("succession", () => {
  const version = (number: number, root?: "next") => read(testSignedKeyset({ version: number }, root));

  test("rises, from either root; the same again is no harm", () => {
    checkSuccession(version(1), null, 0);
    checkSuccession(version(2, "next"), version(1), 1);
    checkSuccession(version(2), version(2), 2);
  });

  test("never goes below what is in force, or below the floor", () => {
    for (const old of [1, 2, 3, 4]) expect(() => checkSuccession(version(old), version(5), 0)).toThrow(coded("trust.oldKeyset"));
    expect(() => checkSuccession(version(4), null, 5)).toThrow(coded("trust.oldKeyset"));
    expect(() => checkSuccession(read(testSignedKeyset({ version: 5, issuedMs: 1 })), version(5), 0)).toThrow(coded("trust.oldKeyset"));
  });

  test("a root that the keyset in force retires signs no other", () => {
    const inForce = read(testSignedKeyset({ version: 3, retiredRoots: ["root-current"] }, "next"));
    expect(() => checkSuccession(version(4), inForce, 0)).toThrow(coded("trust.retiredRoot"));
    checkSuccession(version(4, "next"), inForce, 0);
  });
});

test("a key that the newest keyset leaves out is no longer trusted, and a root signs keysets alone", () => {
  const [kept] = testSignedKeyset().keyset.keys;
  const trust = trustStoreOf(ROOTS, read(testSignedKeyset({ version: 2, keys: kept ? [kept] : [] })));
  expect([...trust.keys.keys()]).toEqual(["root-current", "root-next", testKey("ed25519").id]);
  const asRoot = { algorithm: "ed25519", keyId: "root-current", value: new Uint8Array(64) } as const;
  expect(verifySignature(trust, "list", asRoot, new Uint8Array(1), 0)).toEqual({ ok: false, fault: "unknownKey" });
});

describe("the trust file", () => {
  const roots = ROOTS.map(({ id, algorithm, publicKeySpki }) => ({
    id,
    algorithm,
    publicKey: Buffer.from(publicKeySpki).toString("base64"),
  }));

  test("holds roots, and perhaps the first keyset", () => {
    expect(readTrustFile({ roots }).keyset).toBeNull();
    expect([...trustFromFile({ roots }).keys.keys()]).toEqual(["root-current", "root-next"]);
    expect([...trustFromFile({ roots, keyset: testSignedKeyset() }).keys.keys()]).toHaveLength(4);
  });

  test.each<[string, unknown, string]>([
    ["nothing", null, "trust.badKey"],
    ["no roots", { roots: [] }, "trust.badKey"],
    ["three roots", { roots: [...roots, { ...roots[0], id: "third" }] }, "trust.badKey"],
    ["a root cut short", { roots: [{ ...roots[0], publicKey: roots[0]?.publicKey.slice(0, 40) }] }, "trust.badKey"],
    ["a root with purposes of its own", { roots: [{ ...roots[0], purposes: ["list"] }] }, "trust.badKey"],
    ["the same id twice", { roots: [roots[0], roots[0]] }, "trust.badKey"],
    ["a keyset of another root", { roots: roots.slice(1), keyset: testSignedKeyset() }, "trust.unknownKey"],
  ])("%s is refused", (_name, content, code) => {
    expect(() => readTrustFile(content)).toThrow(coded(code));
  });
});
