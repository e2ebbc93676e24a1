/** Firmware that is none: bytes without meaning that tell a version, as long as real firmware is. */
import { FIRMWARE_INFO_AT, firmwareInfo } from "#protocol/boot/firmware.ts";

/** `fill` gives the bytes. Throws `flash.badFirmware` for a version that no register holds. */
export function standInFirmware(version: string, kilobytes: number, fill: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = new Uint8Array(kilobytes * 1024);
  fill(bytes);
  bytes.set(firmwareInfo(version), FIRMWARE_INFO_AT);
  return bytes;
}
