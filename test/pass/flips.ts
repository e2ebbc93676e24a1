import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";

export function codeOf(open: () => unknown): ErrorCode | "accepted" {
  try {
    open();
    return "accepted";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

/** The text with each single bit of its bytes flipped, one after another. */
export function* bitFlips(prefix: string, text: string): Generator<{ bit: number; text: string }> {
  const bytes = decodeBase45(text.slice(prefix.length));
  for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
    const changed = Uint8Array.from(bytes);
    changed[bit >>> 3] = (changed[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    yield { bit, text: prefix + encodeBase45(changed) };
  }
}

/** A text of the wanted prefix that was damaged in one of many ways. `below(n)` is a random whole number from 0 to n − 1. */
export function mutated(prefix: string, text: string, below: (limit: number) => number): string {
  const bytes = Buffer.from(decodeBase45(text.slice(prefix.length)));
  switch (below(6)) {
    case 0:
      return String.fromCharCode(...Array.from({ length: below(1200) }, () => 32 + below(96)));
    case 1:
      return prefix + encodeBase45(Uint8Array.from({ length: below(800) }, () => below(256)));
    case 2:
      bytes.copy(bytes, below(bytes.length), below(bytes.length), below(bytes.length));
      return prefix + encodeBase45(bytes);
    case 3:
      return prefix + encodeBase45(Buffer.alloc(1 + below(650), [0x81, 0x9f, 0xbf, 0xa1, 0xd8, 0x5f][below(6)]));
    case 4:
      return prefix + encodeBase45(bytes.subarray(0, below(bytes.length)));
    default:
      bytes[below(bytes.length)] = below(256);
      return prefix + encodeBase45(bytes);
  }
}
