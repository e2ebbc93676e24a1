/** The journal in SQLite: rows in one file, numbered and chained per machine and lane, durable when `commit` returns. */
import type Database from "better-sqlite3";
import type { Journal, JournalCommit, JournalRow, JournalSizeState, NewEvent, Stream, StreamState } from "#agent/ports.ts";
import { Checkpoints, readCheckpoint } from "#agent/shell/store/journalCheckpoints.ts";
import { CommitDraft } from "#agent/shell/store/journalDraft.ts";
import { isFatal, journalFailure } from "#agent/shell/store/journalFailure.ts";
import { JournalQuota, journalFileBytes } from "#agent/shell/store/journalQuota.ts";
import { addDeadLetter, type DeadLetter, StoredRow, thinRow } from "#agent/shell/store/journalRow.ts";
import { assertDurable, openJournalFile } from "#agent/shell/store/journalSchema.ts";
import { type JournalStatements, prepareStatements } from "#agent/shell/store/journalStatements.ts";
import {
  emptyStream,
  fromHex,
  loadDevices,
  loadStreams,
  rowKey,
  type StreamRecord,
  seqOf,
  streamId,
  toHex,
} from "#agent/shell/store/journalStreams.ts";
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

/** Opens or begins a journal; each opening is a new boot epoch. Throws CodedErrors of the area `journal`. */
export function openJournal(options: JournalOptions): SqliteJournal {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const database = openJournalFile(options.path, maxBytes);
  try {
    return new SqliteJournal(database, options, maxBytes);
  } catch (cause) {
    database.close();
    throw journalFailure(cause, options.path);
  }
}

class SqliteJournal implements Journal {
  readonly epoch: number;
  readonly chain: number;
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #statements: JournalStatements;
  readonly #inTransaction: (work: () => void) => void;
  readonly #devices: Map<string, number>;
  readonly #streams: Map<number, StreamRecord>;
  readonly #checkpoints = new Checkpoints();
  readonly #quota: JournalQuota;
  /** Cursors that moved since they were written. Losing them costs a question to the platform at the next connect, no event. */
  readonly #unwrittenAcks = new Set<StreamRecord>();
  #acksSinceWritten = 0;
  #failure: CodedError | undefined;
  readonly #failed: (failure: CodedError) => void;

