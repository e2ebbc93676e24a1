/** The chip's windows: made of time as it passes, kept until they are confirmed, or overrun. */
import { RUN_MAX, type Window } from "#protocol/chip/window.ts";
import { ARC, makeWindow, NO_LOAD, OPEN } from "#test/metering/windows.ts";

export const WINDOW_MS = 100;
/** A minute of welding. */
const RECORDS_MAX = 640;
const ARC_AMPS = 120;

export class WindowRing {
  nextSeq = 0;
  /** Overrun before they were confirmed. */
  lost = 0;
  readonly arcAmps = ARC_AMPS;
  #records: Window[] = [];
  /** Of the window being filled. */
  #filledMs = 0;
  #arcMs = 0;
  #arcFirstMs = 0;
  #arcLastMs = 0;

  pass(forMs: number, closed: boolean, arcing: boolean): void {
    let left = forMs;
    while (left > 0) {
      const idleWindows = arcing || this.#filledMs > 0 ? 0 : Math.floor(left / WINDOW_MS);
      if (idleWindows > 0) {
        this.#idle(idleWindows, closed);
        left -= idleWindows * WINDOW_MS;
        continue;
      }
      const ms = Math.min(left, WINDOW_MS - this.#filledMs);
      if (arcing) {
        if (this.#arcMs === 0) this.#arcFirstMs = this.#filledMs;
        this.#arcMs += ms;
        this.#arcLastMs = this.#filledMs + ms;
      }
      this.#filledMs += ms;
      left -= ms;
      if (this.#filledMs === WINDOW_MS) this.#finish(closed);
    }
  }

  confirm(belowSeq: number): void {
    let gone = 0;
    for (let first = this.#records[gone]; first && first.seq + first.run <= belowSeq; first = this.#records[gone]) gone += 1;
    if (gone > 0) this.#records.splice(0, gone);
    const [first] = this.#records;
    if (first && first.seq < belowSeq) this.#records[0] = cut(first, belowSeq);
  }

  /** From `fromSeq` on, at most so many records. */
  read(fromSeq: number, most: number): Window[] {
    const from = this.#records.findIndex(({ seq, run }) => seq + run > fromSeq);
    return from < 0 ? [] : this.#records.slice(from, from + most).map((window) => cut(window, fromSeq));
  }

  #finish(closed: boolean): void {
    if (this.#arcMs === 0) this.#idle(1, closed);
    else {
      const edges = { arcMs: this.#arcMs, arcFirstMs: this.#arcFirstMs, arcLastMs: this.#arcLastMs, closed };
      this.#keep({
        ...makeWindow(this.nextSeq, { ...ARC, ...edges }, WINDOW_MS),
        strikes: 0,
        currentMeanAmps: ARC_AMPS + wobble(this.nextSeq),
      });
    }
    this.#filledMs = 0;
    this.#arcMs = 0;
    this.#arcFirstMs = 0;
    this.#arcLastMs = 0;
  }

  #idle(count: number, closed: boolean): void {
    const last = this.#records.at(-1);
    if (last && last.arcMs === 0 && last.closed === closed && last.run + count <= RUN_MAX) {
      // Records that were handed out are copies.
      last.run += count;
      this.nextSeq += count;
      return;
    }
    for (let left = count; left > 0; left -= RUN_MAX)
      this.#keep(makeWindow(this.nextSeq, { ...(closed ? NO_LOAD : OPEN), run: Math.min(left, RUN_MAX) }, WINDOW_MS));
  }

  #keep(window: Window): void {
    this.#records.push(window);
    this.nextSeq += window.run;
    if (this.#records.length <= RECORDS_MAX) return;
    this.lost += this.#records.shift()?.run ?? 0;
  }
}

/** Nothing real stands still; the mean of it is nothing. */
function wobble(seq: number): number {
  return ((seq % 7) - 3) / 10;
}

function cut(window: Window, fromSeq: number): Window {
  if (window.seq >= fromSeq) return { ...window };
  return { ...window, seq: fromSeq, run: window.seq + window.run - fromSeq };
}
