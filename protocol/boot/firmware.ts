/** What a chip's firmware says of itself, at a fixed place in its flash, so that a bootloader's host can read it. */
import { CodedError } from "#protocol/errors/codedError.ts";

/** Behind the vector table of any of the parts. */
export const FIRMWARE_INFO_AT = 0x200;
export const FIRMWARE_INFO_BYTES = 8;
const MAGIC = 0x4147_4657; // "AGFW"

/** `major.minor.patch` as the chip's register and its flash hold it: 16, 8 and 8 bits. */
export function firmwareNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major > 0xffff || minor > 0xff || patch > 0xff) throw new CodedError("flash.badFirmware", `version ${version}`);
  return major * 0x1_0000 + minor * 0x100 + patch;
}

export function firmwareVersion(number: number): string {
  return `${Math.floor(number / 0x1_0000)}.${(number >>> 8) & 0xff}.${number & 0xff}`;
}

/** The version in an information block; null where there is none. */
export function readFirmwareInfo(block: Uint8Array): string | null {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  if (block.length < FIRMWARE_INFO_BYTES || view.getUint32(0) !== MAGIC) return null;
  return firmwareVersion(view.getUint32(4));
}

export function firmwareInfo(version: string): Uint8Array {
  const block = new Uint8Array(FIRMWARE_INFO_BYTES);
  const view = new DataView(block.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(4, firmwareNumber(version));
  return block;
}
