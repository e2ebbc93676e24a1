/**
 * What happens when the disk fails under the journal. A flush that failed is never tried again on the same connection, for it would be
 * reported as done: the connection is closed, and the file opened and verified anew. What the log still holds is written to the file again
 * and flushed before anything goes on. Where that fails too, nobody knows whether the commit is on the disk, and only a new process,
 * which begins from what is there, may go on: it has the lease to do so.
 */
import { isFatal, journalFailure } from "#agent/shell/store/journalFailure.ts";
import type { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { openSoundJournal } from "#agent/shell/store/journalOpening.ts";
import type { CodedError } from "#protocol/errors/codedError.ts";

export interface RecoveryOptions {
  path: string;
  maxBytes: number;
  /** Told once, when only a new process may go on. */
  failed: (failure: CodedError) => void;
  /** Another handle is about to take the old one's place; throws when the journal cannot go on with it. */
  replaced: (after: JournalHandle) => void;
}

export class RecoveringHandle {
  readonly #options: RecoveryOptions;
  #handle: JournalHandle;
  #failure: CodedError | null = null;

  constructor(handle: JournalHandle, options: RecoveryOptions) {
    this.#handle = handle;
    this.#options = options;
  }

  /** The one in use, or the last that was. */
  get current(): JournalHandle {
    return this.#handle;
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Throws why the disk cannot be used any more. */
  usable(): JournalHandle {
    if (this.#failure) throw this.#failure;
    return this.#handle;
  }

  /** One transaction. When it throws, nothing of it is on the disk; where the flush failed, `landed` tells that by the file opened anew. */
  durably(step: string, work: (handle: JournalHandle) => void, landed: (handle: JournalHandle) => boolean = () => false): void {
    const handle = this.usable();
    try {
      handle.durably(step, () => work(handle));
    } catch (cause) {
      const failure = journalFailure(cause, step);
      if (!isFatal(failure)) throw failure;
      if (failure.code === "journal.inUse") this.#giveUp(failure);
      this.#handle.close();
      if (!landed(this.#reopened())) throw failure;
    }
  }

  #reopened(): JournalHandle {
    const { path, maxBytes, replaced } = this.#options;
    let after: JournalHandle | undefined;
    try {
      after = openSoundJournal(path, maxBytes);
      after.database.pragma("wal_checkpoint(TRUNCATE)");
      replaced(after);
    } catch (cause) {
      after?.close();
      return this.#giveUp(journalFailure(cause, path));
    }
    this.#handle = after;
    return after;
  }

  #giveUp(failure: CodedError): never {
    this.#failure = failure;
    this.#options.failed(failure);
    throw failure;
  }
}
