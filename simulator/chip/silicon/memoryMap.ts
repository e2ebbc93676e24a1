/** What stands at an address of the part. */
import { OPTION_BYTES, UID_BYTES } from "#protocol/boot/silicon.ts";
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";

export interface Span {
  kind: "flash" | "ram" | "options" | "system";
  bytes: Uint8Array;
  /** How long the part is busy with it. Nothing happens to what cannot be written. */
  write(bytes: Uint8Array): number;
}

/** Null where there is nothing, or not so much. */
export function spanOf(flash: FlashMemory, address: number, length: number): Span | null {
  const { silicon, ram, uid, options } = flash;
  const { flashAddress, ramAddress, optionAddress, uidAddress } = silicon;
  const within = (start: number, bytes: number) => address >= start && address + length <= start + bytes;
  const part = (bytes: Uint8Array, start: number) => bytes.subarray(address - start, address - start + length);
  if (within(flashAddress, flash.flashBytes)) {
    const offset = address - flashAddress;
    return { kind: "flash", bytes: part(flash.flash, flashAddress), write: (bytes) => flash.program(offset, bytes) };
  }
  if (within(ramAddress, ram.length))
    return { kind: "ram", bytes: part(ram, ramAddress), write: (bytes) => put(ram, address - ramAddress, bytes) };
  if (within(optionAddress, OPTION_BYTES)) {
    const offset = flash.flashBytes + address - optionAddress;
    return { kind: "options", bytes: part(options, optionAddress), write: (bytes) => flash.replaceOptions(offset, bytes) };
  }
  if (within(uidAddress, UID_BYTES)) return { kind: "system", bytes: part(uid, uidAddress), write: () => 0 };
  return null;
}

function put(memory: Uint8Array, at: number, bytes: Uint8Array): number {
  memory.set(bytes, at);
  return 0;
}
