/** From a published batch to a committed and acknowledged one. Batches that arrive together are committed together. */
import { inflateRawSync } from "node:zlib";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type DecodedBatch, decodeBatch } from "#protocol/events/batch.ts";
import { verifyChain } from "#protocol/events/chain.ts";
import type { Ack } from "#protocol/events/messages.ts";
import type { EventStore, StreamRow } from "#simulator/platform/eventStore.ts";
import { placeBatch, type ReceivedBatch, type ReceivedEvent } from "#simulator/platform/placement.ts";
import { checkReceipt, type ReceiptFacts } from "#simulator/platform/receiptCheck.ts";

const MAX_WAITING_BATCHES = 512;
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** Enough to make the disk's share small, and few enough that the sender's window does not wait for one long commit. */
const EVENTS_PER_COMMIT = 400;

export type Refusal = Ack["refused"][number];

/** To be acknowledged: what the stream holds, now that it is on the disk. */
export interface AckOrder {
  readonly stream: StreamRow;
  readonly refused: readonly Refusal[];
}

export interface ReceiverListener {
  /** Called after the commit, once for each stream that the group touched. */
  committed(order: AckOrder): void;
  /** A batch that could not be read at all: neither stored nor acknowledged. */
  unreadable(device: string, error: CodedError): void;
  /** The disk refused the group: nothing of it was stored or acknowledged, and the devices will send it again. */
  storeFailed(error: unknown): void;
}

interface Waiting {
  readonly device: string;
  readonly payload: Uint8Array;
}

export class Receiver {
  readonly #store: EventStore;
  readonly #listener: ReceiverListener;
  readonly #receipts: ReceiptFacts;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #drainPlanned = false;
  #roomWanted: (() => void)[] = [];

  constructor(store: EventStore, listener: ReceiverListener, receipts: ReceiptFacts, now: () => number) {
    this.#receipts = receipts;
    this.#store = store;
    this.#listener = listener;
    this.#now = now;
  }

