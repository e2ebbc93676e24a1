import type { Rank } from "#agent/shell/serial/requestQueue.ts";
import { LEASE_MS } from "#protocol/chip/arcgateChip.ts";

const MISSES_UNTIL_SILENT = 2;
/** Less than the five seconds of five polls: one that comes a little early must not wait for the next, or a lease lapses over two misses. */
const PROBE_EVERY_MS = 4_500;
/** Any request that got no answer may have been heard: for so long after the first one of them a lease may run that is worth asking for. */
const PRESSING_MS = 2 * LEASE_MS;
/** At every poll, one that comes a little early included. An order to open or close is worth a time-out so often, and so is a lease that still runs. */
const PRESSING_PROBE_EVERY_MS = 900;

interface Slave {
  misses: number;
  firstMissAtMs: number;
  triedAtMs: number;
}

/**
 * Which slaves of a bus have stopped answering. A silent one costs the bus one time-out in five seconds (one in a second while its lease
 * may still run, and for orders to open or close), so that it cannot starve the leases of the others.
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
    const isPressing = rank === "urgent" || nowMs - slave.firstMissAtMs < PRESSING_MS;
    const everyMs = isPressing ? PRESSING_PROBE_EVERY_MS : PROBE_EVERY_MS;
    return Math.max(0, slave.triedAtMs + everyMs - nowMs);
  }

  missed(unit: number, nowMs: number): void {
    const { misses, firstMissAtMs } = this.#slaves.get(unit) ?? { misses: 0, firstMissAtMs: nowMs };
    this.#slaves.set(unit, { misses: misses + 1, firstMissAtMs, triedAtMs: nowMs });
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
