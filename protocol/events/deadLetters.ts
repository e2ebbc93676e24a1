import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import type { Lane } from "#protocol/events/event.ts";

/** A record that the platform would not take: its number, the platform's code, and the digest of its payload. */
export interface DeadLetter {
  seq: number;
  code: string;
  digest: HexDigest;
}

/** One digest over a lane's dead letters in the order of their numbers: platform and device compare what each calls refused. */
export function deadLettersDigest(stream: { device: string; lane: Lane; chain: number }, letters: readonly DeadLetter[]): HexDigest {
  const lines = letters.map(({ seq, code, digest }) => `\n${seq} ${code} ${digest}`);
  return sha256Hex(`arcgate-dead-letters/1\n${stream.device}\n${stream.lane}\n${stream.chain}${lines.join("")}`);
}