  constructor(database: Database.Database, options: JournalOptions, maxBytes: number) {
    this.#path = options.path;
    this.#failed = options.failed ?? (() => undefined);
    this.#database = database;
    this.#statements = prepareStatements(database);
    this.#inTransaction = database.transaction((work: () => void) => work()).immediate;
    this.#devices = loadDevices(database);
    this.#streams = loadStreams(database, this.#devices.values());
    this.#quota = new JournalQuota(database, maxBytes);
    const lastEpoch = this.getValue("journal.epoch");
    this.epoch = lastEpoch === undefined ? options.initialEpoch : Number(lastEpoch) + 1;
    this.chain = Number(this.getValue("journal.chain") ?? this.epoch);
    this.#durably("boot", () => {
      this.#statements.setValue.run("journal.epoch", String(this.epoch));
      this.#statements.setValue.run("journal.chain", String(this.chain));
    });
    assertDurable(database);
  }

  commit({ events, checkpoints }: JournalCommit): void {
    this.#quota.admit(events);
    this.#commit({ events, checkpoints }, () => undefined);
  }

  thin(stream: Stream, seqs: readonly number[], record: NewEvent): void {
    const { id } = this.#find(stream) ?? emptyStream(0);
    this.#commit({ events: [record], checkpoints: [] }, () => {
      for (const seq of seqs) thinRow(this.#statements, rowKey(id, seq));
    });
    this.#quota.measure();
  }

  #commit({ events, checkpoints }: JournalCommit, more: () => void): void {
    const draft = new CommitDraft(this, this.#devices, this.#streams, this.#checkpoints);
    for (const event of events) draft.append(event);
    for (const checkpoint of checkpoints) draft.setCheckpoint(checkpoint.device, checkpoint.state);
    this.#durably("commit", () => {
      draft.write(this.#statements);
      more();
      this.#writeAcks();
    });
    draft.adopt();
    this.#acksWritten();
    this.#quota.grew(events.length, draft.payloadCharacters);
  }

  checkpoint(device: string): unknown {
    const id = this.#devices.get(device);
    const text = id === undefined ? undefined : readCheckpoint(this.#statements, id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  stream(stream: Stream): StreamState {
    const { lastSeq, head, ackedSeq, forgottenSeq } = this.#find(stream) ?? emptyStream(0);
    return { lastSeq, head, ackedSeq, forgottenSeq };
  }

  read(stream: Stream, afterSeq: number, limit: number): { prev: HexDigest; rows: JournalRow[] } {
    const record = this.#find(stream) ?? emptyStream(0);
    const prev = this.#hashAt(record, afterSeq);
    if (afterSeq === record.lastSeq) return { prev, rows: [] };
    const stored = this.#statements.eventsBetween.all(rowKey(record.id, afterSeq), rowKey(record.id + 1, 0), limit);
    const hashAt = (seq: number) => this.#hashAt(record, seq);
    const rows = stored.map((row) => new StoredRow(row, hashAt));
    if (rows.some((row, index) => row.seq !== afterSeq + 1 + index))
      throw new CodedError("journal.corrupt", `rows missing after ${afterSeq}`);
    return { prev, rows };
  }

  acknowledge(stream: Stream, upTo: number, refused: readonly { seq: number; code: string }[]): void {
    const record = this.#find(stream);
    if (!record || upTo > record.lastSeq || upTo < record.forgottenSeq) throw new CodedError("journal.badAck", `${upTo}`);
    record.ackedSeq = upTo;
    this.#unwrittenAcks.add(record);
    this.#acksSinceWritten++;
    if (refused.length === 0 && this.#acksSinceWritten < ACKS_UNWRITTEN_MAX) return;
    this.#durably("acknowledge", () => {
      for (const { seq, code } of refused) addDeadLetter(this.#statements, rowKey(record.id, seq), code);
      this.#writeAcks();
    });
    this.#acksWritten();
  }

  forget(stream: Stream, belowSeq: number, olderThanEarliestMs: number): number {
    const record = this.#find(stream);
    if (!record) return 0;
    const { id, forgottenSeq } = record;
    const limit = Math.min(record.ackedSeq, belowSeq - 1, forgottenSeq + FORGET_ROWS_MAX);
    if (limit <= forgottenSeq) return 0;
    const young = this.#statements.firstYoung.get(rowKey(id, forgottenSeq), rowKey(id, limit), olderThanEarliestMs);
    const upTo = young ? seqOf(young.key) - 1 : limit;
    if (upTo <= forgottenSeq) return 0;
    const hash = this.#hashAt(record, upTo);
    this.#durably("forget", () => {
      this.#statements.setCursor.run(id, record.ackedSeq, upTo, fromHex(hash));
      this.#statements.deleteEvents.run(rowKey(id, forgottenSeq), rowKey(id, upTo));
    });
    record.forgottenSeq = upTo;
    record.forgottenHash = hash;
    this.#quota.measure();
    return upTo - forgottenSeq;
  }

  /** At most `limit` refused rows of a stream after `afterSeq`, in order. */
  deadLetters(stream: Stream, afterSeq: number, limit: number): DeadLetter[] {
    const record = this.#find(stream);
    if (!record) return [];
    const rows = this.#statements.deadLetters.all(rowKey(record.id, afterSeq), rowKey(record.id + 1, 0), limit);
    return rows.map(({ key, code, digest }) => ({ seq: seqOf(key), code, digest: toHex(digest) }));
  }

  getValue(name: string): string | undefined {
    return this.#statements.value.get(name)?.value;
  }

  setValue(name: string, value: string): void {
    this.#durably(name, () => this.#statements.setValue.run(name, value));
  }

  sizeBytes(): number {
    return journalFileBytes(this.#path);
  }

  sizeState(): JournalSizeState {
    return this.#quota.state();
  }

  usedPart(): number {
    return this.#quota.usedPart();
  }

  close(): void {
    try {
      if (!this.#failure && this.#unwrittenAcks.size > 0) this.#durably("close", () => this.#writeAcks());
    } finally {
      this.#database.close();
    }
  }

  #find({ device, lane }: Stream): StreamRecord | undefined {
    const deviceId = this.#devices.get(device);
    return deviceId === undefined ? undefined : this.#streams.get(streamId(deviceId, lane));
  }

  /** One transaction: when it returns, all of `work` is on the disk. */
  #durably(step: string, work: () => void): void {
    if (this.#failure) throw this.#failure;
    try {
      this.#inTransaction(work);
    } catch (cause) {
      const failure = journalFailure(cause, step);
      if (isFatal(failure)) {
        this.#failure = failure;
        this.#failed(failure);
      }
      throw failure;
    }
  }

  #writeAcks(): void {
    for (const { id, ackedSeq, forgottenSeq, forgottenHash } of this.#unwrittenAcks) {
      this.#statements.setCursor.run(id, ackedSeq, forgottenSeq, fromHex(forgottenHash));
    }
  }

  #acksWritten(): void {
    this.#unwrittenAcks.clear();
    this.#acksSinceWritten = 0;
  }

  #hashAt(record: StreamRecord, seq: number): HexDigest {
    if (seq === record.lastSeq) return record.head;
    if (seq === record.forgottenSeq) return record.forgottenHash;
    if (seq < record.forgottenSeq) throw new CodedError("journal.forgotten", `${seq} of ${record.forgottenSeq}`);
    if (seq > record.lastSeq) throw new CodedError("journal.badAck", `${seq} of ${record.lastSeq}`);
    const row = this.#statements.hashAt.get(rowKey(record.id, seq));
    if (!row) throw new CodedError("journal.corrupt", `row ${seq} missing`);
    return toHex(row.hash);
  }
}

export type { SqliteJournal };
