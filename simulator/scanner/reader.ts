/** What every module has behind its protocol: a window before which a phone is held, and a trigger that makes it look. */
const SAME_CODE_AGAIN_MS = 1_000;

export class Reader {
  /** Looks only when triggered. */
  onCommand: boolean;
  /** A trigger looks for so long. */
  readMs = 5_000;
  /** Sent after each code. */
  tail: Uint8Array;
  triggers = 0;
  /** Settings that were written to flash. */
  flashWrites = 0;
  /** Commands that made no sense: wrong check sums, other frames, what came while asleep. */
  ignored = 0;
  codes = 0;
  #lookingUntilMs = 0;
  #shown: { text: string; untilMs: number } | null = null;
  #last: { text: string; atMs: number } | null = null;

  constructor(onCommand: boolean, tail: Uint8Array) {
    this.onCommand = onCommand;
    this.tail = tail;
  }

  isLooking(nowMs: number): boolean {
    return !this.onCommand || nowMs < this.#lookingUntilMs;
  }

  start(nowMs: number): void {
    this.triggers += 1;
    this.#lookingUntilMs = nowMs + this.readMs;
  }

  stop(): void {
    this.#lookingUntilMs = 0;
  }

  show(text: string, untilMs: number): void {
    this.#shown = { text, untilMs };
  }

  /** The code that it reads now: one for each trigger; by itself the same one once a second. */
  look(nowMs: number): string | null {
    if (!this.#shown || nowMs >= this.#shown.untilMs || !this.isLooking(nowMs)) return null;
    const { text } = this.#shown;
    if (!this.onCommand && this.#last?.text === text && nowMs - this.#last.atMs < SAME_CODE_AGAIN_MS) return null;
    this.#last = { text, atMs: nowMs };
    this.#lookingUntilMs = 0;
    this.codes += 1;
    return text;
  }
}
