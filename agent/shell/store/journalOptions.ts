import type { CodedError } from "#protocol/errors/codedError.ts";

export const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024;

export interface JournalOptions {
  path: string;
  /** First boot epoch of a new file, and so its chain: larger than that of any journal the machine had, e.g. the time floor in seconds. */
  initialEpoch: number;
  /** Quota of the file. */
  maxBytes?: number;
  /** Room beside it that is kept for legal events on a full disk; none unless said. */
  reserveBytes?: number;
  /** Told once, when the disk has let the journal down for good: it refuses every write until a new process opens it. */
  failed?: (failure: CodedError) => void;
}
