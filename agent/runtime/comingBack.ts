import { boundedSlot, fullJitter, type ReturnSlot } from "#agent/core/sync/retry.ts";
import type { Journal } from "#agent/ports.ts";

const SPREAD_KEY = "returnSpreadS";

/** When to try again after an outage. The platform's spread outlives the process: after a power cut a district's machines start together. */
export class ComingBack {
  readonly #journal: Pick<Journal, "getValue" | "setValue">;
  readonly #random: () => number;
  readonly #retryMaxMs: number | undefined;
  #slot: ReturnSlot;

  constructor(journal: Pick<Journal, "getValue" | "setValue">, random: () => number, retryMaxMs?: number) {
    this.#journal = journal;
    this.#random = random;
    this.#retryMaxMs = retryMaxMs;
    this.#slot = boundedSlot({ afterS: 0, spreadS: Number(journal.getValue(SPREAD_KEY) ?? 0) });
  }

  /** The first connection of a process waits too when there is a spread. */
  get isSpread(): boolean {
    return this.#slot.spreadS > 0;
  }

  /** The platform's signed word. */
  take(slot: ReturnSlot): void {
    const spreadS = String(boundedSlot(slot).spreadS);
    this.#slot = boundedSlot(slot);
    if ((this.#journal.getValue(SPREAD_KEY) ?? "0") !== spreadS) this.#journal.setValue(SPREAD_KEY, spreadS);
  }

  /** Connected: `afterS` was for the outage that is over. */
  arrived(): void {
    this.#slot = { ...this.#slot, afterS: 0 };
  }

  waits(): Generator<number, never> {
    return fullJitter(this.#random, this.#retryMaxMs, this.#slot);
  }
}
