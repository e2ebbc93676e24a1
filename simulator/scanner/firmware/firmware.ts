import type { ScannerModelName } from "#protocol/scanner/catalogue.ts";
import { Gm65Firmware } from "#simulator/scanner/firmware/gm65.ts";
import { Gm72Firmware } from "#simulator/scanner/firmware/gm72.ts";
import { N3680Firmware } from "#simulator/scanner/firmware/n3680.ts";
import { Reader } from "#simulator/scanner/reader.ts";

/** How a module understands its host. */
export interface Firmware {
  readonly reader: Reader;
  /** Bytes off the line; what it answers. */
  hear(bytes: Uint8Array, nowMs: number): Uint8Array[];
}

const CR_LF = Uint8Array.of(0x0d, 0x0a);

/** As the module comes out of its box. */
export function firmwareOf(model: ScannerModelName): Firmware {
  switch (model) {
    case "gm65":
      return new Gm65Firmware();
    case "gm72":
      return new Gm72Firmware();
    case "n3680":
      return new N3680Firmware();
    case "plain":
      return { reader: new Reader(false, CR_LF), hear: () => [] };
  }
}
