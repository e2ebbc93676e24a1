/** An event's place in the chain. */
import type { NewEvent } from "#agent/ports.ts";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { hashHeader } from "#protocol/events/event.ts";

/** A numbered event with its place in the chain. */
export interface SealedEvent {
  event: NewEvent;
  seq: number;
  payloadText: string;
  hash: HexDigest;
}

export function seal(
  event: NewEvent,
  payloadText: string,
  place: { epoch: number; chain: number; seq: number; prev: HexDigest },
): SealedEvent {
  const { device, lane, kind, session, time } = event;
  const { epoch, chain, seq, prev } = place;
  const digest = sha256Hex(payloadText);
  return { event, seq, payloadText, hash: hashHeader({ device, lane, chain, epoch, seq, kind, session, time, digest, prev }) };
}
