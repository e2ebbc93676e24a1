/**
 * What happens when the disk fails under the journal. A flush that failed is never tried again on the same connection, for it would be
 * reported as done: the connection is closed, and the file opened and verified anew. What the log still holds is written to the file again
 * and flushed before anything goes on. Where that fails too, nobody knows whether the commit is on the disk, and only a new process,
 * which begins from what is there, may go on: it has the lease to do so.
 */
import { isFatal, isNoRoom, journalFailure } from "#agent/shell/store/journalFailure.ts";
import type { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { openSoundJournal } from "#agent/shell/store/journalOpening.ts";
import type { JournalReserve } from "#agent/shell/store/journalReserve.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Lane } from "#protocol/events/event.ts";

export interface RecoveryOptions {
  path: string;
  maxBytes: number;
  reserve: JournalReserve;
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
      this.#options.reserve.noteFailure(failure);
      if (!isFatal(failure)) throw failure;
      if (failure.code === "journal.inUse") this.#giveUp(failure);
      this.#handle.close();
      if (!landed(this.#reopened())) throw failure;
    }
  }

  /**
   * As `durably`. A full disk takes legal events into the room that is reserved, and refuses others with `journal.telemetryFull`. Where the
   * file had to be opened anew, `work` is its caller's to repeat.
   */
  commit(lanes: ReadonlySet<Lane>, work: (handle: JournalHandle) => void, landed: (handle: JournalHandle) => boolean): void {
    const { reserve } = this.#options;
    const handle = this.usable();
    const relieve = (failure: unknown): void => {
      if (this.#handle !== handle) throw failure;
      this.#emptyLog();
    };
    const write = (): void => this.durably("commit", work, landed);
    try {
      if (lanes.has("telemetry")) write();
      else reserve.rescue(write, relieve);
    } catch (failure) {
      if (!reserve.isDiskFull || !isNoRoom(failure) || !lanes.has("telemetry")) throw failure;
      throw new CodedError("journal.telemetryFull", "no room on the disk", { cause: failure });
    }
  }

  /** Is there room again? */
  lookForRoom(): void {
    this.usable();
    if (this.#options.reserve.look()) this.#emptyLog();
  }

  /** What the log holds goes to its places, so that it begins anew in the room that it has: a full disk lets neither grow. */
  #emptyLog(): void {
    try {
      this.#handle.database.pragma("wal_checkpoint(PASSIVE)");
    } catch (cause) {
      // Then it stays in the log, as far as it has not come.
      if (!isNoRoom(cause)) throw journalFailure(cause, "wal_checkpoint");
    }
  }

  #reopened(): JournalHandle {
    const { path, maxBytes, replaced, reserve } = this.#options;
    let after: JournalHandle | undefined;
    try {
      after = reserve.rescue(() => openFlushed(path, maxBytes));
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

function openFlushed(path: string, maxBytes: number): JournalHandle {
  const handle = openSoundJournal(path, maxBytes);
  try {
    handle.database.pragma("wal_checkpoint(TRUNCATE)");
    return handle;
  } catch (cause) {
    handle.close();
    throw journalFailure(cause, path);
  }
}
