import { readFileSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { type Firmware, readFirmware } from "#scripts/install/flash/firmwareFile.ts";

/** The release, verified by the trust file that is named beside it. Throws `install.badOption`, `trust.*`, `update.*`, `flash.badFirmware`. */
export function trustedFirmware(firmwareFile: string, trustFile: string): Firmware {
  return readFirmware(firmwareFile, trustFromFile(jsonOf(trustFile)));
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new CodedError("install.badOption", `--trust ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
