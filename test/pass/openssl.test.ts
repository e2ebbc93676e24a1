/** The golden passes, read by hand from the specification's text and judged by OpenSSL's command line; then by our decoders. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Algorithm, HolderAlgorithm } from "#protocol/crypto.ts";
import { type Challenge, decodeChallenge, encodeChallenge } from "#protocol/pass/challenge.ts";
import type { PassWishes } from "#protocol/pass/claims.ts";
import { decodeCredential } from "#protocol/pass/credential.ts";
import { decodeGrant, type Grant } from "#protocol/pass/grant.ts";
import { parseResponse, verifyResponse } from "#protocol/pass/response.ts";
import { type TrustFile, trustFromFile } from "#protocol/trust/trustFile.ts";
import { base45, byteStringOf, holderSpki, opensslVerifies, signedParts } from "#test/pass/byHand.ts";

interface CredentialVector {
  algorithm: Algorithm;
  keyId: string;
  holderAlgorithm: HolderAlgorithm;
  holderPublicKeyHex: string;
  handle: string;
  text: string;
}

interface ResponseVector {
  holderAlgorithm: HolderAlgorithm;
  holderPublicKeyHex: string;
  credential: string;
  wishes: PassWishes;
  text: string;
}

type GrantVector = Grant & { algorithm: Algorithm; keyId: string; text: string };

const { trust, credentials } = vector<{ trust: TrustFile; credentials: CredentialVector[] }>("credentials");
const { challenge, responses } = vector<{ challenge: Challenge & { text: string }; responses: ResponseVector[] }>("responses");
const { trust: grantTrust, grants } = vector<{ trust: TrustFile; grants: GrantVector[] }>("grants");
const ONE_MORE = Buffer.of(0);

function vector<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../../protocol/vectors/pass/${name}.json`), "utf8")) as T;
}

function platformKey(keyId: string): Buffer {
  return Buffer.from(trust.keyset?.keyset.keys.find(({ id }) => id === keyId)?.publicKey ?? "", "base64");
}

describe.each(credentials)("a credential by $algorithm for a holder with $holderAlgorithm", (credential) => {
  const { algorithm, keyId, text, holderAlgorithm, holderPublicKeyHex, ...claims } = credential;

  test("openssl verifies the signature over the Sig_structure", () => {
    const { header, signature, signed } = signedParts(base45(text.slice("AG1:".length)));
    const message = signed(Buffer.from("arcgate-credential/1", "ascii"));
    expect(header.includes(Buffer.from(keyId))).toBe(true);
    expect(opensslVerifies(algorithm, platformKey(keyId), message, signature)).toBe(true);
    expect(opensslVerifies(algorithm, platformKey(keyId), Buffer.concat([message, ONE_MORE]), signature)).toBe(false);
  });

  test("decodes to the vector's members", () => {
    const { holderKey, ...decoded } = decodeCredential(text, trustFromFile(trust));
    expect(decoded).toEqual(claims);
    expect([holderKey.algorithm, Buffer.from(holderKey.publicKey).toString("hex")]).toEqual([holderAlgorithm, holderPublicKeyHex]);
  });
});

/** By the table of the specification: nothing else has these claims. */
function challengeByHand({ device, nonce, counter, bootId }: Challenge): Buffer {
  const boot = Buffer.alloc(5);
  boot.writeUInt8(0x1a);
  boot.writeUInt32BE(bootId, 1);
  return Buffer.concat([
    Buffer.from("a5" + "0101" + "0254", "hex"),
    Buffer.from(device, "ascii"),
    Buffer.from(`0350${nonce}`, "hex"),
    Buffer.from([4, counter, 5]),
    boot,
  ]);
}

test("the challenge is what the table says", () => {
  const { text, ...claims } = challenge;
  expect(base45(text.slice("AG1C:".length))).toEqual(challengeByHand(challenge));
  expect(decodeChallenge(text)).toEqual(claims);
  expect(encodeChallenge(claims)).toBe(text);
});

describe.each(responses)("a response of a holder with $holderAlgorithm", (response) => {
  const { holderAlgorithm, holderPublicKeyHex, credential, wishes, text } = response;

  test("openssl verifies the holder's signature over domain tag, challenge and wishes", () => {
    const { header, payload, signature, signed } = signedParts(base45(text.slice("AG1R:".length)));
    expect(header.toString("hex")).toBe({ ed25519: "a10127", es256: "a10126", sm2: "a1013a00010000" }[holderAlgorithm]);
    const ofCredential = byteStringOf(base45(credential.slice("AG1:".length)));
    expect(payload.subarray(1, 4 + ofCredential.length).toString("hex")).toBe(`010102${ofCredential.toString("hex")}`);
    const key = holderSpki(holderAlgorithm, holderPublicKeyHex);
    const tag = Buffer.from("arcgate-response/1", "ascii");
    const message = signed(Buffer.concat([tag, challengeByHand(challenge)]));
    expect(opensslVerifies(holderAlgorithm, key, message, signature)).toBe(true);
    const another = signed(Buffer.concat([tag, challengeByHand({ ...challenge, counter: challenge.counter + 1 })]));
    expect(opensslVerifies(holderAlgorithm, key, another, signature)).toBe(false);
  });

  test("verifies to the vector's members", () => {
    const { text: _text, ...asked } = challenge;
    const verified = verifyResponse(parseResponse(text), asked, trustFromFile(trust));
    expect(verified.wishes).toEqual(wishes);
    expect(verified.credential).toEqual(decodeCredential(credential, trustFromFile(trust)));
  });
});

describe.each(grants)("a grant by $algorithm", (grant) => {
  const { algorithm, keyId, text, ...claims } = grant;

  test("openssl verifies the signature over the Sig_structure", () => {
    const { signature, signed } = signedParts(base45(text.slice("AG1G:".length)));
    const message = signed(Buffer.from("arcgate-grant/1", "ascii"));
    expect(opensslVerifies(algorithm, platformKey(keyId), message, signature)).toBe(true);
    expect(opensslVerifies(algorithm, platformKey(keyId), signed(Buffer.from("arcgate-credential/1", "ascii")), signature)).toBe(false);
  });

  test("decodes to the vector's members", () => {
    expect(decodeGrant(text, trustFromFile(grantTrust))).toEqual(claims);
  });
});
