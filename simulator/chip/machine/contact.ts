import type { OpenedBy } from "#protocol/chip/arcgateChip.ts";

const MOST_OPENINGS = 200;

interface Opening {
  by: OpenedBy;
  /** Uptime, real. */
  atMs: number;
  arcing: boolean;
}

/** The main contact, its mirror, and a wire round both: what really is closed, whatever was commanded. */
export class Contact {
  #commanded = false;
  #closed = false;
  #welded = false;
  /** The last ones, oldest first. */
  readonly openings: Opening[] = [];
  bypassed = false;
  mirrorStuckOpen = false;

  /** Does power reach the machine? */
  get powers(): boolean {
    return this.#closed || this.bypassed;
  }

  get mirrorClosed(): boolean {
    return this.#closed && !this.mirrorStuckOpen;
  }

  follow(commandedClosed: boolean): void {
    this.#commanded = commandedClosed;
    this.#closed = commandedClosed || (this.#welded && this.#closed);
  }

  note(opening: Opening): void {
    if (this.openings.length === MOST_OPENINGS) this.openings.shift();
    this.openings.push(opening);
  }

  weld(on: boolean): void {
    this.#welded = on;
    this.follow(this.#commanded);
  }
}
