/** Who may take how much of the card: database, its log, its reserve, the program's log, its releases and the signed files together stay under one cap. */
import { LIST_MAX_BYTES, OVERLAY_MAX_BYTES } from "#protocol/list/layout.ts";
import { RELEASE_MAX_BYTES } from "#protocol/release/releaseFile.ts";

const MEGABYTE = 2 ** 20;

/** A list in force and the one that arrives, each with its overlay; keysets, policies and keys beside them are kilobytes. */
const FILES_BYTES = 2 * (LIST_MAX_BYTES + OVERLAY_MAX_BYTES) + MEGABYTE;
/** What runs, what it may fall back to, what is staged, and what is being unpacked. */
const RELEASES_BYTES = 4 * RELEASE_MAX_BYTES;
/** Four files of 4 MB, the newest among them. */
export const LOG_FILES = 4;
export const LOG_FILE_BYTES = 4 * MEGABYTE;

/** The least cap with which the journal has room for a week of one machine. */
export const STORAGE_LEAST_MEGABYTES = 256;

/** What is left for the journal's own file, beside which its write-ahead log and its reserve have room of their own. */
export function journalBytes(maxMegabytes: number, besideBytes: number): number {
  return maxMegabytes * MEGABYTE - FILES_BYTES - RELEASES_BYTES - LOG_FILES * LOG_FILE_BYTES - besideBytes;
}