  /** Takes a batch into memory. `whenRoom` is called at once, or when the next batch may come. */
  accept(device: string, payload: Uint8Array, whenRoom: () => void): void {
    this.#waiting.push({ device, payload });
    this.#waitingBytes += payload.length;
    if (this.#isFull()) this.#roomWanted.push(whenRoom);
    else whenRoom();
    if (this.#drainPlanned) return;
    this.#drainPlanned = true;
    setImmediate(() => this.#drain());
  }

  /** Commits what waits, now. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commitNext();
  }

  #isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING_BATCHES || this.#waitingBytes >= MAX_WAITING_BYTES;
  }

  #drain(): void {
    this.#commitNext();
    this.#drainPlanned = this.#waiting.length > 0;
    if (this.#drainPlanned) setImmediate(() => this.#drain());
  }

  #commitNext(): void {
    this.#commitGroup(this.#takeGroup());
    if (this.#isFull()) return;
    const resumed = this.#roomWanted;
    this.#roomWanted = [];
    for (const resume of resumed) resume();
  }

  #takeGroup(): ReceivedBatch[] {
    const group: ReceivedBatch[] = [];
    let events = 0;
    let taken = 0;
    for (const waiting of this.#waiting) {
      if (events >= EVENTS_PER_COMMIT) break;
      taken += 1;
      this.#waitingBytes -= waiting.payload.length;
      const batch = this.#read(waiting);
      if (batch === undefined) continue;
      group.push(batch);
      events += batch.events.length;
    }
    this.#waiting.splice(0, taken);
    return group;
  }

  #commitGroup(batches: readonly ReceivedBatch[]): void {
    if (batches.length === 0) return;
    const refusedByStream = new Map<StreamRow, Refusal[]>();
    try {
      this.#store.commit(() => {
        for (const batch of batches) writeBatch(this.#store, batch, refusedByStream, this.#now());
        for (const stream of refusedByStream.keys()) this.#store.saveStream(stream);
      });
    } catch (error) {
      this.#store.reload();
      this.#listener.storeFailed(error);
      return;
    }
    for (const [stream, refused] of refusedByStream) this.#listener.committed({ stream, refused });
  }

  #read({ device, payload }: Waiting): ReceivedBatch | undefined {
    try {
      const batch = decodeBatch(payload, (bytes, maxOutputLength) => inflateRawSync(bytes, { maxOutputLength }));
      if (batch.device !== device) throw new CodedError("event.wrongDevice", `${batch.device} on the topic of ${device}`);
      return judged(batch, this.#receipts);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#listener.unreadable(device, error);
      return undefined;
    }
  }
}

/** What waits for the device's key, and all after it, is not taken: the acknowledgement says what is held. */
function judged(batch: DecodedBatch, receipts: ReceiptFacts): ReceivedBatch {
  const hashes = verifyChain(batch);
  const { device, lane, chain, prev, lost } = batch;
  const events: ReceivedEvent[] = [];
  for (const [index, { event, payloadText, digest, verdict }] of batch.events.entries()) {
    const { seq, epoch, kind, session, monoMs, earliestMs, latestMs, payload } = event;
    const time = { monoMs, earliestMs, latestMs };
    const refused = verdict.ok ? checkReceipt({ device, kind, session, time, payload }, receipts) : verdict.code;
    if (refused === "waits") break;
    events.push({ seq, epoch, kind, session, time, payloadText, digest, hash: hashes[index] ?? "", refused });
  }
  return { device, lane, chain, prev, lost, events };
}

/** Inside the transaction. An event that is refused is stored as evidence, keeps its place in the chain, and stalls nothing. */
function writeBatch(store: EventStore, batch: ReceivedBatch, refusedByStream: Map<StreamRow, Refusal[]>, receivedMs: number): void {
  const stream = store.ensureStream(batch.device, batch.lane, batch.chain);
  if (stream === undefined) return;
  const refusals = refusedByStream.get(stream) ?? [];
  refusedByStream.set(stream, refusals);

  const placed = placeBatch(stream, batch, (seq) => store.heldHash(stream, seq));
  stream.highestSeen = Math.max(stream.highestSeen, batch.events.at(-1)?.seq ?? 0);
  if (placed.gap && batch.events.length > 0) stream.gaps += 1;
  stream.duplicates += placed.duplicates.length;
  refusals.push(...refusalsAgain(store, stream, placed.duplicates));
  for (const { event, held } of placed.conflicts) {
    const { seq, hash, payloadText } = event;
    stream.conflicts += 1;
    store.addBreak(stream, { seq, code: "event.conflict", expected: held, received: hash, payloadText }, receivedMs);
    refusals.push({ seq, code: "event.conflict" });
  }
  if (placed.lost) recordLoss(store, stream, placed.lost, batch.prev, receivedMs);
  for (const [index, event] of placed.fresh.entries()) {
    const isBroken = index === 0 && placed.brokenPrev !== undefined;
    if (isBroken) recordBrokenLink(store, stream, event, placed.brokenPrev ?? "", receivedMs);
    const refused = isBroken ? "event.chainBroken" : event.refused;
    store.addEvent(stream, event, refused, receivedMs);
    stream.upTo = event.seq;
    stream.head = event.hash;
    if (refused === null) continue;
    stream.refused += 1;
    refusals.push({ seq: event.seq, code: refused });
  }
}

/** Only the event whose link is broken is refused: those after it follow from it, and the break is on record. */
function recordBrokenLink(store: EventStore, stream: StreamRow, event: ReceivedEvent, received: string, receivedMs: number): void {
  const evidence = { seq: event.seq, code: "event.chainBroken", expected: stream.head, received, payloadText: event.payloadText };
  store.addBreak(stream, evidence, receivedMs);
}

/** A loss of nothing is none: what the device lost had all arrived here before. */
function recordLoss(
  store: EventStore,
  stream: StreamRow,
  lost: { fromSeq: number; toSeq: number },
  received: string,
  receivedMs: number,
): void {
  if (lost.fromSeq > lost.toSeq) return;
  const payloadText = JSON.stringify(lost);
  store.addBreak(stream, { seq: lost.fromSeq, code: "event.lost", expected: stream.head, received, payloadText }, receivedMs);
}

/** What was refused when it first came is refused again: the acknowledgement that said so may have been lost. */
function refusalsAgain(store: EventStore, stream: StreamRow, duplicates: readonly ReceivedEvent[]): Refusal[] {
  const from = duplicates[0]?.seq;
  const to = duplicates.at(-1)?.seq;
  if (from === undefined || to === undefined) return [];
  const sent = new Set(duplicates.map((event) => event.seq));
  return store.refusedBetween(stream, from, to, sent.size).filter(({ seq }) => sent.has(seq));
}
