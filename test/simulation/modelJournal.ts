/** The journal on a model disk. What `commit` returned from is durable; what is thrown instead left nothing. */
import { checkedCheckpoint, checkedPayload } from "#agent/core/recordable.ts";
import type { Journal, JournalCommit, JournalRow, JournalSizeState, NewEvent, Stream, StreamState } from "#agent/ports.ts";
import { seal } from "#agent/shell/store/journalSeal.ts";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { DeadLetter } from "#protocol/events/deadLetters.ts";
import { type DurableStream, type ModelDisk, rowBytes, streamKey } from "#test/simulation/disk.ts";

const WARNING_SHARE = 0.9;
const FULL_SHARE = 0.95;
const ACKS_UNWRITTEN_MAX = 64;

interface Drafted {
  stream: Stream;
  event: NewEvent;
  row: JournalRow;
}

/** Each opening is a new boot epoch, and the end of the one before. */
export function openModelJournal(disk: ModelDisk, { initialEpoch, maxBytes }: { initialEpoch: number; maxBytes?: number }): Journal {
  disk.fault("boot");
  const epoch = disk.epoch === undefined ? initialEpoch : disk.epoch + 1;
  disk.epoch = epoch;
  disk.chain ??= epoch;
  return new ModelJournal(disk, { epoch, chain: disk.chain }, maxBytes ?? 2 ** 30, disk.takeOver());
}

class ModelJournal implements Journal {
  readonly epoch: number;
  readonly chain: number;
  readonly #disk: ModelDisk;
  readonly #maxBytes: number;
  readonly #assertOpen: () => void;
  /** Cursors that only this process knows. */
  readonly #acked = new Map<string, number>();
  #acksUnwritten = 0;
  #usedBytes: number;

  constructor(disk: ModelDisk, boot: { epoch: number; chain: number }, maxBytes: number, assertOpen: () => void) {
    this.epoch = boot.epoch;
    this.chain = boot.chain;
    this.#disk = disk;
    this.#maxBytes = maxBytes;
    this.#assertOpen = assertOpen;
    this.#usedBytes = disk.usedBytes();
  }

  commit(commit: JournalCommit): void {
    this.#admit(commit.events);
    this.#commit(commit);
  }

  thin(stream: Stream, seqs: readonly number[], record: NewEvent): void {
    if (stream.lane !== "telemetry") throw new CodedError("journal.badEvent", `rows of lane ${stream.lane} are not thinned`);
    this.#commit({ events: [record], checkpoints: [] });
    const { rows } = this.#disk.streamOf(streamKey(stream));
    for (const [index, row] of rows.entries()) {
      if (!seqs.includes(row.seq)) continue;
      rows[index] = { ...row, payloadText: null };
      this.#usedBytes -= row.payloadText?.length ?? 0;
    }
  }

