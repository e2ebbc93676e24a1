import { describe, expect, test } from "vitest";
import { createTrustStore, HOLDER_ALGORITHMS } from "#protocol/crypto.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { decodeBase45 } from "#protocol/pass/base45.ts";
import { type Challenge, decodeChallenge, encodeChallenge, markOf } from "#protocol/pass/challenge.ts";
import type { PassWishes } from "#protocol/pass/claims.ts";
import { encodeResponse, parseResponse, verifyResponse } from "#protocol/pass/response.ts";
import { seededRandom, testTrust, trustedKey } from "#test/list/fixtures.ts";
import { bitFlips, codeOf, mutated } from "#test/pass/flips.ts";
import { CHALLENGE, credentialOf, phoneOf, responseOf, WISHES } from "#test/pass/passes.ts";

const TRUST = testTrust();
const PLACED: PassWishes = { purpose: "guard", maxSessionS: 1, checklistVersion: 0, place: { latE5: 3_618_600, lonE5: -1 } };

function judge(text: string, challenge = CHALLENGE): ErrorCode | "accepted" {
  return codeOf(() => verifyResponse(parseResponse(text), challenge, TRUST));
}

describe.each(HOLDER_ALGORITHMS)("a phone with %s", (algorithm) => {
  const phone = phoneOf(algorithm);

  test.each([WISHES, PLACED])("signs what it wants, and it comes back: $purpose", (wishes) => {
    const text = responseOf(phone, CHALLENGE, wishes);
    const response = parseResponse(text);
    expect(response.mark).toEqual(markOf(CHALLENGE));
    const { credential, challenge, wishes: signed } = verifyResponse(response, CHALLENGE, TRUST);
    expect([challenge, signed, credential.holderKey]).toEqual([CHALLENGE, wishes, phone.holderKey]);
  });

  test("fits a QR code of version 13-M, in its alphanumeric mode", () => {
    const text = responseOf(phone, CHALLENGE, PLACED);
    expect(text).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
    expect(decodeBase45(text.slice("AG1R:".length)).length).toBeGreaterThan(240);
    expect(text.length).toBeLessThanOrEqual(483);
  });

  test("no single bit of its response can be changed, in the credential neither", () => {
    const accepted = [...bitFlips("AG1R:", responseOf(phone))].filter(({ text }) => judge(text) === "accepted");
    expect(accepted).toEqual([]);
  });

  test("answers one challenge: with any bit of it changed the signature does not hold", () => {
    const response = parseResponse(responseOf(phone));
    const others: Challenge[] = [
      { ...CHALLENGE, device: "370983ZTEST00000002C" },
      { ...CHALLENGE, nonce: `${CHALLENGE.nonce.slice(0, 31)}b` },
      { ...CHALLENGE, counter: CHALLENGE.counter + 1 },
      { ...CHALLENGE, bootId: CHALLENGE.bootId + 1 },
    ];
    const codes = others.map((challenge) => codeOf(() => verifyResponse(response, challenge, TRUST)));
    expect(codes).toEqual(others.map(() => "pass.badHolderSignature"));
  });
});

test("a borrowed certificate: another phone's signature under it is refused, of the same kind and of another", () => {
  const credential = credentialOf(phoneOf("es256"));
  for (const thief of [phoneOf("es256", 2), phoneOf("ed25519"), phoneOf("sm2")]) {
    expect(judge(encodeResponse(credential, CHALLENGE, WISHES, thief.signer))).toBe("pass.badHolderSignature");
  }
});

test("wishes of one response do not go with the signature of another", () => {
  const phone = phoneOf("ed25519");
  const bytes = Buffer.from(decodeBase45(responseOf(phone).slice(5)));
  const longer = Buffer.from(decodeBase45(responseOf(phone, CHALLENGE, { ...WISHES, maxSessionS: 28_800 }).slice(5)));
  bytes.copy(longer, longer.length - 64, bytes.length - 64);
  const { object, ...rest } = parseResponse(responseOf(phone, CHALLENGE, { ...WISHES, maxSessionS: 28_800 }));
  const forged = { ...rest, object: { ...object, signature: longer.subarray(-64) } };
  expect(codeOf(() => verifyResponse(forged, CHALLENGE, TRUST))).toBe("pass.badHolderSignature");
});

test.each(["es256", "sm2"] as const)("a key that is no point of its curve verifies nothing: %s", (algorithm) => {
  const phone = phoneOf(algorithm);
  const off = { ...phone, holderKey: { algorithm, publicKey: Uint8Array.of(2, ...new Uint8Array(32).fill(0xff)) } };
  expect(judge(responseOf(off))).toBe("pass.badHolderSignature");
});

test("a credential that this device does not trust refuses the response", () => {
  const response = parseResponse(responseOf(phoneOf("ed25519")));
  const trust = createTrustStore([trustedKey("ed25519", { purposes: ["grant", "command"] })]);
  expect(codeOf(() => verifyResponse(response, CHALLENGE, trust))).toBe("pass.unknownKey");
});

describe("what is no response", () => {
  const text = responseOf(phoneOf("ed25519"));
  test.each<[string, string, ErrorCode]>([
    ["nothing", "", "pass.notAPass"],
    ["a photograph of a certificate", credentialOf(phoneOf("ed25519")), "pass.bareCredential"],
    ["a link", "https://example.invalid/w/370983", "pass.notAPass"],
    ["a challenge", encodeChallenge(CHALLENGE), "pass.notAPass"],
    ["a challenge under the prefix of a response", encodeChallenge(CHALLENGE).replace("AG1C:", "AG1R:"), "pass.badShape"],
    ["a credential under the prefix of a response", credentialOf(phoneOf("ed25519")).replace("AG1:", "AG1R:"), "pass.badShape"],
    ["too long a text", `${text}${"0".repeat(1024)}`, "pass.tooLarge"],
    ["a character too few", text.slice(0, -1), "pass.badBase45"],
    ["the prefix alone", "AG1R:", "pass.badCbor"],
  ])("%s", (_name, wrong, code) => {
    expect(judge(wrong)).toBe(code);
  });
});

test("20,000 mutated responses and challenges: a coded error each, no false accept", () => {
  const seed = 0x5e5e;
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const response = responseOf(phoneOf("ed25519"));
  const challenge = encodeChallenge(CHALLENGE);
  const seen = new Map<string, number>();
  for (let round = 0; round < 10_000; round += 1) {
    const text = mutated("AG1R:", response, below);
    const code = text === response ? "same" : judge(text);
    expect(code, `seed ${seed}, round ${round}`).not.toBe("accepted");
    seen.set(code, (seen.get(code) ?? 0) + 1);
    const other = mutated("AG1C:", challenge, below);
    const read = codeOf(() => expect(encodeChallenge(decodeChallenge(other))).toBe(other));
    expect(read, `seed ${seed}, round ${round}`).toMatch(/^pass\.|accepted/);
  }
  for (const code of ["pass.tooLarge", "pass.notAPass", "pass.badCbor", "pass.badShape", "pass.badSignature", "pass.badHolderSignature"]) {
    expect(seen.get(code), code).toBeGreaterThan(20);
  }
});
