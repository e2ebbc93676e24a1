/** Known answers of the standards, against the primitives that the product works with. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createTrustStore, digestOf, verifySignature, vouchedFor } from "#protocol/crypto.ts";
import { parseHolderSign1, verifyHolderSign1 } from "#protocol/pass/coseSign1.ts";
import { sm2Z } from "#simulator/sm2Z.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const ED25519_SPKI = "302a300506032b6570032100";
const SM2_SPKI = "3059301306072a8648ce3d020106082a811ccf5501822d03420004";

describe("SM3, GM/T 0004-2012, appendix A", () => {
  test.each([
    ["abc", "66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0"],
    ["abcd".repeat(16), "debe9ff9 2275b8a1 38604889 c18e5a4d 6fdb70e5 387e5765 293dcba3 9c0c5732"],
  ])("%s", (message, digest) => {
    expect(hexOf(digestOf("sm2", Buffer.from(message)))).toBe(hexOf(hex(digest)));
  });
});

describe("SM2, GM/T 0003.5-2012, appendix A.2: a signature on the recommended curve", () => {
  const message = Buffer.from("message digest");
  const point = hex(
    "09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020" +
      "CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13",
  );
  const r = "F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3";
  const s = "B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA";
  /** Both numbers begin with a bit that would make them negative. */
  const value = Buffer.concat([hex("3046 0221 00"), hex(r), hex("0221 00"), hex(s)]);
  const spki = Buffer.concat([hex(SM2_SPKI), point]);
  const trust = createTrustStore([{ id: "annex", algorithm: "sm2", publicKeySpki: spki, purposes: ["command"] }]);
  const isGood = (signed: Uint8Array, signature: Uint8Array) =>
    verifySignature(trust, "command", { algorithm: "sm2", keyId: "annex", value: signature }, signed, null).ok;

  test("Z and e are the standard's", () => {
    const z = sm2Z(point);
    expect(hexOf(z)).toBe(hexOf(hex("B2E14C5C 79C6DF5B 85F4FE7E D8DB7A26 2B9DA7E0 7CCB0EA9 F4747B8C CDA8A4F3")));
    const e = "F0B43E94 BA45ACCA ACE692ED 534382EB 17E6AB5A 19CE7B31 F4486FDF C0D28640";
    expect(hexOf(digestOf("sm2", z, message))).toBe(hexOf(hex(e)));
  });

  test("the signature holds, and not with one bit of r, s or the message changed", () => {
    expect(isGood(message, value)).toBe(true);
    for (const at of [10, 36, 45, 71]) {
      const flipped = Buffer.from(value);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(isGood(message, flipped), `byte ${at}`).toBe(false);
    }
    expect(isGood(Buffer.from("message digesu"), value)).toBe(false);
  });
});

describe("SM4, GM/T 0002-2012, appendix A; of the platform's cryptography, no object of the specification uses it", () => {
  const key = hex("01234567 89abcdef fedcba98 76543210");

  test("one block, and back", () => {
    const cipher = createCipheriv("sm4-ecb", key, null).setAutoPadding(false);
    const block = cipher.update(key);
    expect(hexOf(block)).toBe("681edf34d206965e86b3e94f536e4246");
    expect(createDecipheriv("sm4-ecb", key, null).setAutoPadding(false).update(block)).toEqual(key);
  });

  test("a million times over", () => {
    // CBC over zeros enciphers each block's result again.
    const chained = createCipheriv("sm4-cbc", key, key).setAutoPadding(false);
    expect(hexOf(chained.update(Buffer.alloc(16_000_000)).subarray(-16))).toBe("595298c7c6fd271f0402f804c33d3f66");
  });
});

describe("Ed25519, RFC 8032, 7.1", () => {
  test.each([
    [
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
  ])("key %s", (publicKey, message, signature) => {
    const publicKeySpki = hex(ED25519_SPKI + publicKey);
    const trust = createTrustStore([{ id: "rfc", algorithm: "ed25519", publicKeySpki, purposes: ["command"] }]);
    const isGood = (signed: Uint8Array) =>
      verifySignature(trust, "command", { algorithm: "ed25519", keyId: "rfc", value: hex(signature) }, signed, null).ok;
    expect([isGood(hex(message)), isGood(hex(`${message}00`))]).toEqual([true, false]);
  });
});

describe("COSE_Sign1, RFC 9052, C.2.1, and the working group's example with external_aad", () => {
  /** Key "11" of the RFC, compressed: its y is even. */
  const publicKey = hex("02 bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff");
  const key = vouchedFor({ algorithm: "es256" as const, publicKey });
  const signed: [string, string, string][] = [
    [
      "C.2.1",
      "",
      "8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36",
    ],
    [
      "sign-pass-02",
      "11aa22bb33cc44dd55006699",
      "10729cd711cb3813d8d8e944a8da7111e7b258c9bdca6135f7ae1adbee9509891267837e1e33bd36c150326ae62755c6bd8e540c3e8f92d7d225e8db72b8820b",
    ],
  ];
  const content = Buffer.from("This is the content.");

  // The RFC's object names the key in the unprotected header, which ours must leave empty; it is not signed.
  test.each(signed)("%s", (_name, aad, signature) => {
    const bytes = Buffer.concat([hex("84 43a10126 a0 54"), content, hex("5840"), hex(signature)]);
    const object = parseHolderSign1(bytes);
    expect(Buffer.from(object.payload)).toEqual(content);
    expect(verifyHolderSign1(key, hex(aad), object, "fact")).toBe("fact");
    expect(() => verifyHolderSign1(key, hex(`${aad}00`), object, "fact")).toThrow("pass.badHolderSignature");
  });
});