  #commit({ events, checkpoints }: JournalCommit): void {
    const drafted = this.#drafted(events);
    const texts = checkpoints.map(({ device, state }) => [device, checkedCheckpoint(device, state)] as const);
    this.#durably("commit");
    for (const { stream, event, row } of drafted) this.#append(stream, event, row);
    for (const [device, text] of texts) this.#disk.checkpoints.set(device, text);
    this.#writeAcks();
  }

  checkpoint(device: string): unknown {
    const text = this.#disk.checkpoints.get(device);
    return text === undefined ? undefined : JSON.parse(text);
  }

  stream(stream: Stream): StreamState {
    const key = streamKey(stream);
    const held = this.#disk.streamOf(key);
    const ackedSeq = this.#acked.get(key) ?? held.ackedSeq;
    return { lastSeq: lastSeq(held), head: held.head, ackedSeq, forgottenSeq: held.forgottenSeq };
  }

  read(stream: Stream, afterSeq: number, limit: number): { prev: HexDigest; rows: JournalRow[] } {
    const held = this.#disk.streamOf(streamKey(stream));
    const prev = hashAt(held, afterSeq);
    const from = afterSeq - held.forgottenSeq;
    return { prev, rows: held.rows.slice(from, from + limit) };
  }

  acknowledge(stream: Stream, upTo: number, refused: readonly { seq: number; code: string }[]): void {
    const key = streamKey(stream);
    const held = this.#disk.streamOf(key);
    if (!this.#disk.streams.has(key) || upTo > lastSeq(held) || upTo < held.forgottenSeq) throw new CodedError("journal.badAck", `${upTo}`);
    this.#acked.set(key, upTo);
    this.#disk.watch.acknowledged(stream, upTo);
    this.#acksUnwritten += 1;
    if (refused.length === 0 && this.#acksUnwritten < ACKS_UNWRITTEN_MAX) return;
    this.#durably("acknowledge");
    this.#writeAcks();
    const letters = refused.flatMap(({ seq, code }) => {
      const digest = held.rows[seq - held.forgottenSeq - 1]?.digest;
      return digest === undefined ? [] : [{ seq, code, digest }];
    });
    const known = this.#disk.deadLetters.get(key) ?? [];
    const added = letters.filter(({ seq }) => !known.some((letter) => letter.seq === seq));
    if (added.length > 0)
      this.#disk.deadLetters.set(
        key,
        [...known, ...added].sort((one, other) => one.seq - other.seq),
      );
  }

  deadLetters(stream: Stream, afterSeq: number, limit: number): DeadLetter[] {
    const held = this.#disk.deadLetters.get(streamKey(stream)) ?? [];
    return held.filter(({ seq }) => seq > afterSeq).slice(0, limit);
  }

  forget(stream: Stream, belowSeq: number, olderThanEarliestMs: number): number {
    const key = streamKey(stream);
    const held = this.#disk.streamOf(key);
    const limit = Math.min(this.stream(stream).ackedSeq, belowSeq - 1) - held.forgottenSeq;
    const young = held.rows.findIndex(({ time }) => time.earliestMs >= olderThanEarliestMs);
    const count = Math.min(limit, young < 0 ? held.rows.length : young);
    if (count <= 0) return 0;
    this.#durably("forget");
    const gone = held.rows.splice(0, count);
    held.forgottenSeq += count;
    held.forgottenHash = gone.at(-1)?.hash ?? held.forgottenHash;
    held.ackedSeq = Math.max(this.stream(stream).ackedSeq, held.forgottenSeq);
    for (const { payloadText } of gone) this.#usedBytes -= rowBytes(payloadText);
    return count;
  }

  getValue(name: string): string | undefined {
    return this.#disk.values.get(name);
  }

  setValue(name: string, value: string): void {
    this.#durably(name);
    this.#disk.values.set(name, value);
  }

  sizeBytes(): number {
    return this.#usedBytes;
  }

  sizeState(): JournalSizeState {
    const share = this.usedPart();
    return share >= FULL_SHARE ? "full" : share >= WARNING_SHARE ? "warning" : "ok";
  }

  usedPart(): number {
    return this.#usedBytes / this.#maxBytes;
  }

  close(): void {
    this.#writeAcks();
  }

  #admit(events: readonly NewEvent[]): void {
    const share = this.usedPart();
    if (events.length === 0 || share < FULL_SHARE) return;
    if (share >= 1) throw new CodedError("journal.full", `${this.#usedBytes} bytes`);
    if (events.some(({ lane }) => lane === "telemetry")) throw new CodedError("journal.telemetryFull", `${this.#usedBytes} bytes`);
  }

  #drafted(events: readonly NewEvent[]): Drafted[] {
    const heads = new Map<string, { seq: number; prev: HexDigest }>();
    return events.map((event) => {
      const payloadText = checkedPayload(event);
      const { device, lane, kind, session, time } = event;
      const stream = { device, lane };
      const key = streamKey(stream);
      const held = this.#disk.streamOf(key);
      const { seq, prev } = heads.get(key) ?? { seq: lastSeq(held), prev: held.head };
      const { epoch, chain } = this;
      const { hash } = seal(event, payloadText, { epoch, chain, seq: seq + 1, prev });
      heads.set(key, { seq: seq + 1, prev: hash });
      return { stream, event, row: { seq: seq + 1, epoch, kind, session, time, payloadText, digest: sha256Hex(payloadText), hash } };
    });
  }

  #append(stream: Stream, event: NewEvent, row: JournalRow): void {
    const key = streamKey(stream);
    const held = this.#disk.streamOf(key);
    this.#disk.streams.set(key, held);
    held.rows.push(row);
    held.head = row.hash;
    this.#usedBytes += rowBytes(row.payloadText);
    this.#disk.watch.stored(stream, event, row);
  }

  #durably(step: string): void {
    this.#assertOpen();
    this.#disk.fault(step);
  }

  #writeAcks(): void {
    for (const [key, upTo] of this.#acked) {
      const held = this.#disk.streams.get(key);
      if (held) held.ackedSeq = upTo;
    }
    this.#acksUnwritten = 0;
  }
}

function lastSeq({ forgottenSeq, rows }: DurableStream): number {
  return forgottenSeq + rows.length;
}

function hashAt(held: DurableStream, seq: number): HexDigest {
  if (seq < held.forgottenSeq) throw new CodedError("journal.forgotten", `${seq} of ${held.forgottenSeq}`);
  if (seq > lastSeq(held)) throw new CodedError("journal.badAck", `${seq} of ${lastSeq(held)}`);
  return seq === held.forgottenSeq ? held.forgottenHash : (held.rows[seq - held.forgottenSeq - 1]?.hash ?? "");
}
