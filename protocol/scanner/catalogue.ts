import { GM65 } from "#protocol/scanner/gm65.ts";
import { GM72 } from "#protocol/scanner/gm72.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";
import { N3680 } from "#protocol/scanner/n3680.ts";

/** Any module that reads by itself and ends each code with CR, LF or both, or with a pause. Whether it hears cannot be known. */
const PLAIN = {
  name: "plain",
  source: "Any module set to read continuously",
  line: { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 },
  wake: null,
  configure: [],
  arm: [],
  armedMs: null,
  stop: null,
  answers: [],
  endsCodes: false,
} as const satisfies ScannerModel;

/** Scanner modules by the name that a configuration gives them. */
export const SCANNER_MODELS = { gm65: GM65, gm72: GM72, n3680: N3680, plain: PLAIN } as const satisfies Record<string, ScannerModel>;
export type ScannerModelName = keyof typeof SCANNER_MODELS;
