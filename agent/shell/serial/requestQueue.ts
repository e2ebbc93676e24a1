/** In the order in which a free bus takes them: open and close; polling and renewing; adoption and totals. */
const RANKS = ["urgent", "routine", "low"] as const;
export type Rank = (typeof RANKS)[number];

/** First come, first served within a rank; a higher rank first. Bounded: `push` says whether there was room. */
export class RequestQueue<T> {
  readonly #capacity: number;
  readonly #lanes: Record<Rank, T[]> = { urgent: [], routine: [], low: [] };

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return RANKS.reduce((sum, rank) => sum + this.#lanes[rank].length, 0);
  }

  push(rank: Rank, item: T): boolean {
    if (this.size >= this.#capacity) return false;
    this.#lanes[rank].push(item);
    return true;
  }

  shift(): T | undefined {
    for (const rank of RANKS) {
      const item = this.#lanes[rank].shift();
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /** Empties the queue and hands out what was in it. */
  drain(): T[] {
    return RANKS.flatMap((rank) => this.#lanes[rank].splice(0));
  }
}
