/**
 * The bootloader in the silicon's own ROM, over a UART with 8 data bits, even parity and 1 stop bit: ST's application note AN3155, which GigaDevice's
 * parts answer to as well. The host speaks first; every step is acknowledged. What is not said here is in protocol/README.md, "Bootloader".
 */
export const SYNC = 0x7f;
export const ACK = 0x79;
export const NACK = 0x1f;

/** Each is sent with its complement after it. */
export const COMMANDS = {
  get: 0x00,
  getVersion: 0x01,
  getId: 0x02,
  readMemory: 0x11,
  go: 0x21,
  writeMemory: 0x31,
  erase: 0x43,
  extendedErase: 0x44,
  writeProtect: 0x63,
  writeUnprotect: 0x73,
  readoutProtect: 0x82,
  readoutUnprotect: 0x92,
} as const;
export type BootCommand = keyof typeof COMMANDS;

/** Read or written at once. */
export const BLOCK_BYTES_MAX = 256;
/** In place of a count of pages: all of them. */
export const ERASE_ALL = 0xff;
export const EXTENDED_ERASE_ALL = 0xffff;

export function commandFrame(command: BootCommand): Uint8Array {
  const code = COMMANDS[command];
  return Uint8Array.of(code, code ^ 0xff);
}

/** All bytes of a frame, its checksum included, come to zero. A single byte has its complement for a checksum. */
export function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}

/** A count that is sent as one less, and its complement. */
export function countFrame(count: number): Uint8Array {
  return Uint8Array.of(count - 1, (count - 1) ^ 0xff);
}

function checked(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes, xorOf(bytes));
}

/** Four bytes, the highest first, and their checksum. */
export function addressFrame(address: number): Uint8Array {
  return checked(Uint8Array.of(address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff));
}

/** A block to be written: how many less one, the bytes, the checksum over both. */
export function blockFrame(bytes: Uint8Array): Uint8Array {
  return checked(Uint8Array.of(bytes.length - 1, ...bytes));
}

/** The pages to be erased, by number. */
export function eraseFrame(command: "erase" | "extendedErase", pages: readonly number[]): Uint8Array {
  const last = pages.length - 1;
  if (command === "erase") return checked(Uint8Array.of(last, ...pages));
  return checked(Uint8Array.of(last >>> 8, last & 0xff, ...pages.flatMap((page) => [page >>> 8, page & 0xff])));
}
