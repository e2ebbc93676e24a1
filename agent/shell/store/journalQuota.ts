import { statSync } from "node:fs";
import type Database from "better-sqlite3";
import type { JournalSizeState, NewEvent } from "#agent/ports.ts";
import { pageBytesOf } from "#agent/shell/store/journalSchema.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const WARNING_SHARE = 0.9;
const FULL_SHARE = 0.95;
/** What the write-ahead log may take beside the quota: it is emptied at 6 MB, if nobody reads the file. */
export const WAL_ROOM_BYTES = 16 * 1024 * 1024;
/** Roughly what a row costs beside its payload. */
const ROW_BYTES = 110;
const MEASURE_EVERY_COMMITS = 64;

/** Keeps the journal under its quota. Pages that deletion freed count as room, so that a drained journal recovers. */
export class JournalQuota {
  readonly #database: Database.Database;
  readonly #maxBytes: number;
  readonly #pageBytes: number;
  #commitsUnmeasured = 0;
  #usedBytes = 0;
  #estimatedGrowthBytes = 0;

  constructor(database: Database.Database, maxBytes: number) {
    this.#database = database;
    this.#maxBytes = maxBytes;
    this.#pageBytes = pageBytesOf(database);
    this.measure();
  }

  state(): JournalSizeState {
    const share = this.usedPart();
    if (share >= FULL_SHARE) return "full";
    return share >= WARNING_SHARE ? "warning" : "ok";
  }

  /** Throws `journal.telemetryFull` from 95 % on and, for legal events too, `journal.full` at 100 %. */
  admit(events: readonly NewEvent[]): void {
    if (events.length === 0 || this.usedPart() < FULL_SHARE) return;
    if (this.usedPart() >= 1) throw new CodedError("journal.full", `${this.#usedBytes} of ${this.#maxBytes} bytes`);
    if (events.some((event) => event.lane === "telemetry")) throw new CodedError("journal.telemetryFull", `${this.#usedBytes} bytes`);
  }

  /** Counts the pages only now and then: it is asked at every commit. */
  grew(rows: number, payloadCharacters: number): void {
    this.#estimatedGrowthBytes += payloadCharacters + rows * ROW_BYTES;
    this.#commitsUnmeasured++;
    if (this.#estimatedGrowthBytes > this.#maxBytes / 200 || this.#commitsUnmeasured >= MEASURE_EVERY_COMMITS) this.measure();
  }

  measure(): void {
    const pages = Number(this.#database.pragma("page_count", { simple: true }));
    const free = Number(this.#database.pragma("freelist_count", { simple: true }));
    // Somebody who reads the file for long keeps its log from being emptied: what that takes of the card is not there for rows.
    const walExcess = Math.max(0, bytesOf(`${this.#database.name}-wal`) - WAL_ROOM_BYTES);
    this.#usedBytes = (pages - free) * this.#pageBytes + walExcess;
    this.#commitsUnmeasured = 0;
    this.#estimatedGrowthBytes = 0;
  }

  usedPart(): number {
    return (this.#usedBytes + this.#estimatedGrowthBytes) / this.#maxBytes;
  }
}

/** Bytes on the disk, the write-ahead log included. */
export function journalFileBytes(path: string): number {
  return bytesOf(path) + bytesOf(`${path}-wal`);
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
