import type { OpenedBy } from "#protocol/chip/arcgateChip.ts";
import type { ContactorState } from "#simulator/chip/machine/contactor.ts";

const MOST_OPENINGS = 200;

export interface Opening {
  by: OpenedBy;
  /** Uptime, real. */
  atMs: number;
  arcing: boolean;
  session: number;
  /** When the last order before it was accepted; null for none. */
  renewedAtMs: number | null;
  /** What it closed for next, and when; null while it is open. */
  closedAgain: { session: number; atMs: number } | null;
}

/** The main contact, its mirror, and a wire round both: what really is closed, whatever was commanded. */
export class Contact {
  #commanded = false;
  #closed = false;
  #welded = false;
  #coilCut = false;
  /** The last ones, oldest first. */
  readonly openings: Opening[] = [];
  bypassed = false;
  mirrorStuckOpen = false;
  mirrorStuckClosed = false;

  /** Does power reach the machine? */
  get powers(): boolean {
    return this.#closed || this.bypassed;
  }

  get mirrorClosed(): boolean {
    return (this.#closed || this.mirrorStuckClosed) && !this.mirrorStuckOpen;
  }

  follow(commandedClosed: boolean): void {
    this.#commanded = commandedClosed;
    this.#closed = (commandedClosed && !this.#coilCut) || (this.#welded && this.#closed);
  }

  /** The same contact at a chip that has booted: what is welded stays where it is. */
  inherit(before: Contact): void {
    this.#closed = before.#welded && before.#closed;
  }

  /** What became of the contactor's state, with the time, the last accepted order's time, and whether an arc burned. */
  note(before: ContactorState, state: ContactorState, now: Pick<Opening, "atMs" | "renewedAtMs" | "arcing">): void {
    const { session, openedBy: by } = state;
    const last = this.openings.at(-1);
    if (!before.commandedClosed && state.commandedClosed && last) last.closedAgain ??= { session, atMs: now.atMs };
    if (!before.commandedClosed || state.commandedClosed) return;
    if (this.openings.length === MOST_OPENINGS) this.openings.shift();
    this.openings.push({ by, session, ...now, closedAgain: null });
  }

  /** Nothing closes it any more. */
  cutCoil(on: boolean): void {
    this.#coilCut = on;
    this.follow(this.#commanded);
  }

  weld(on: boolean): void {
    this.#welded = on;
    this.follow(this.#commanded);
  }
}
