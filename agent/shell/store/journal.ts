/** The journal in SQLite: rows in one file, numbered and chained per machine and lane, durable when `commit` returns. */
import type { Journal, JournalCommit, JournalSizeState, NewEvent, RowsRead, Stream, StreamState } from "#agent/ports.ts";
import { readCheckpoint } from "#agent/shell/store/journalCheckpoints.ts";
import { type DamageReport, damageEvents, parseReports } from "#agent/shell/store/journalDamage.ts";
import { CommitDraft } from "#agent/shell/store/journalDraft.ts";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import type { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { openSoundJournal } from "#agent/shell/store/journalOpening.ts";
import { DEFAULT_MAX_BYTES, type JournalOptions } from "#agent/shell/store/journalOptions.ts";
import { journalFileBytes } from "#agent/shell/store/journalQuota.ts";
import { RecoveringHandle } from "#agent/shell/store/journalRecovery.ts";
import { JournalReserve } from "#agent/shell/store/journalReserve.ts";
import { StoredRow } from "#agent/shell/store/journalRow.ts";
import { assertDurable } from "#agent/shell/store/journalSchema.ts";
import { JournalScrub } from "#agent/shell/store/journalScrub.ts";
import { emptyStream, rowKey, type StreamRecord, seqOf, toHex } from "#agent/shell/store/journalStreams.ts";
import type { JournalFault } from "#agent/shell/store/journalVerify.ts";
import { DAMAGE, SUSPECT } from "#agent/shell/store/journalWords.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { DeadLetter } from "#protocol/events/deadLetters.ts";

/** Deleting is cut into pieces: each holds the file for a few milliseconds. */
const FORGET_ROWS_MAX = 10_000;
const ACKS_UNWRITTEN_MAX = 64;

/** Opens or begins a journal; each opening is a new boot epoch. Throws CodedErrors of the area `journal`. */
export function openJournal(options: JournalOptions): SqliteJournal {
  const { path, maxBytes = DEFAULT_MAX_BYTES, reserveBytes = 0 } = options;
  const reserve = new JournalReserve(path, reserveBytes);
  return reserve.rescue(() => {
    let handle: JournalHandle | undefined;
    try {
      handle = openSoundJournal(path, maxBytes);
      return new SqliteJournal(handle, options, maxBytes, reserve);
    } catch (cause) {
      handle?.close();
      throw journalFailure(cause, path);
    }
  });
}

class SqliteJournal implements Journal {
  readonly epoch: number;
  readonly chain: number;
  readonly #path: string;
  readonly #reserve: JournalReserve;
  readonly #disk: RecoveringHandle;
  /** Streams whose cursor moved since it was written. Losing that costs a question to the platform at the next connect, no event. */
  readonly #unwritten = new Set<StreamRecord>();
  #acksSinceWritten = 0;
  #scrub: JournalScrub | null = null;
  #scrubbed: JournalHandle | null = null;
  /** What was lost and is not on record yet. */
  #damage: readonly DamageReport[];

  constructor(handle: JournalHandle, { path, initialEpoch, failed }: JournalOptions, maxBytes: number, reserve: JournalReserve) {
    this.#path = path;
    this.#reserve = reserve;
    const replaced = (after: JournalHandle) => this.#replaced(after);
    this.#disk = new RecoveringHandle(handle, { path, maxBytes, reserve, failed: failed ?? (() => undefined), replaced });
    this.#damage = parseReports(handle.value(DAMAGE));
    const { epoch, chain } = handle.boot(initialEpoch);
    this.epoch = epoch;
    this.chain = chain;
    // How far the opening has verified them is kept with the next write.
    for (const record of handle.streams.values()) this.#unwritten.add(record);
    assertDurable(handle.database);
  }

  commit({ events, checkpoints }: JournalCommit): void {
    this.#disk.usable().quota.admit(events);
    this.#reserve.admit(events);
    this.#commit({ events, checkpoints }, () => undefined);
  }

  thin(stream: Stream, seqs: readonly number[], record: NewEvent): void {
    if (stream.lane !== "telemetry") throw new CodedError("journal.badEvent", `rows of lane ${stream.lane} are not thinned`);
    const { id } = this.#find(stream);
    this.#commit({ events: [record], checkpoints: [] }, (handle) => {
      for (const seq of seqs) handle.thinEvent(rowKey(id, seq));
    });
    this.#disk.current.quota.measure();
  }

  #commit({ events, checkpoints }: JournalCommit, more: (handle: JournalHandle) => void): void {
    const handle = this.#disk.usable();
    const draft = new CommitDraft(this, handle);
    const { told, left } = damageEvents(this.#damage, events);
    for (const event of [...told, ...events]) draft.append(event);
    for (const checkpoint of checkpoints) draft.setCheckpoint(checkpoint.device, checkpoint.state);
    const write = (): void => {
      this.#writeStreams();
      draft.write(handle);
      more(handle);
      if (told.length > 0) handle.writeValue(DAMAGE, JSON.stringify(left));
    };
    // It may have reached the disk though the flush failed: then it must not be told as failed, or its events would come twice.
    this.#disk.commit(new Set(events.map(({ lane }) => lane)), write, (reopened) => draft.landedIn(reopened));
    this.#damage = left;
    if (this.#disk.current === handle) draft.adopt(handle);
    this.#streamsWritten();
    this.#disk.current.quota.grew(events.length, draft.payloadCharacters);
  }

  checkpoint(device: string): unknown {
    const { devices, statements } = this.#disk.current;
    const id = devices.get(device);
    const text = id === undefined ? undefined : readCheckpoint(statements, id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  stream(stream: Stream): StreamState {
    const { lastSeq, head, ackedSeq, forgottenSeq } = this.#find(stream);
    return { lastSeq, head, ackedSeq, forgottenSeq };
  }

  read(stream: Stream, afterSeq: number, limit: number): RowsRead {
    const record = this.#find(stream);
    const handle = this.#disk.current;
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
    const record = this.#disk.current.find(stream);
    if (!record || upTo > record.lastSeq || upTo < record.forgottenSeq) throw new CodedError("journal.badAck", `${upTo}`);
    record.ackedSeq = upTo;
    this.#unwritten.add(record);
    this.#acksSinceWritten++;
    if (refused.length === 0 && this.#acksSinceWritten < ACKS_UNWRITTEN_MAX) return;
    this.#disk.durably("acknowledge", (handle) => {
      for (const { seq, code } of refused) handle.writeDeadLetter(rowKey(record.id, seq), code);
      this.#writeStreams();
    });
    this.#streamsWritten();
  }

  forget(stream: Stream, belowSeq: number, olderThanEarliestMs: number): number {
    const record = this.#disk.current.find(stream);
    if (!record) return 0;
    const { id, forgottenSeq } = record;
    const limit = Math.min(record.ackedSeq, belowSeq - 1, forgottenSeq + FORGET_ROWS_MAX);
    if (limit <= forgottenSeq) return 0;
    const young = this.#disk.current.statements.firstYoung.get(rowKey(id, forgottenSeq), rowKey(id, limit), olderThanEarliestMs);
    const upTo = this.#disk.current.outsideHole(id, young ? seqOf(young.key) - 1 : limit);
    if (upTo <= forgottenSeq) return 0;
    const verifiedSeq = Math.max(record.verifiedSeq, upTo);
    const after = { ...record, forgottenSeq: upTo, forgottenHash: this.#disk.current.hashAt(record, upTo), verifiedSeq };
    this.#disk.durably("forget", (handle) => {
      handle.deleteEvents(record, upTo);
      handle.writeStream(after);
    });
    Object.assign(record, after);
    this.#disk.current.forgetHoles(id, upTo);
    this.#disk.current.quota.measure();
    return upTo - forgottenSeq;
  }

  /** The rows themselves stay until they are forgotten. */
  deadLetters(stream: Stream, afterSeq: number, limit: number): DeadLetter[] {
    const { id } = this.#find(stream);
    const rows = this.#disk.current.statements.deadLetters.all(rowKey(id, afterSeq), rowKey(id + 1, 0), limit);
    return rows.map(({ key, code, digest }) => ({ seq: seqOf(key), code, digest: toHex(digest) }));
  }

  /**
   * Reads a little of the file back: call it again and again. Null while all holds. A fault is noted in the file, and mended at the next
   * opening, which sets the file aside: that takes too long for a machine that is at work.
   */
  scrub(): JournalFault | null {
    const handle = this.#disk.usable();
    if (!this.#scrub || this.#scrubbed !== handle) this.#scrub = new JournalScrub(handle);
    this.#scrubbed = handle;
    const { done, fault } = this.#scrub.next();
    if (done || fault) this.#scrub = null;
    if (fault) this.#disk.durably("scrub", (usable) => usable.writeValue(SUSPECT, JSON.stringify(fault)));
    return fault;
  }

  getValue(name: string): string | undefined {
    return this.#disk.current.value(name);
  }

  setValue(name: string, value: string): void {
    this.#disk.durably(name, (handle) => handle.writeValue(name, value));
  }

  sizeBytes(): number {
    return journalFileBytes(this.#path);
  }

  sizeState(): JournalSizeState {
    return this.#reserve.isDiskFull ? "full" : this.#disk.current.quota.state();
  }

  /** Makes the reserve again when the disk has room: call it again and again. */
  lookForRoom(): void {
    this.#disk.lookForRoom();
  }

  usedPart(): number {
    return this.#disk.current.quota.usedPart();
  }

  close(): void {
    try {
      if (!this.#disk.hasFailed && this.#unwritten.size > 0) this.#disk.durably("close", () => this.#writeStreams());
    } finally {
      this.#disk.current.close();
    }
  }

  /** A stream that has no rows yet is empty. */
  #find(stream: Stream): StreamRecord {
    return this.#disk.current.find(stream) ?? emptyStream(-1, stream.device);
  }

  /** Memory that the file did not have yet goes over to the new handle. */
  #replaced(after: JournalHandle): void {
    if (after.chain !== this.chain) throw new CodedError("journal.inUse", `another chain: ${after.chain}`);
    const moved = [...this.#unwritten].map(({ id, ackedSeq }) => ({ ackedSeq, record: after.streams.get(id) }));
    this.#unwritten.clear();
    for (const { ackedSeq, record } of moved) {
      if (!record) continue;
      record.ackedSeq = Math.max(record.forgottenSeq, Math.min(ackedSeq, record.lastSeq));
      this.#unwritten.add(record);
    }
    this.#damage = parseReports(after.value(DAMAGE));
  }

  #writeStreams(): void {
    for (const record of this.#unwritten) this.#disk.current.writeStream(record);
  }

  #streamsWritten(): void {
    this.#unwritten.clear();
    this.#acksSinceWritten = 0;
  }
}

export type { SqliteJournal };
