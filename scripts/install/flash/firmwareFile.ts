import { readFileSync } from "node:fs";
import { FIRMWARE_INFO_AT, FIRMWARE_INFO_BYTES, readFirmwareInfo } from "#protocol/boot/firmware.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { parseRelease } from "#protocol/release/releaseFile.ts";

export interface Firmware {
  version: string;
  productIds: readonly number[];
  /** From the beginning of the flash on. */
  bytes: Uint8Array;
}

/** Everything that can be known without a chip is checked here. Throws `update.*`, `flash.badFirmware`. */
export function readFirmware(path: string, trust: TrustStore): Firmware {
  const { release, files } = parseRelease(readRelease(path), trust);
  if (release.target !== "chip") throw new CodedError("update.otherTarget", release.target);
  const [{ bytes } = { bytes: new Uint8Array() }] = files;
  const told = readFirmwareInfo(bytes.subarray(FIRMWARE_INFO_AT, FIRMWARE_INFO_AT + FIRMWARE_INFO_BYTES));
  if (told !== release.version) throw new CodedError("flash.badFirmware", `${told}, released as ${release.version}`);
  return { version: release.version, productIds: release.productIds, bytes };
}

function readRelease(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new CodedError("update.missing", path, { cause });
  }
}
