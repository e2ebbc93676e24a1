import { HANDLE_BYTES } from "#protocol/list/layout.ts";

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Order of two 16-byte handles as big-endian numbers: negative, zero or positive. */
export function compareHandles(left: DataView, leftOffset: number, right: DataView, rightOffset: number): number {
  for (let at = 0; at < HANDLE_BYTES; at += 4) {
    const difference = left.getUint32(leftOffset + at) - right.getUint32(rightOffset + at);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function allZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** `text` is an even number of hex digits. */
export function bytesOfHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16);
  return bytes;
}
