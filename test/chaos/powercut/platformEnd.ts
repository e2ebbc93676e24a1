/** The platform beside a journal: the simulator's receiver on a disk of its own, whose power stays on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Journal, Stream } from "#agent/ports.ts";
import { encodeRows } from "#agent/runtime/syncBatch.ts";
import { EventStore } from "#simulator/platform/eventStore.ts";
import { Receiver } from "#simulator/platform/receiver.ts";

const ROWS_PER_BATCH = 200;
/** Nobody scans here. */
const NO_RECEIPTS = { keyOf: () => undefined, hasIssued: () => false };

export class PlatformEnd {
  readonly #folder = mkdtempSync(join(tmpdir(), "arcgate-platform-"));
  readonly #store = new EventStore(this.#folder);
  readonly #receiver: Receiver;
  /** What the platform found wrong with what it was sent. */
  readonly faults: string[] = [];

  constructor() {
    const said = (what: string, error: unknown) => this.faults.push(`${what}: ${String(error)}`);
    this.#receiver = new Receiver(
      this.#store,
      {
        committed: ({ refused }) => this.faults.push(...refused.map(({ seq, code }) => `${seq} refused: ${code}`)),
        unreadable: (_device, error) => said("unreadable", error),
        storeFailed: (error) => said("store failed", error),
      },
      NO_RECEIPTS,
      () => 0,
    );
  }

  /** Sends what it does not have yet, and has the journal note how far it has it. */
  take(journal: Journal, stream: Stream): void {
    const { lastSeq } = journal.stream(stream);
    for (let upTo = this.#upTo(journal, stream); upTo < lastSeq; upTo = this.#upTo(journal, stream)) {
      const { rows, ...from } = journal.read(stream, upTo, ROWS_PER_BATCH);
      const { payload } = encodeRows({ ...stream, chain: journal.chain, ...from, reissue: false }, rows);
      this.#receiver.accept(stream.device, payload, () => undefined);
      this.#receiver.flush();
      if (this.#upTo(journal, stream) <= upTo) throw new Error(`the platform is stuck at ${upTo}: ${this.faults.join("; ")}`);
    }
    if (lastSeq > 0) journal.acknowledge(stream, this.#upTo(journal, stream), []);
  }

  /** Hash of the row that it holds there, with all before it under the same hash; undefined when it holds none. */
  hashAt(journal: Journal, stream: Stream, seq: number): string | undefined {
    const held = this.#store.stream(stream.device, stream.lane, journal.chain);
    return held && this.#store.heldHash(held, seq);
  }

  /** What devices said they lost. */
  losses(): string[] {
    return this.#store.database.prepare<[], string>("SELECT payload FROM chain_break WHERE code = 'event.lost'").pluck().all();
  }

  /** Events that it holds twice, under whatever number; every event says something different. */
  duplicates(): number {
    const query = "SELECT COUNT(*) - COUNT(DISTINCT payload || kind) FROM event";
    return this.#store.database.prepare<[], number>(query).pluck().get() ?? 0;
  }

  remove(): void {
    this.#store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #upTo(journal: Journal, { device, lane }: Stream): number {
    return this.#store.stream(device, lane, journal.chain)?.upTo ?? 0;
  }
}
