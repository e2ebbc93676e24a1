/** What is seen of the contactor, held against the oracle: whom it is closed for, what bars a session, and how many starts were left. */
import type { InForce } from "#test/chaos/facts.ts";
import type { FarChip } from "#test/chaos/farChip.ts";
import type { Oracle } from "#test/chaos/oracle.ts";

export class Watch {
  /** What the oracle has against the machine. */
  readonly faults: string[] = [];
  closedFor: number | null = null;
  readonly #oracle: Oracle;
  /** Session of the last lease, and the one that a switch or a fault cut last: no boot of the chip may close that again. */
  #leased: number | null = null;
  #cut: number | null = null;
  #startsGiven: number;
  #startsSeen = 0;

  constructor(oracle: Oracle, starts: number) {
    this.#oracle = oracle;
    this.#startsGiven = starts;
  }

  charge(what: string, why: string | null): void {
    if (why !== null) this.faults.push(`${what}: ${why}`);
  }

  look(far: FarChip, now: InForce): void {
    const { closedFor } = far;
    if (closedFor !== null) {
      this.charge(`closed ${closedFor}`, this.#oracle.closed(closedFor, now));
      this.charge(`closed ${closedFor}`, closedFor === this.#cut ? "barred for good" : null);
      this.#leased = closedFor;
    }
    if (closedFor !== null && closedFor !== this.closedFor) this.#startsSeen = far.started.length;
    if (this.#startsSeen > this.#startsGiven) this.charge("closed", "no start was left");
    this.closedFor = closedFor;
  }

  /** A switch or a fault stands. What the machine cannot hear of is the chip's to bar. */
  cut(isHeard: boolean): void {
    this.#cut = this.#leased ?? this.#cut;
    if (isHeard) this.#oracle.ended("hard cause", this.closedFor ?? -1);
  }

  /** Another chip knows of no session that was cut. */
  booted(isOther: boolean): void {
    this.#leased = null;
    if (isOther) this.#cut = null;
  }

  refilled(starts: number): void {
    this.#startsSeen = 0;
    this.#startsGiven = starts;
  }
}
