import Database from "better-sqlite3";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";

/** SQLite's result codes, by prefix, as people meet them. */
const CODES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ["SQLITE_FULL", "journal.full"],
  ["SQLITE_CORRUPT", "journal.corrupt"],
  ["SQLITE_NOTADB", "journal.corrupt"],
  ["SQLITE_IOERR", "journal.notDurable"],
  ["SQLITE_READONLY", "journal.cannotOpen"],
  ["SQLITE_CANTOPEN", "journal.cannotOpen"],
  ["SQLITE_BUSY", "journal.busy"],
  ["SQLITE_LOCKED", "journal.busy"],
  ["SQLITE_CONSTRAINT", "journal.inUse"],
];

/** What went wrong, as a CodedError. `where` is the file or the step. */
export function journalFailure(cause: unknown, where: string): CodedError {
  if (cause instanceof CodedError) return cause;
  const detail = cause instanceof Error ? `${where}: ${cause.message}` : where;
  return new CodedError(codeOf(cause), detail, { cause });
}

function codeOf(cause: unknown): ErrorCode {
  if (!(cause instanceof Database.SqliteError)) return "journal.cannotOpen";
  return CODES.find(([prefix]) => cause.code.startsWith(prefix))?.[1] ?? "journal.corrupt";
}

/** After a failed write to the disk nothing more may be trusted to this connection: a second fsync would lie. */
export function isFatal(failure: CodedError): boolean {
  return failure.code === "journal.notDurable" || failure.code === "journal.corrupt" || failure.code === "journal.inUse";
}

/**
 * Has the disk no room? SQLite's index of its log, which it maps, fails in its own way: then the connection is lost as with a failed flush,
 * for nobody knows what the log holds.
 */
export function isNoRoom(failure: unknown): boolean {
  const cause = failure instanceof CodedError ? failure.cause : failure;
  return cause instanceof Database.SqliteError && (cause.code === "SQLITE_FULL" || cause.code === "SQLITE_IOERR_SHMSIZE");
}
