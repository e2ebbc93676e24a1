/** The journal as one process has it: dead hands write nothing, and a disk that has let it down ends the process. */
import type { Journal, JournalCommit, JournalRow, JournalSizeState, NewEvent, Stream, StreamState } from "#agent/ports.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { DeadLetter } from "#protocol/events/deadLetters.ts";
import type { Process } from "#test/simulation/process.ts";

export interface ReadWatch {
  /** Rows are read: they are about to be sent. */
  read(stream: Stream, afterSeq: number, rows: number): void;
}

export class GuardedJournal implements Journal {
  readonly epoch: number;
  readonly chain: number;
  readonly #journal: Journal;
  readonly #process: Process;
  readonly #reads: ReadWatch;
  #failure: CodedError | null = null;

  constructor(journal: Journal, process: Process, reads: ReadWatch) {
    this.#journal = journal;
    this.#process = process;
    this.#reads = reads;
    this.epoch = journal.epoch;
    this.chain = journal.chain;
  }

  commit(commit: JournalCommit): void {
    this.#write(() => this.#journal.commit(commit));
  }

  checkpoint(device: string): unknown {
    return this.#journal.checkpoint(device);
  }

  stream(stream: Stream): StreamState {
    return this.#journal.stream(stream);
  }

  read(stream: Stream, afterSeq: number, limit: number): { prev: HexDigest; rows: JournalRow[] } {
    const found = this.#journal.read(stream, afterSeq, limit);
    if (found.rows.length > 0) this.#reads.read(stream, afterSeq, found.rows.length);
    return found;
  }

  acknowledge(stream: Stream, upTo: number, refused: readonly { seq: number; code: string }[]): void {
    this.#write(() => this.#journal.acknowledge(stream, upTo, refused));
  }

  deadLetters(stream: Stream, afterSeq: number, limit: number): DeadLetter[] {
    return this.#journal.deadLetters(stream, afterSeq, limit);
  }

  forget(stream: Stream, belowSeq: number, olderThanEarliestMs: number): number {
    let deleted = 0;
    this.#write(() => {
      deleted = this.#journal.forget(stream, belowSeq, olderThanEarliestMs);
    });
    return deleted;
  }

  thin(stream: Stream, seqs: readonly number[], record: NewEvent): void {
    this.#write(() => this.#journal.thin(stream, seqs, record));
  }

  getValue(name: string): string | undefined {
    return this.#journal.getValue(name);
  }

  setValue(name: string, value: string): void {
    this.#write(() => this.#journal.setValue(name, value));
  }

  sizeBytes(): number {
    return this.#journal.sizeBytes();
  }

  sizeState(): JournalSizeState {
    return this.#journal.sizeState();
  }

  usedPart(): number {
    return this.#journal.usedPart();
  }

  close(): void {
    this.#journal.close();
  }

  #write(run: () => void): void {
    if (this.#failure) throw this.#failure;
    try {
      this.#process.write(run);
    } catch (error) {
      if (error instanceof CodedError && error.code === "journal.notDurable") {
        this.#failure = error;
        this.#process.after(1, () => this.#process.kill());
      }
      throw error;
    }
  }
}
