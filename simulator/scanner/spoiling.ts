import type { Random } from "#simulator/chip/plant/random.ts";
import type { Spoiling } from "#simulator/scanner/control.ts";

/** Bytes that go out at once, and the pause after them. */
export interface Piece {
  bytes: Uint8Array;
  pauseMs: number;
}

const LONG_CHARACTERS = 4_096;
const PIECE_MOST_BYTES = 7;
/** Below the pause that ends a text. */
const PIECE_PAUSE_MOST_MS = 8;

/** A code as it goes out on the line. */
export function piecesOf(text: string, tail: Uint8Array, how: Spoiling, random: Random): Piece[] {
  const code = Buffer.from(text, "utf8");
  switch (how) {
    case "none":
      return whole(code, tail);
    case "unended":
      return whole(code);
    case "glued":
      return whole(code, tail, code, tail);
    case "long":
      return whole(Buffer.alloc(LONG_CHARACTERS, code), tail);
    case "split":
      return split(Buffer.concat([code, tail]), random);
  }
}

function whole(...parts: Uint8Array[]): Piece[] {
  return [{ bytes: Buffer.concat(parts), pauseMs: 0 }];
}

function split(bytes: Uint8Array, random: Random): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random.integer(1, PIECE_MOST_BYTES);
    pieces.push({ bytes: bytes.subarray(at, at + length), pauseMs: random.integer(0, PIECE_PAUSE_MOST_MS) });
    at += length;
  }
  return pieces;
}
