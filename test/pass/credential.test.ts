import { encode } from "cborg";
import { describe, expect, test } from "vitest";
import { createTrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";
import { encodeCbor } from "#protocol/pass/cbor.ts";
import { CREDENTIAL_DOMAIN, type Credential, decodeCredential, encodeCredential } from "#protocol/pass/credential.ts";
import { CREDENTIAL_PREFIX } from "#protocol/pass/passText.ts";
import { coseSigner, seededRandom, testTrust, trustedKey } from "#test/list/fixtures.ts";

const TRUST = testTrust();
const CREDENTIAL: Credential = {
  handle: "f0".repeat(16),
  holderKey: { algorithm: "es256", publicKey: Uint8Array.of(2, ...new Uint8Array(32).fill(7)) },
  categories: 1,
  notBeforeDay: 20_000,
  expiryDay: 22_191,
  reviewDay: 21_095,
  issuedS: 1_767_225_600,
};
const TEXT = encodeCredential(CREDENTIAL, coseSigner("ed25519"));

function codeOf(text: string, trust = TRUST): ErrorCode | "accepted" {
  try {
    decodeCredential(text, trust);
    return "accepted";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

describe.each(["ed25519", "sm2"] as const)("issued with %s", (algorithm) => {
  test("comes back as it was, and fits a small QR code", () => {
    const text = encodeCredential(CREDENTIAL, coseSigner(algorithm));
    expect(decodeCredential(text, TRUST)).toEqual(CREDENTIAL);
    const { length } = decodeBase45(text.slice(CREDENTIAL_PREFIX.length));
    expect(length).toBeGreaterThan(140);
    expect(length).toBeLessThanOrEqual(200);
    expect(text).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
  });

  test("no single bit of it can be changed", () => {
    const bytes = decodeBase45(encodeCredential(CREDENTIAL, coseSigner(algorithm)).slice(CREDENTIAL_PREFIX.length));
    const accepted: number[] = [];
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const changed = Uint8Array.from(bytes);
      changed[bit >>> 3] = (changed[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      if (codeOf(CREDENTIAL_PREFIX + encodeBase45(changed)) === "accepted") accepted.push(bit);
    }
    expect(accepted).toEqual([]);
  });
});

test("a key that is not trusted, or not for credentials", () => {
  expect(codeOf(TEXT, createTrustStore([]))).toBe("pass.unknownKey");
  expect(codeOf(TEXT, createTrustStore([trustedKey("ed25519", { purposes: ["list", "command"] })]))).toBe("pass.unknownKey");
  expect(codeOf(TEXT, createTrustStore([trustedKey("sm2", { id: "test-ed25519" })]))).toBe("pass.unknownKey");
});

describe("what is not a pass", () => {
  test.each<[string, string, ErrorCode]>([
    ["nothing", "", "pass.notAPass"],
    ["a link", "https://example.invalid/w/370983", "pass.notAPass"],
    ["another pass of ours", TEXT.replace("AG1:", "AG1R:"), "pass.notAPass"],
    ["small letters", TEXT.toLowerCase(), "pass.notAPass"],
    ["the prefix alone", "AG1:", "pass.badCbor"],
    ["too long a text", `AG1:${"0".repeat(1021)}`, "pass.tooLarge"],
    ["a group above its maximum", "AG1:AB", "pass.badBase45"],
    ["a broken group", "AG1::::", "pass.badBase45"],
    ["a character too few", TEXT.slice(0, -1), "pass.badBase45"],
  ])("%s", (_name, text, code) => {
    expect(codeOf(text)).toBe(code);
  });
});

describe("one value has one encoding", () => {
  const claims = (change: readonly [number, unknown][] = []) =>
    new Map<number, unknown>([
      [1, 1],
      [2, Buffer.alloc(16, 0xf0)],
      [3, [-7, Uint8Array.of(2, ...new Uint8Array(32).fill(7))]],
      [4, 1],
      [5, 20_000],
      [6, 22_191],
      [7, 21_095],
      [8, 1_767_225_600],
      ...change,
    ]);

  function signedText(payload: Uint8Array, domain: string = CREDENTIAL_DOMAIN): string {
    const { sign, keyId } = coseSigner("ed25519");
    const header = encodeCbor(
      new Map<number, unknown>([
        [1, -8],
        [4, Buffer.from(keyId)],
      ]),
    );
    const signature = sign(encodeCbor(["Signature1", header, Buffer.from(domain), payload]));
    return CREDENTIAL_PREFIX + encodeBase45(encodeCbor([header, new Map(), payload, signature]));
  }

  test("claims built by hand are those of the encoder", () => {
    expect(signedText(encodeCbor(claims()))).toBe(TEXT);
  });

  test("another domain is not a credential", () => {
    expect(codeOf(signedText(encodeCbor(claims()), "arcgate-grant/1"))).toBe("pass.badSignature");
  });

  test("keys in another order are refused", () => {
    const reversed = encode(new Map([...claims()].reverse()), { mapSorter: () => 0 });
    expect(reversed).not.toEqual(encodeCbor(claims()));
    expect(codeOf(signedText(reversed))).toBe("pass.badCbor");
  });

  test("a number longer than it must be, bytes left over, an indefinite map are refused", () => {
    const good = Buffer.from(encodeCbor(claims()));
    const long = Buffer.concat([good.subarray(0, 2), Buffer.of(0x18, 1), good.subarray(3)]);
    const over = Buffer.concat([good, Buffer.of(0)]);
    const indefinite = Buffer.concat([Buffer.of(0xbf), good.subarray(1), Buffer.of(0xff)]);
    expect([long, over, indefinite].map((payload) => codeOf(signedText(payload)))).toEqual([
      "pass.badCbor",
      "pass.badCbor",
      "pass.badCbor",
    ]);
  });

  test.each<[string, [number, unknown]]>([
    ["another version", [1, 2]],
    ["a short handle", [2, Buffer.alloc(15)]],
    ["an unknown kind of holder key", [3, [-35, Buffer.alloc(33, 2)]]],
    ["a holder key that is not compressed", [3, [-7, Buffer.alloc(33, 4)]]],
    ["a holder key of another length", [3, [-8, Buffer.alloc(33, 2)]]],
    ["categories beyond a byte", [4, 256]],
    ["a negative day", [5, -1]],
    ["a day as text", [6, "22191"]],
    ["a fraction", [7, 1.5]],
    ["a member too many", [9, 0]],
  ])("%s is refused though it is signed", (_name, change) => {
    expect(codeOf(signedText(encodeCbor(claims([change]))))).toBe("pass.badShape");
  });

  test("a member too few is refused though it is signed", () => {
    const few = claims();
    few.delete(7);
    expect(codeOf(signedText(encodeCbor(few)))).toBe("pass.badShape");
  });
});

test("25,000 random and mutated texts: a coded error each, no false accept", () => {
  const seed = 0xc0de;
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const good = decodeBase45(TEXT.slice(CREDENTIAL_PREFIX.length));
  const seen = new Map<string, number>();
  for (let round = 0; round < 25_000; round += 1) {
    const text = mutated(good, below);
    if (text === TEXT) continue;
    const code = codeOf(text);
    expect(code, `seed ${seed}, round ${round}`).toMatch(/^pass\./);
    seen.set(code, (seen.get(code) ?? 0) + 1);
  }
  // The mutations reach every layer of the decoder.
  for (const code of ["pass.tooLarge", "pass.notAPass", "pass.badBase45", "pass.badCbor", "pass.badShape", "pass.badSignature"]) {
    expect(seen.get(code), code).toBeGreaterThan(100);
  }
});

function mutated(good: Uint8Array, below: (limit: number) => number): string {
  const bytes = Buffer.from(good);
  switch (below(7)) {
    case 0:
      return String.fromCharCode(...Array.from({ length: below(1200) }, () => 32 + below(96)));
    case 1:
      return CREDENTIAL_PREFIX + encodeBase45(Uint8Array.from({ length: below(800) }, () => below(256)));
    case 2:
      return TEXT.slice(0, below(TEXT.length)) + TEXT.slice(below(TEXT.length));
    case 3:
      return CREDENTIAL_PREFIX + Array.from({ length: below(300) }, () => "AG1:%é"[below(6)]).join("");
    case 4:
      bytes.copy(bytes, below(bytes.length), below(bytes.length), below(bytes.length));
      return CREDENTIAL_PREFIX + encodeBase45(bytes);
    case 5:
      return CREDENTIAL_PREFIX + encodeBase45(Buffer.alloc(1 + below(650), [0x81, 0x9f, 0xbf, 0xa1, 0xd8, 0x5f][below(6)]));
    default:
      bytes[below(bytes.length)] = below(256);
      return CREDENTIAL_PREFIX + encodeBase45(bytes);
  }
}
