/** What the platform signs on the way down, and how each is checked. Every text is bound to the device: the broker is not trusted. */
import { type KeyPurpose, type TrustStore, type Verified, verifySignature } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import type { Lane } from "#protocol/events/event.ts";
import type { Ack, Command, Signature, TimeReply } from "#protocol/events/messages.ts";
import { bytesFromBase64 } from "#protocol/trust/base64.ts";

interface PlatformTime {
  utcMs: number;
  uncertaintyMs: number;
}

/** Everything of the stream up to `upTo` is safe at the platform; `hash` is the chain's hash there. */
export interface Watermark {
  device: string;
  lane: Lane;
  chain: number;
  upTo: number;
  hash: string;
}

export function timeText(device: string, nonce: string, { utcMs, uncertaintyMs }: PlatformTime): Uint8Array {
  return utf8(`arcgate-time/1\n${device}\n${nonce}\n${utcMs}\n${uncertaintyMs}`);
}

export function watermarkText({ device, lane, chain, upTo, hash }: Watermark): Uint8Array {
  return utf8(`arcgate-watermark/1\n${device}\n${lane}\n${chain}\n${upTo}\n${hash}`);
}

export function commandText(command: Command["command"]): Uint8Array {
  return utf8(`arcgate-command/1\n${canonicalJson(command)}`);
}

/** `nonce` is the one that was sent. Throws `trust.staleNonce`, `trust.unknownKey`, `trust.badSignature`. */
export function verifyTime(trust: TrustStore, device: string, nonce: string, reply: TimeReply): Verified<PlatformTime> {
  if (reply.nonce !== nonce) throw new CodedError("trust.staleNonce");
  const time: PlatformTime = { utcMs: reply.utcMs, uncertaintyMs: reply.uncertaintyMs };
  return verified(trust, "time", reply.signature, timeText(device, nonce, time), time);
}

/** Throws `trust.unknownKey`, `trust.badSignature`. */
export function verifyWatermark(
  trust: TrustStore,
  stream: { device: string; lane: Lane; chain: number },
  watermark: NonNullable<Ack["watermark"]>,
): Verified<Watermark> {
  const fact: Watermark = {
    device: stream.device,
    lane: stream.lane,
    chain: stream.chain,
    upTo: watermark.upTo,
    hash: watermark.hash,
  };
  return verified(trust, "watermark", watermark.signature, watermarkText(fact), fact);
}

/** Its age is for the caller, who knows the time. Throws `trust.otherDevice`, `trust.unknownKey`, `trust.badSignature`. */
export function verifyCommand(trust: TrustStore, device: string, message: Command): Verified<Command["command"]> {
  if (message.command.device !== device) throw new CodedError("trust.otherDevice", message.command.device);
  return verified(trust, "command", message.signature, commandText(message.command), message.command);
}

function verified<T>(trust: TrustStore, purpose: KeyPurpose, signature: Signature, message: Uint8Array, fact: T): Verified<T> {
  const { algorithm, keyId, value } = signature;
  const verdict = verifySignature(trust, purpose, { algorithm, keyId, value: bytesFromBase64(value) }, message, fact);
  if (!verdict.ok) throw new CodedError(`trust.${verdict.fault}`, `${purpose}, key ${keyId}`);
  return verdict.fact;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
