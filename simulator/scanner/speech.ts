import { bytesDue, LinePacer, type LineRate, type Transmission } from "#simulator/line/pacer.ts";
import type { Piece } from "#simulator/scanner/spoiling.ts";

const SLICE_MS = 4;
/** More than that nobody waits for. */
const MOST_WAITING = 4_096;

/** What the module says, in the time that its bytes take on the line. */
export class Speech {
  readonly #pacer: LinePacer;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #waiting: Piece[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(rate: LineRate, write: (bytes: Uint8Array) => void) {
    this.#pacer = new LinePacer(rate, 1);
    this.#write = write;
  }

  get isBusy(): boolean {
    return this.#timer !== null;
  }

  say(pieces: readonly Piece[]): void {
    this.#waiting.push(...pieces.slice(0, MOST_WAITING - this.#waiting.length));
    if (!this.#timer) this.#next();
  }

  hush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.length = 0;
  }

  #next(): void {
    const piece = this.#waiting.shift();
    this.#timer = null;
    if (piece) this.#send(this.#pacer.speak(piece.bytes, performance.now()), 0, piece.pauseMs);
  }

  #send(transmission: Transmission, sent: number, pauseMs: number): void {
    const nowMs = performance.now();
    const due = bytesDue(transmission, nowMs);
    if (due > sent) this.#write(transmission.bytes.subarray(sent, due));
    const isOut = due >= transmission.bytes.length;
    const waitMs = isOut ? pauseMs : Math.min(SLICE_MS, transmission.endMs - nowMs);
    this.#timer = setTimeout(() => (isOut ? this.#next() : this.#send(transmission, due, pauseMs)), waitMs);
  }
}
