/**
 * Room on the card that is the journal's before the disk is full: a file of zeros beside it. When a commit of legal events finds no room, a
 * piece of it is given up and the commit made again, so that a session's end still gets on the card. Until the file is whole again the
 * journal counts as full. Given up in pieces, because somebody who fills a disk takes what comes free.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { NewEvent } from "#agent/ports.ts";
import { isNoRoom } from "#agent/shell/store/journalFailure.ts";
import { syncFolder } from "#agent/shell/store/journalSchema.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** Thousands of legal events, with what the write-ahead log still has to put in its place. */
export const RESERVE_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 512 * 1024;
/** Stays free when the reserve is made: it may not be what fills the disk. */
const MARGIN_BYTES = 2 * 1024 * 1024;

export class JournalReserve {
  readonly #path: string;
  readonly #wholeBytes: number;
  #bytes: number;
  #isDiskFull: boolean;

  /** Without `wholeBytes` there is none, and a full disk is only told by the write that meets it. */
  constructor(journalPath: string, wholeBytes: number) {
    this.#path = `${journalPath}.reserve`;
    this.#wholeBytes = wholeBytes;
    const kept = statSync(this.#path, { throwIfNoEntry: false });
    // A copy may be all hole: that is no room.
    this.#bytes = kept && kept.blocks * 512 >= kept.size ? Math.min(kept.size, wholeBytes) : 0;
    if (kept && this.#bytes === 0) rmSync(this.#path);
    this.#isDiskFull = kept !== undefined && !this.#isWhole && !this.#hasRoomFor(wholeBytes - this.#bytes);
  }

  /** Since a write met it, and until the reserve is whole again. */
  get isDiskFull(): boolean {
    return this.#isDiskFull;
  }

  get #isWhole(): boolean {
    return this.#bytes >= this.#wholeBytes;
  }

  /** Throws `journal.telemetryFull` while the disk is full: the rest is for legal events. */
  admit(events: readonly NewEvent[]): void {
    if (this.#isDiskFull && events.some(({ lane }) => lane === "telemetry"))
      throw new CodedError("journal.telemetryFull", "no room on the disk");
  }

  /** A write of whatever kind failed: for want of room? */
  noteFailure(failure: unknown): void {
    if (this.#wholeBytes > 0 && isNoRoom(failure)) this.#isDiskFull = true;
  }

  /** What `work` gives; where it finds no room it is done again with a piece of the reserve, after `relieve`, for as long as there is one. */
  rescue<T>(work: () => T, relieve: (failure: unknown) => void = () => undefined): T {
    for (;;) {
      try {
        return work();
      } catch (failure) {
        this.noteFailure(failure);
        if (!isNoRoom(failure) || this.#bytes === 0) throw failure;
        this.#resize(Math.max(0, this.#bytes - PIECE_BYTES));
        relieve(failure);
      }
    }
  }

  /** Makes a piece, if one is missing and there is room: call it again and again. True when something has come of it. */
  look(): boolean {
    if (this.#isWhole && !this.#isDiskFull) return false;
    if (!this.#hasRoomFor(PIECE_BYTES)) return false;
    if (!this.#isWhole && !this.#grow()) return false;
    if (this.#isWhole) this.#isDiskFull = false;
    return true;
  }

  /** False when the disk had no room for it after all. */
  #grow(): boolean {
    try {
      this.#resize(Math.min(this.#wholeBytes, this.#bytes + PIECE_BYTES));
      return true;
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      this.#resize(this.#bytes);
      return false;
    }
  }

  /** Cuts it, or writes zeros; flushed, so that what is given up is free, and what is kept is there. */
  #resize(bytes: number): void {
    const isNew = statSync(this.#path, { throwIfNoEntry: false }) === undefined;
    const file = openSync(this.#path, isNew ? "w" : "r+");
    try {
      if (bytes > this.#bytes) writeZeros(file, this.#bytes, bytes);
      else ftruncateSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (isNew) syncFolder(this.#path);
    this.#bytes = bytes;
  }

  #hasRoomFor(bytes: number): boolean {
    const { bavail, bfree, bsize } = statfsSync(dirname(this.#path));
    const blocks = process.getuid?.() === 0 ? bfree : bavail;
    return blocks * bsize >= bytes + MARGIN_BYTES;
  }
}

/** What a disk takes only in part ends with the write that takes nothing. */
function writeZeros(file: number, from: number, to: number): void {
  const zeros = Buffer.alloc(to - from);
  for (let at = from; at < to; ) at += writeSync(file, zeros, at - from, to - at, at);
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
