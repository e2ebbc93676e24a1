/** From a scanner's bytes to texts: CR LF, CR, LF or a pause ends one; the module's answers to commands are taken out wherever they come. */
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { ScannerAnswer, ScannerModel } from "#protocol/scanner/model.ts";

export const TEXT_MAX_CHARACTERS = 1_024;
/** A module that ends its codes with nothing pauses after them. */
export const GAP_MS = 40;
/** Of one that ends its codes a pause is a converter's or a busy computer's, unless it lasts. */
export const MISSING_END_MS = 400;
/** So long the rest of an answer may be late. Afterwards a code that begins like it keeps its first character. */
export const CUT_ANSWER_MS = 500;
/** Longer than any answer. */
const ANSWER_MAX_BYTES = 32;

const CR = 0x0d;
const LF = 0x0a;
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

/** What has come in of a text that has not ended. */
export interface Frame {
  readonly pending: readonly number[];
  /** Bytes of a text that is too long already, gone from the front of `pending`. */
  readonly droppedBytes: number;
  /** `pending` is the beginning of an answer that a pause has cut: the rest may still come. */
  readonly cutAnswer: boolean;
  /** A code has been ended since the port was opened: this module ends its codes. */
  readonly endSeen: boolean;
  readonly lastByteMs: number;
}

export type Found =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "answer"; readonly means: ScannerAnswer["means"] }
  | { readonly type: "discarded"; readonly code: ErrorCode; readonly bytes: number };

interface FrameStep {
  readonly frame: Frame;
  readonly found: readonly Found[];
}

export const EMPTY_FRAME: Frame = { pending: [], droppedBytes: 0, cutAnswer: false, endSeen: false, lastByteMs: 0 };

/** What the decoder must know of the module. */
type Module = Pick<ScannerModel, "answers" | "endsCodes">;

/** When a pause ends the text, or gives half an answer up; null while nothing waits for one. */
export function gapDueMs(frame: Frame, { endsCodes }: Pick<Module, "endsCodes">): number | null {
  if (frame.pending.length === 0 && frame.droppedBytes === 0) return null;
  if (frame.cutAnswer) return frame.lastByteMs + CUT_ANSWER_MS;
  return frame.lastByteMs + (endsCodes || frame.endSeen ? MISSING_END_MS : GAP_MS);
}

/** Never throws, whatever the bytes are. Pauses are not judged here: bytes that lay unread while the program was busy came without one. */
export function readBytes(frame: Frame, bytes: Uint8Array, module: Module, nowMs: number): FrameStep {
  const reading = new Reading(frame, module.answers);
  for (const byte of bytes) reading.take(byte);
  return reading.result(bytes.length > 0 ? nowMs : frame.lastByteMs);
}

/** Ends the text when the line has been silent for long enough. */
export function readGap(frame: Frame, module: Module, nowMs: number): FrameStep {
  const dueMs = gapDueMs(frame, module);
  if (dueMs === null || nowMs < dueMs) return { frame, found: [] };
  const reading = new Reading(frame, module.answers);
  reading.pause();
  return reading.result(frame.lastByteMs);
}

class Reading {
  readonly #answers: readonly ScannerAnswer[];
  readonly #found: Found[] = [];
  #pending: number[];
  #droppedBytes: number;
  #cutAnswer: boolean;
  #endSeen: boolean;

  constructor(frame: Frame, answers: readonly ScannerAnswer[]) {
    this.#answers = answers;
    this.#pending = [...frame.pending];
    this.#droppedBytes = frame.droppedBytes;
    this.#cutAnswer = frame.cutAnswer;
    this.#endSeen = frame.endSeen;
  }

  take(byte: number): void {
    if (this.#cutAnswer && !this.#answers.some(({ bytes }) => startsWith(bytes, [...this.#pending, byte]))) this.#end();
    const isEnd = byte === CR || byte === LF;
    // Noise has ends as well: only that of a text tells.
    if (isEnd) this.#endSeen = this.#end() || this.#endSeen;
    else this.#add(byte);
  }

  /** The beginning of an answer at the end is kept: its rest must not be taken for a text. */
  pause(): void {
    const kept = this.#cutAnswer ? [] : this.#answerBegun();
    this.#pending.length -= kept.length;
    this.#end();
    this.#pending = kept;
    this.#cutAnswer = kept.length > 0;
  }

  result(lastByteMs: number): FrameStep {
    const [pending, droppedBytes, cutAnswer, endSeen] = [this.#pending, this.#droppedBytes, this.#cutAnswer, this.#endSeen];
    return { frame: { pending, droppedBytes, cutAnswer, endSeen, lastByteMs }, found: this.#found };
  }

  #add(byte: number): void {
    this.#pending.push(byte);
    const answer = this.#answers.find(({ bytes }) => endsWith(this.#pending, bytes));
    if (answer) {
      this.#pending.length -= answer.bytes.length;
      this.#cutAnswer = false;
      this.#found.push({ type: "answer", means: answer.means });
    } else if (this.#pending.length > TEXT_MAX_CHARACTERS + ANSWER_MAX_BYTES) {
      // Too long whatever follows. What may be the beginning of an answer stays.
      this.#droppedBytes += this.#pending.length - ANSWER_MAX_BYTES;
      this.#pending = this.#pending.slice(-ANSWER_MAX_BYTES);
    }
  }

  /** Whether it was a text. */
  #end(): boolean {
    const bytes = this.#pending.length + this.#droppedBytes;
    const fault = this.#fault(bytes);
    if (fault) this.#found.push({ type: "discarded", code: fault, bytes });
    else if (bytes > 0) this.#found.push({ type: "text", text: String.fromCharCode(...this.#pending) });
    this.#pending = [];
    this.#droppedBytes = 0;
    this.#cutAnswer = false;
    return bytes > 0 && !fault;
  }

  #fault(bytes: number): ErrorCode | null {
    if (bytes > TEXT_MAX_CHARACTERS) return "scanner.tooLong";
    return this.#pending.every(isPrintable) ? null : "scanner.badCharacters";
  }

  /** The longest one that no text could have: with a byte in it that is not printable. */
  #answerBegun(): number[] {
    for (let from = Math.max(0, this.#pending.length - ANSWER_MAX_BYTES); from < this.#pending.length; from++) {
      const tail = this.#pending.slice(from);
      if (!tail.every(isPrintable) && this.#answers.some(({ bytes }) => startsWith(bytes, tail))) return tail;
    }
    return [];
  }
}

function isPrintable(byte: number): boolean {
  return byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE;
}

function startsWith(whole: Uint8Array, start: readonly number[]): boolean {
  return start.length <= whole.length && start.every((byte, at) => whole[at] === byte);
}

function endsWith(whole: readonly number[], end: Uint8Array): boolean {
  const from = whole.length - end.length;
  return from >= 0 && whole.at(-1) === end.at(-1) && end.every((byte, at) => whole[from + at] === byte);
}
