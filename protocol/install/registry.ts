/** What an installer's tool and the platform's registry say to each other. Specification: README "Installation". */
import { z } from "zod";
import { type HolderKey, sha256Hex, type TrustStore, type Verified, verifyHolder, verifySignature } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { bytesFromBase64 } from "#protocol/trust/base64.ts";

/** Nobody reads more of a request or an answer. */
export const REGISTRY_MAX_BYTES = 256 * 1024;

const installer = z.string().regex(/^[0-9a-f]{16}$/);
const device = z.string().regex(/^[0-9A-Z]{20}$/);
const uid = z.string().regex(/^[0-9a-f]{24}$/);
const issue = z.number().int().min(0).max(0xffff_ffff);
const brokerUrl = z.string().max(256).nullable();
const certificate = z.string().max(8192);

export const RegistryRequest = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("reserve"),
    installer,
    uid,
    /** Of the code that is wanted; a chip that has one already keeps it, whatever these say. */
    division: z.string().regex(/^\d{6}$/),
    process: z.string().regex(/^[A-Z]$/),
    maker: z.string().regex(/^[0-9A-Z]{4}$/),
    /** A code that was given out elsewhere, on a label that is printed already; null: the registry gives the next. */
    device: device.nullable(),
  }),
  z.strictObject({ do: z.literal("register"), installer, voucher: z.string().max(1024) }),
  z.strictObject({ do: z.literal("report"), installer, device, report: z.record(z.string(), z.unknown()) }),
  z.strictObject({ do: z.literal("ask"), installer, device }),
]);
export type RegistryRequest = z.infer<typeof RegistryRequest>;

export const SignedRequest = z.strictObject({
  v: z.literal(1),
  request: RegistryRequest,
  /** The installer's, Ed25519, base64. */
  signature: z.base64().length(88),
});
export type SignedRequest = z.infer<typeof SignedRequest>;

export const RegistryAnswer = z.discriminatedUnion("do", [
  /** `issueAbove`: the highest issue that was registered for the chip; 0: none. */
  z.strictObject({ do: z.literal("reserve"), device, issueAbove: issue }),
  z.strictObject({ do: z.literal("register"), device, certificate, brokerUrl }),
  /** `digest`: SHA-256 of the report's canonical JSON, which is kept. */
  z.strictObject({ do: z.literal("report"), device, digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({
    do: z.literal("ask"),
    device,
    /** Null: never heard of. `certificate` is null while the code is only reserved. */
    known: z.strictObject({ uid, issue, certificate: certificate.nullable(), brokerUrl, reports: z.number().int().min(0) }).nullable(),
  }),
  z.strictObject({ do: z.literal("refused"), code: z.string().max(64), detail: z.string().max(256) }),
]);
export type RegistryAnswer = z.infer<typeof RegistryAnswer>;

const SignedAnswer = z.strictObject({
  v: z.literal(1),
  answer: RegistryAnswer,
  signature: z.strictObject({ algorithm: z.enum(["ed25519", "sm2"]), keyId: z.string().max(32), value: z.base64().max(256) }),
});
export type SignedAnswer = z.infer<typeof SignedAnswer>;

/** What the installer signs. */
export function requestText(request: RegistryRequest): Uint8Array {
  return utf8(`arcgate-registry/1\n${canonicalJson(request)}`);
}

/** What the platform signs: an answer to this request and no other. */
export function answerText(request: RegistryRequest, answer: RegistryAnswer): Uint8Array {
  return utf8(`arcgate-registry-answer/1\n${sha256Hex(requestText(request))}\n${canonicalJson(answer)}`);
}

/** `installerKey`: by the platform's own record. Throws `provision.badRequest`. */
export function verifyRequest({ request, signature }: SignedRequest, installerKey: Verified<HolderKey>): Verified<RegistryRequest> {
  const verified = verifyHolder(installerKey, bytesFromBase64(signature), requestText(request), request);
  if (!verified) throw new CodedError("provision.badRequest", "signature");
  return verified;
}

/** Throws `provision.badAnswer` for what is no answer of the platform to this request. */
export function readAnswer(content: unknown, request: RegistryRequest, trust: TrustStore): Verified<RegistryAnswer> {
  const parsed = SignedAnswer.safeParse(content);
  if (!parsed.success) throw new CodedError("provision.badAnswer", "shape");
  const { answer, signature } = parsed.data;
  const { algorithm, keyId, value } = signature;
  const detached = { algorithm, keyId, value: bytesFromBase64(value) };
  const verdict = verifySignature(trust, "device", detached, answerText(request, answer), answer);
  if (!verdict.ok) throw new CodedError("provision.badAnswer", `${verdict.fault}, key ${keyId}`);
  return verdict.fact;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
