import { z } from "zod";

const on = z.boolean().default(true);

/** How codes are sent from now on. */
const spoilings = z.enum(["none", "split", "glued", "long", "unended"]);
export type Spoiling = z.infer<typeof spoilings>;

export const ScannerCommand = z.discriminatedUnion("do", [
  /** A phone with this code is held before the window for so long. */
  z.strictObject({ do: z.literal("show"), text: z.string().min(1).max(4_096), holdMs: z.number().min(0).max(600_000).default(1_000) }),
  /** Random bytes on the line, now. */
  z.strictObject({ do: z.literal("noise"), bytes: z.int().min(1).max(4_096).default(64) }),
  z.strictObject({ do: z.literal("spoil"), how: spoilings }),
  /** Power is off: it hears nothing and reads nothing. */
  z.strictObject({ do: z.literal("deaf"), on }),
  z.strictObject({ do: z.enum(["unplug", "plug", "truth"]) }),
]);
export type ScannerCommand = z.infer<typeof ScannerCommand>;
/** As it is written: what has a default may be left out. */
export type ScannerCommandInput = z.input<typeof ScannerCommand>;

/** What a test or a person may know of the module. */
export interface ScannerTruth {
  model: string;
  plugged: boolean;
  /** It looks for a code now. */
  looking: boolean;
  onCommand: boolean;
  triggers: number;
  codes: number;
  ignored: number;
  flashWrites: number;
  tailHex: string;
}
