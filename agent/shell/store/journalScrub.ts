/**
 * Reads the whole journal back, a little at a time: a card forgets in silence, and what is found while the platform still lacks it can still
 * be told. A slice is one short read of a few rows; SQLite's own check of its pages cannot be sliced, and belongs to `arcgate verify`: but
 * every page that holds a row is read on the way, and a damaged one shows.
 */
import type { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { prepareRowLooks } from "#agent/shell/store/journalLooks.ts";
import { laneOf } from "#agent/shell/store/journalStreams.ts";
import { type JournalFault, JournalVerifier } from "#agent/shell/store/journalVerify.ts";
import { StreamWalk } from "#agent/shell/store/journalWalk.ts";
import { isDamage } from "#agent/shell/store/journalWords.ts";

/** A few milliseconds of a slow module's time. */
const ROWS_PER_SLICE = 32;

export class JournalScrub {
  readonly #handle: JournalHandle;
  readonly #slices: Generator<JournalFault | null, void>;

  constructor(handle: JournalHandle) {
    this.#handle = handle;
    this.#slices = this.#walkAll();
  }

  /** The next slice: `done` at the end of the file; a fault where something does not hold. */
  next(): { done: boolean; fault: JournalFault | null } {
    try {
      const { done, value } = this.#slices.next();
      return { done: done ?? false, fault: value ?? null };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { done: true, fault: { table: "file", device: null, lane: null, seq: null, detail: error.message } };
    }
  }

  *#walkAll(): Generator<JournalFault | null, void> {
    yield* new JournalVerifier(this.#handle.database).tables();
    const looks = prepareRowLooks(this.#handle.database);
    for (const id of [...this.#handle.streams.keys()]) yield* this.#walkStream(looks, id);
  }

  /** From where the stream begins now to where it ends now; rows that are forgotten meanwhile are left out. */
  *#walkStream(looks: ReturnType<typeof prepareRowLooks>, id: number): Generator<JournalFault | null, void> {
    const record = () => this.#handle.streams.get(id);
    const begun = record();
    if (!begun) return;
    const stream = { id, device: begun.device, lane: laneOf(id), chain: this.#handle.chain };
    const from = (seq: number) =>
      new StreamWalk(looks, stream, { seq, hash: this.#handle.hashAt(record() ?? begun, seq) }, this.#handle.holesOf(id));
    const upTo = begun.lastSeq;
    let walk = from(begun.forgottenSeq);
    for (let more = true; more && walk.at < upTo; ) {
      const forgotten = record()?.forgottenSeq ?? 0;
      if (forgotten > walk.at) walk = from(forgotten);
      more = walk.step(ROWS_PER_SLICE);
      const [damage] = walk.damages;
      if (damage || walk.isBroken) {
        const seq = damage?.fromSeq ?? walk.at;
        yield {
          table: "event",
          device: stream.device,
          lane: stream.lane,
          seq,
          detail: damage?.detail ?? "does not follow from the row before it",
        };
        return;
      }
      yield null;
    }
    const present = record();
    if (present) present.verifiedSeq = Math.max(present.verifiedSeq, Math.min(walk.at, present.lastSeq));
  }
}
