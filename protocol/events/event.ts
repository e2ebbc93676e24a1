import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";

export const LANES = ["legal", "telemetry"] as const;
export type Lane = (typeof LANES)[number];

/** Hash before the first event of a chain. */
export const GENESIS: HexDigest = "0".repeat(64);

/** When, as far as the device knows: `latestMs` is null while it has no upper bound. UTC in ms since 1970. */
export interface EventTime {
  /** Monotonic, since the agent's boot `epoch` began. */
  monoMs: number;
  earliestMs: number;
  latestMs: number | null;
}

/** One fact of one machine. The key is (device, lane, chain, seq). */
export interface EventHeader {
  device: string;
  lane: Lane;
  /** Boot epoch in which this journal began; a new one after a lost journal. */
  chain: number;
  /** Boot epoch of the agent. */
  epoch: number;
  /** From 1, without gaps, over all epochs of the chain. */
  seq: number;
  kind: number;
  session: number | null;
  time: EventTime;
  /** SHA-256 of the payload's canonical JSON. */
  digest: HexDigest;
  /** Hash of the event before it in the lane; GENESIS for seq 1. */
  prev: HexDigest;
}

/**
 * SHA-256 over the header's canonical text: a JSON array in the order of the specification. Every number is finite, and no text holds
 * anything that JSON escapes: so the array is spelled out, in a third of the time that a printer of JSON takes.
 */
export function hashHeader(header: EventHeader): HexDigest {
  const { device, lane, chain, epoch, seq, kind, session, time, digest, prev } = header;
  const { monoMs, earliestMs, latestMs } = time;
  const numbers = `${chain},${epoch},${seq},${kind},${session},${monoMs},${earliestMs},${latestMs}`;
  return sha256Hex(`["arcgate-event/1","${device}","${lane}",${numbers},"${digest}","${prev}"]`);
}
