/** Texts as they lie in the file. Long ones are deflated: columns of windows and checkpoints shrink to a third, and so does what the card is written. */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { CodedError } from "#protocol/errors/codedError.ts";

/** Below it deflating saves nothing worth its time. */
const PACK_FROM_CHARACTERS = 1_024;
/** More than any payload or checkpoint ever takes. */
export const UNPACKED_BYTES_MAX = 4 * 1024 * 1024;

/** What SQLite keeps: short texts as they are, long ones as a blob. */
export type StoredText = string | Uint8Array;

export function packText(text: string): StoredText {
  if (text.length < PACK_FROM_CHARACTERS || text.length > UNPACKED_BYTES_MAX / 4) return text;
  return deflateRawSync(text, { level: constants.Z_BEST_SPEED });
}

/** Throws `journal.corrupt`. */
export function unpackText(stored: StoredText): string {
  if (typeof stored === "string") return stored;
  try {
    return inflateRawSync(stored, { maxOutputLength: UNPACKED_BYTES_MAX }).toString("utf8");
  } catch (cause) {
    throw new CodedError("journal.corrupt", "a text cannot be inflated", { cause });
  }
}
