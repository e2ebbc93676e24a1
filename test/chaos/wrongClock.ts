/** What the module believes of the time: an interval that holds the truth, as wide as a sequence wants it. */
import { BEGIN_MS } from "#test/chaos/cast.ts";

export class WrongClock {
  lagMs = 0;
  /** Above the truth; null: nothing bounds it. */
  boundMs: number | null = 0;
  #floorMs = 0;

  /** The floor only rises. */
  at(nowMs: number): { earliestMs: number; latestMs: number | null } {
    const trueMs = BEGIN_MS + nowMs;
    this.#floorMs = Math.max(this.#floorMs, trueMs - this.lagMs);
    const latestMs = this.boundMs === null ? null : Math.max(trueMs + this.boundMs, this.#floorMs);
    return { earliestMs: this.#floorMs, latestMs };
  }
}
