import { describe, expect, test } from "vitest";
import { createTrustStore } from "#protocol/crypto.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";
import { decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { encodeSign1, parseSign1 } from "#protocol/pass/coseSign1.ts";
import { decodeGrant, encodeGrant, type Grant } from "#protocol/pass/grant.ts";
import { coseSigner, seededRandom, testTrust, trustedKey } from "#test/list/fixtures.ts";
import { bitFlips, codeOf, mutated } from "#test/pass/flips.ts";
import { DEVICE, HANDLE, phoneOf, responseOf, WISHES } from "#test/pass/passes.ts";

const TRUST = testTrust();
const GRANT: Grant = {
  device: DEVICE,
  handle: HANDLE,
  id: "0102030405060708",
  categories: 1,
  counter: 9,
  nonce: "1112131415161718",
  notBeforeS: 1_795_305_600,
  expiryS: 1_795_305_660,
  wishes: { ...WISHES, place: { latE5: 3_618_600, lonE5: 11_676_300 } },
};
const TEXT = encodeGrant(GRANT, coseSigner("ed25519"));

function judge(text: string, trust = TRUST): ErrorCode | "accepted" {
  return codeOf(() => decodeGrant(text, trust));
}

describe.each(["ed25519", "sm2"] as const)("signed with %s", (algorithm) => {
  const text = encodeGrant(GRANT, coseSigner(algorithm));

  test("comes back as it was, in at most 210 bytes", () => {
    expect(decodeGrant(text, TRUST)).toEqual(GRANT);
    expect(decodeBase45(text.slice("AG1G:".length)).length).toBeLessThanOrEqual(210);
  });

  test("no single bit of it can be changed", () => {
    const accepted = [...bitFlips("AG1G:", text)].filter((flip) => judge(flip.text) === "accepted");
    expect(accepted).toEqual([]);
  });
});

test("a key that is not trusted, or not for grants", () => {
  expect(judge(TEXT, createTrustStore([]))).toBe("pass.unknownKey");
  const others = ["list", "credential", "time", "watermark", "command"] as const;
  expect(judge(TEXT, createTrustStore([trustedKey("ed25519", { purposes: others })]))).toBe("pass.unknownKey");
});

test("a response is no grant, and a payload signed for another domain neither", () => {
  expect(judge(responseOf(phoneOf("ed25519")).replace("AG1R:", "AG1G:"))).toBe("pass.badShape");
  const { payload } = parseSign1(decodeBase45(TEXT.slice(5)));
  const elsewhere = encodeSign1("arcgate-credential/1", payload, coseSigner("ed25519"));
  expect(judge(`AG1G:${encodeBase45(elsewhere)}`)).toBe("pass.badSignature");
});

describe("claims that the table does not allow are refused though they are signed", () => {
  const { payload } = parseSign1(decodeBase45(TEXT.slice(5)));

  test.each<[string, number, unknown]>([
    ["another version", 1, 2],
    ["a device of 19 characters", 2, Buffer.from(DEVICE.slice(1))],
    ["a device in small letters", 2, Buffer.from(DEVICE.toLowerCase())],
    ["a short handle", 3, Buffer.alloc(15)],
    ["a long id", 4, Buffer.alloc(9)],
    ["categories beyond a byte", 5, 256],
    ["counter 0", 6, 0],
    ["a nonce as text", 7, "11121314"],
    ["a begin before 1970", 8, -1],
    ["an end beyond 32 bits", 9, 2 ** 32],
    ["an unknown purpose", 20, 3],
    ["no time at all", 21, 0],
    ["a fraction of a version", 22, 0.5],
    ["a place beyond the pole", 23, [9_000_001, 0]],
    ["a place of three numbers", 23, [0, 0, 0]],
    ["a member too many", 24, 0],
  ])("%s", (_name, label, value) => {
    const claims = new Map(decodeCbor(payload) as Map<number, unknown>).set(label, value);
    expect(judge(`AG1G:${encodeBase45(encodeSign1("arcgate-grant/1", encodeCbor(claims), coseSigner("ed25519")))}`)).toBe("pass.badShape");
  });

  test.each([1, 6, 21])("without member %i", (label) => {
    const claims = new Map(decodeCbor(payload) as Map<number, unknown>);
    claims.delete(label);
    expect(judge(`AG1G:${encodeBase45(encodeSign1("arcgate-grant/1", encodeCbor(claims), coseSigner("ed25519")))}`)).toBe("pass.badShape");
  });
});

test("10,000 mutated grants: a coded error each, no false accept", () => {
  const seed = 0x96a7;
  const random = seededRandom(seed);
  for (let round = 0; round < 10_000; round += 1) {
    const text = mutated("AG1G:", TEXT, (limit) => Math.floor(random() * limit));
    if (text !== TEXT) expect(judge(text), `seed ${seed}, round ${round}`).toMatch(/^pass\./);
  }
});
