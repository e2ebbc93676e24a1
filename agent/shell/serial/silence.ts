import type { Rank } from "#agent/shell/serial/requestQueue.ts";

const MISSES_UNTIL_SILENT = 2;
/** Less than the five seconds of five polls: one that comes a little early must not wait for the next, or a lease lapses over two misses. */
const PROBE_EVERY_MS = 4_500;
/** An order to open or close is worth a time-out more often than polling is. */
const URGENT_PROBE_EVERY_MS = 900;

interface Slave {
  misses: number;
  triedAtMs: number;
}

/**
 * Which slaves of a bus have stopped answering. A silent one costs the bus one time-out in five seconds (one in a
 * second for orders to open or close), so that it cannot starve the leases of the others.
 */
export class SilenceTable {
  readonly #slaves = new Map<number, Slave>();

  isSilent(unit: number): boolean {
    return (this.#slaves.get(unit)?.misses ?? 0) >= MISSES_UNTIL_SILENT;
  }

  /** Milliseconds until the slave may be asked; 0 = now. */
  waitMs(unit: number, rank: Rank, nowMs: number): number {
    const slave = this.#slaves.get(unit);
    if (!slave || !this.isSilent(unit)) return 0;
    const everyMs = rank === "urgent" ? URGENT_PROBE_EVERY_MS : PROBE_EVERY_MS;
    return Math.max(0, slave.triedAtMs + everyMs - nowMs);
  }

  missed(unit: number, nowMs: number): void {
    const misses = (this.#slaves.get(unit)?.misses ?? 0) + 1;
    this.#slaves.set(unit, { misses, triedAtMs: nowMs });
  }

  /** It answered, be it with a refusal. */
  answered(unit: number): void {
    this.#slaves.delete(unit);
  }

  /** The port was opened anew: everybody gets another chance. */
  clear(): void {
    this.#slaves.clear();
  }
}
