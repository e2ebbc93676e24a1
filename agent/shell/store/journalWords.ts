/** Values of the file that are the journal's own, and what SQLite says of a damaged file. */
import Database from "better-sqlite3";
import { CodedError } from "#protocol/errors/codedError.ts";

export const CHAIN = "journal.chain";
export const EPOCH = "journal.epoch";
/** Damage that was found and is not in the record yet. */
export const DAMAGE = "journal/damage";
/** Set when something was found that only a new opening can mend. */
export const SUSPECT = "journal/suspect";

/** Is it the file's fault, not the disk's or ours? */
export function isDamage(error: unknown): error is Error {
  if (error instanceof CodedError) return error.code === "journal.corrupt";
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(error.code);
}
