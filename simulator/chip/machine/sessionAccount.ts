import { decodeWindow, encodeWindow } from "#protocol/chip/window.ts";
import { noTotals, type SessionTotals } from "#simulator/chip/machine/memory.ts";
import type { FinishedWindow } from "#simulator/chip/sensing/windower.ts";

/** What one session has used: kept through the chip's power loss, so that windows may be lost and totals may not. */
export class SessionAccount {
  readonly #windowMs: number;
  readonly #bootCount: number;
  #totals: SessionTotals;
  /** Ordered to end: it is closed with the window in which it ended. */
  #ending = false;

  constructor(totals: SessionTotals, bootCount: number, windowMs: number) {
    this.#totals = totals;
    this.#bootCount = bootCount;
    this.#windowMs = windowMs;
  }

  get totals(): SessionTotals {
    return this.#totals;
  }

  /** Begun and not ended: closing for it again is no new start. */
  isRunning(session: number): boolean {
    return this.#totals.session === session && !this.#totals.closed && !this.#ending;
  }

  /** The contactor closed for `session`. The same session may close again; another one starts from nothing. */
  begin(session: number): void {
    this.#ending = false;
    if (this.#totals.session !== session) this.#totals = noTotals(session, this.#bootCount);
    this.#totals.closed = false;
    this.#totals.bootCount = this.#bootCount;
  }

  end(): void {
    this.#ending = !this.#totals.closed;
  }

  /** True when something changed that must be kept. */
  count(finished: FinishedWindow, closedMs: number): boolean {
    const totals = this.#totals;
    if (totals.closed || (closedMs === 0 && !this.#ending)) return false;
    if (closedMs > 0) {
      // Counted as the record will say it, so that an agent that saw every window finds no difference.
      const { window } = finished;
      const told = decodeWindow(encodeWindow(window, this.#windowMs), window.seq, this.#windowMs);
      totals.arcMs += told.arcMs;
      totals.shortMs += told.shortMs;
      totals.strikes += told.strikes;
      totals.shorts += told.shorts;
      totals.chargeAmpereSeconds += finished.chargeAmpereSeconds;
      totals.energyJoules += finished.energyJoules;
      totals.closedMs += closedMs;
      totals.lastSeq = window.seq;
    }
    totals.closed = this.#ending;
    this.#ending = false;
    return true;
  }
}
