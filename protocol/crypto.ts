/** The only file of the protocol that may import node:crypto: it hashes, authenticates, verifies. */
import { createHmac, hash, timingSafeEqual } from "node:crypto";

export type HexDigest = string;

/** SHA-256 of bytes or of text as UTF-8, in lower-case hex. */
export function sha256Hex(data: Uint8Array | string): HexDigest {
  return hash("sha256", data, "hex");
}

/** Link MAC, algorithm 1: HMAC-SHA-256 over tag ‖ parts, cut to its first 8 bytes. */
export function linkMac(key: Uint8Array, tag: string, ...parts: Uint8Array[]): Uint8Array {
  const mac = createHmac("sha256", key).update(tag, "ascii");
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest().subarray(0, 8));
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
