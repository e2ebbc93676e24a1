import type { Journal, Stream } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Ack } from "#protocol/events/messages.ts";

export type Watermark = NonNullable<Ack["watermark"]>;

/** Is the watermark signed by the platform for this stream of this chain? */
export type VerifyWatermark = (stream: Stream, chain: number, watermark: Watermark) => boolean;

/** Pieces of one deletion, so that a long one does not hold up the loop. */
const FORGET_ROUNDS_MAX = 5;

/** What the platform has signed for: only that may be deleted, and only after its retention. */
export class Watermarks {
  readonly #journal: Journal;
  readonly #verify: VerifyWatermark;
  readonly #retainFromMs: () => number;
  readonly #verified = new Map<Stream, number>();

  /** `retainFromMs`: UTC ms; what is certainly older has been kept for long enough. */
  constructor(journal: Journal, verify: VerifyWatermark, retainFromMs: () => number) {
    this.#journal = journal;
    this.#verify = verify;
    this.#retainFromMs = retainFromMs;
  }

  /** Throws `sync.badAck` when the watermark is above what is acknowledged, is not signed, or names a chain that is not ours. */
  take(stream: Stream, watermark: Watermark): void {
    const known = this.#journal.stream(stream);
    if (watermark.upTo > known.ackedSeq) throw new CodedError("sync.badAck", "watermark above the acknowledged");
    if (watermark.upTo <= Math.max(known.forgottenSeq, this.#verified.get(stream) ?? 0)) return;
    if (!this.#verify(stream, this.#journal.chain, watermark)) throw new CodedError("sync.badAck", "watermark's signature");
    const { prev: ourHash } = this.#journal.read(stream, watermark.upTo, 0);
    if (ourHash !== watermark.hash) throw new CodedError("sync.badAck", "watermark's hash is not ours");
    this.#verified.set(stream, watermark.upTo);
  }

  /** Deletes what may go. Returns the number of rows. */
  forget(stream: Stream): number {
    const upTo = this.#verified.get(stream);
    if (upTo === undefined) return 0;
    let deleted = 0;
    for (let round = 0; round < FORGET_ROUNDS_MAX; round++) {
      const rows = this.#journal.forget(stream, upTo, this.#retainFromMs());
      if (rows === 0) break;
      deleted += rows;
    }
    return deleted;
  }
}
