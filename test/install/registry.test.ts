/** The registry's messages: the golden ones, and answers that are not to be believed. */
import { expect, test } from "vitest";
import { createTrustStore, vouchedFor } from "#protocol/crypto.ts";
import { answerText, readAnswer, requestText, SignedRequest, verifyRequest } from "#protocol/install/registry.ts";
import { deviceCodeOf, OFFLINE_SERIALS, offlineSerial } from "#protocol/install/serials.ts";
import golden from "#protocol/vectors/install/registry.json" with { type: "json" };
import { codeOf } from "#test/pass/flips.ts";

const signed = SignedRequest.parse(golden.signedRequest);
const key = vouchedFor({ algorithm: "ed25519" as const, publicKey: new Uint8Array(Buffer.from(golden.installerPublicKeyHex, "hex")) });
const platformKey = {
  id: golden.platformKeyId,
  algorithm: "ed25519" as const,
  publicKeySpki: new Uint8Array(Buffer.from(golden.platformKeySpkiHex, "hex")),
};
const trust = createTrustStore([{ ...platformKey, purposes: ["device"] }]);

test("the golden request and its answer", () => {
  expect(Buffer.from(requestText(signed.request)).toString()).toBe(golden.requestText);
  expect(verifyRequest(signed, key)).toEqual(golden.signedRequest.request);
  const answer = readAnswer(golden.signedAnswer, signed.request, trust);
  expect(Buffer.from(answerText(signed.request, answer)).toString()).toBe(golden.answerText);
});

test("a request of somebody else is refused", () => {
  const changed = { ...signed, request: { ...signed.request, uid: "ff".repeat(12) } } as SignedRequest;
  expect(codeOf(() => verifyRequest(changed, key))).toBe("provision.badRequest");
});

test.each([
  [
    "to another request",
    () => readAnswer(golden.signedAnswer, { do: "ask", installer: "0".repeat(16), device: "370983ZTEST00000001E" }, trust),
  ],
  [
    "that was changed",
    () => readAnswer({ ...golden.signedAnswer, answer: { ...golden.signedAnswer.answer, issueAbove: 1 } }, signed.request, trust),
  ],
  [
    "by a key for something else",
    () => readAnswer(golden.signedAnswer, signed.request, createTrustStore([{ ...platformKey, purposes: ["list"] }])),
  ],
  ["without a shape", () => readAnswer({ answer: 1 }, signed.request, trust)],
])("an answer %s is not believed", (_, read) => expect(codeOf(read)).toBe("provision.badAnswer"));

test("serials of installers' blocks are told from the registry's own", () => {
  const parts = { division: "370983", process: "Z", maker: "TEST" };
  expect(deviceCodeOf(parts, 1)).toBe("370983ZTEST00000001E");
  expect(offlineSerial(deviceCodeOf(parts, 1))).toBeUndefined();
  expect(offlineSerial(deviceCodeOf(parts, OFFLINE_SERIALS.from + 7))).toBe(OFFLINE_SERIALS.from + 7);
  expect(codeOf(() => offlineSerial("370983ZTEST00000001X"))).toBe("codes.badDeviceCheck");
});
