import { statSync } from "node:fs";
import type Database from "better-sqlite3";
import type { JournalSizeState, NewEvent } from "#agent/ports.ts";
import { pageBytesOf } from "#agent/shell/store/journalSchema.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const WARNING_SHARE = 0.9;
const FULL_SHARE = 0.95;
/** Roughly what a row costs beside its payload. */
const ROW_BYTES = 110;

/** Keeps the journal under its quota. Pages that deletion freed count as room, so that a drained journal recovers. */
export class JournalQuota {
  readonly #database: Database.Database;
  readonly #maxBytes: number;
  readonly #pageBytes: number;
  #usedBytes = 0;
  #estimatedGrowthBytes = 0;

  constructor(database: Database.Database, maxBytes: number) {
    this.#database = database;
    this.#maxBytes = maxBytes;
    this.#pageBytes = pageBytesOf(database);
    this.measure();
  }

  state(): JournalSizeState {
    const share = this.#share();
    if (share >= FULL_SHARE) return "full";
    return share >= WARNING_SHARE ? "warning" : "ok";
  }

  /** Throws `journal.telemetryFull` from 95 % on and, for legal events too, `journal.full` at 100 %. */
  admit(events: readonly NewEvent[]): void {
    if (events.length === 0 || this.#share() < FULL_SHARE) return;
    if (this.#share() >= 1) throw new CodedError("journal.full", `${this.#usedBytes} of ${this.#maxBytes} bytes`);
    if (events.some((event) => event.lane === "telemetry")) throw new CodedError("journal.telemetryFull", `${this.#usedBytes} bytes`);
  }

  /** Counts the pages only now and then: it is asked at every commit. */
  grew(rows: number, payloadCharacters: number): void {
    this.#estimatedGrowthBytes += payloadCharacters + rows * ROW_BYTES;
    if (this.#estimatedGrowthBytes > this.#maxBytes / 200) this.measure();
  }

  measure(): void {
    const pages = Number(this.#database.pragma("page_count", { simple: true }));
    const free = Number(this.#database.pragma("freelist_count", { simple: true }));
    this.#usedBytes = (pages - free) * this.#pageBytes;
    this.#estimatedGrowthBytes = 0;
  }

  #share(): number {
    return (this.#usedBytes + this.#estimatedGrowthBytes) / this.#maxBytes;
  }
}

/** Bytes on the disk, the write-ahead log included. */
export function journalFileBytes(path: string): number {
  const sizes = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}
