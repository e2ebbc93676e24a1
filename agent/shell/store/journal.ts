/** The journal in SQLite: rows in one file, numbered and chained per machine and lane, durable when `commit` returns. */
import type { Journal, JournalCommit, JournalSizeState, RowsRead, Stream, StreamState } from "#agent/ports.ts";
import { type DamageReport, damageEvents, parseReports } from "#agent/shell/store/journalDamage.ts";
import { CommitDraft } from "#agent/shell/store/journalDraft.ts";
import { isFatal, journalFailure } from "#agent/shell/store/journalFailure.ts";
import type { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { openSoundJournal } from "#agent/shell/store/journalOpening.ts";
import { journalFileBytes } from "#agent/shell/store/journalQuota.ts";
import { StoredRow } from "#agent/shell/store/journalRow.ts";
import { assertDurable } from "#agent/shell/store/journalSchema.ts";
import { emptyStream, rowKey, type StreamRecord, seqOf, toHex } from "#agent/shell/store/journalStreams.ts";
import { unpackText } from "#agent/shell/store/journalText.ts";
import { DAMAGE } from "#agent/shell/store/journalWords.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024;
/** Deleting is cut into pieces: each holds the file for a few milliseconds. */
const FORGET_ROWS_MAX = 10_000;
const ACKS_UNWRITTEN_MAX = 64;

export interface JournalOptions {
  path: string;
  /** First boot epoch of a new file, and so its chain: larger than that of any journal the machine had, e.g. the time floor in seconds. */
  initialEpoch: number;
  /** Quota of the file. */
  maxBytes?: number;
  /** Told once, when the disk has let the journal down: it refuses every write until it is opened anew. */
  failed?: (failure: CodedError) => void;
}

/** A row that the platform would not take. The row itself stays until it is forgotten. */
export interface DeadLetter {
  seq: number;
  code: string;
  digest: HexDigest;
}

/** Opens or begins a journal; each opening is a new boot epoch. Throws CodedErrors of the area `journal`. */
export function openJournal(options: JournalOptions): SqliteJournal {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const handle = openSoundJournal(options.path, maxBytes);
  try {
    return new SqliteJournal(handle, options);
  } catch (cause) {
    handle.database.close();
    throw journalFailure(cause, options.path);
  }
}

class SqliteJournal implements Journal {
  readonly epoch: number;
  readonly chain: number;
  readonly #path: string;
  #handle: JournalHandle;
  /** Streams whose cursor moved since it was written. Losing that costs a question to the platform at the next connect, no event. */
  readonly #unwritten = new Set<StreamRecord>();
  #acksSinceWritten = 0;
  #failure: CodedError | undefined;
  /** What was lost and is not on record yet. */
  #damage: readonly DamageReport[];
  readonly #failed: (failure: CodedError) => void;

  constructor(handle: JournalHandle, options: JournalOptions) {
    this.#path = options.path;
    this.#failed = options.failed ?? (() => undefined);
    this.#handle = handle;
    this.#damage = parseReports(handle.value(DAMAGE));
    const { epoch, chain } = handle.boot(options.initialEpoch);
    this.epoch = epoch;
    this.chain = chain;
    assertDurable(handle.database);
  }

  commit({ events, checkpoints }: JournalCommit): void {
    const handle = this.#handle;
    handle.quota.admit(events);
    const draft = new CommitDraft(this, handle);
    const { told, left } = damageEvents(this.#damage, events);
    for (const event of [...told, ...events]) draft.append(event);
    for (const checkpoint of checkpoints) draft.setCheckpoint(checkpoint.device, checkpoint.state);
    this.#durably("commit", () => {
      this.#writeStreams();
      draft.write(handle);
      if (told.length > 0) handle.writeValue(DAMAGE, JSON.stringify(left));
    });
    this.#damage = left;
    draft.adopt(handle);
    this.#streamsWritten();
    handle.quota.grew(events.length, draft.payloadCharacters);
  }

  checkpoint(device: string): unknown {
    const id = this.#handle.devices.get(device);
    const stored = id === undefined ? undefined : this.#handle.statements.checkpoint.get(id);
    return stored === undefined ? undefined : JSON.parse(unpackText(stored.state));
  }

  stream(stream: Stream): StreamState {
    const { lastSeq, head, ackedSeq, forgottenSeq } = this.#find(stream);
    return { lastSeq, head, ackedSeq, forgottenSeq };
  }

  read(stream: Stream, afterSeq: number, limit: number): RowsRead {
    const record = this.#find(stream);
    const handle = this.#handle;
    const hole = handle.holeAt(record.id, afterSeq + 1) ?? handle.holeAt(record.id, afterSeq);
    const start = Math.max(afterSeq, hole?.toSeq ?? 0);
    const from = { prev: handle.hashAt(record, start), ...(hole && { lost: { fromSeq: hole.fromSeq, toSeq: hole.toSeq } }) };
    if (start === record.lastSeq) return { ...from, rows: [] };
    const stored = handle.statements.eventsBetween.all(rowKey(record.id, start), rowKey(record.id + 1, 0), limit);
    const hashAt = (seq: number) => handle.hashAt(record, seq);
    const rows = stored.map((row) => new StoredRow(row, hashAt));
    const gap = rows.findIndex((row, index) => row.seq !== start + 1 + index);
    if (gap < 0) return { ...from, rows };
    if (!handle.holeAt(record.id, start + 1 + gap)) throw new CodedError("journal.corrupt", `rows missing after ${start + gap}`);
    return { ...from, rows: rows.slice(0, gap) };
  }

  acknowledge(stream: Stream, upTo: number, refused: readonly { seq: number; code: string }[]): void {
    const record = this.#handle.find(stream);
    if (!record || upTo > record.lastSeq || upTo < record.forgottenSeq) throw new CodedError("journal.badAck", `${upTo}`);
    record.ackedSeq = upTo;
    this.#unwritten.add(record);
    this.#acksSinceWritten++;
    if (refused.length === 0 && this.#acksSinceWritten < ACKS_UNWRITTEN_MAX) return;
    this.#durably("acknowledge", () => {
      for (const { seq, code } of refused) this.#handle.writeDeadLetter(rowKey(record.id, seq), code);
      this.#writeStreams();
    });
    this.#streamsWritten();
  }

  forget(stream: Stream, belowSeq: number, olderThanEarliestMs: number): number {
    const record = this.#handle.find(stream);
    if (!record) return 0;
    const { id, forgottenSeq } = record;
    const limit = Math.min(record.ackedSeq, belowSeq - 1, forgottenSeq + FORGET_ROWS_MAX);
    if (limit <= forgottenSeq) return 0;
    const young = this.#handle.statements.firstYoung.get(rowKey(id, forgottenSeq), rowKey(id, limit), olderThanEarliestMs);
    const upTo = this.#handle.outsideHole(id, young ? seqOf(young.key) - 1 : limit);
    if (upTo <= forgottenSeq) return 0;
    const verifiedSeq = Math.max(record.verifiedSeq, upTo);
    const after = { ...record, forgottenSeq: upTo, forgottenHash: this.#handle.hashAt(record, upTo), verifiedSeq };
    this.#durably("forget", () => {
      this.#handle.deleteEvents(record, upTo);
      this.#handle.writeStream(after);
    });
    Object.assign(record, after);
    this.#handle.forgetHoles(id, upTo);
    this.#handle.quota.measure();
    return upTo - forgottenSeq;
  }

  /** At most `limit` refused rows of a stream after `afterSeq`, in order. */
  deadLetters(stream: Stream, afterSeq: number, limit: number): DeadLetter[] {
    const { id } = this.#find(stream);
    const rows = this.#handle.statements.deadLetters.all(rowKey(id, afterSeq), rowKey(id + 1, 0), limit);
    return rows.map(({ key, code, digest }) => ({ seq: seqOf(key), code, digest: toHex(digest) }));
  }

  getValue(name: string): string | undefined {
    return this.#handle.value(name);
  }

  setValue(name: string, value: string): void {
    this.#durably(name, () => this.#handle.writeValue(name, value));
  }

  sizeBytes(): number {
    return journalFileBytes(this.#path);
  }

  sizeState(): JournalSizeState {
    return this.#handle.quota.state();
  }

  close(): void {
    try {
      if (!this.#failure && this.#unwritten.size > 0) this.#durably("close", () => this.#writeStreams());
    } finally {
      this.#handle.database.close();
    }
  }

  /** A stream that has no rows yet is empty. */
  #find(stream: Stream): StreamRecord {
    return this.#handle.find(stream) ?? emptyStream(-1, stream.device);
  }

  #durably(step: string, work: () => void): void {
    if (this.#failure) throw this.#failure;
    try {
      this.#handle.durably(step, work);
    } catch (cause) {
      const failure = journalFailure(cause, step);
      if (isFatal(failure)) {
        this.#failure = failure;
        this.#failed(failure);
      }
      throw failure;
    }
  }

  #writeStreams(): void {
    for (const record of this.#unwritten) this.#handle.writeStream(record);
  }

  #streamsWritten(): void {
    this.#unwritten.clear();
    this.#acksSinceWritten = 0;
  }
}

export type { SqliteJournal };
