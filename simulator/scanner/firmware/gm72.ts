import { GM72_KEEP, GM72_OPCODES, GM72_REASONS, GM72_TRIGGER, gm72Done, gm72Frame, gm72Refused } from "#protocol/scanner/gm72.ts";
import { Reader } from "#simulator/scanner/reader.ts";

const WAKING_MS = 50;
/** So long after the last byte, and not looking, it sleeps. */
const AWAKE_MS = 1_000;
const LEAST_LENGTH = 4;
const MOST_BYTES = 512;

/** Frames `length opcode source status data checksum`. Asleep the first byte wakes it, and what comes in the next 50 ms is lost. */
export class Gm72Firmware {
  readonly reader = new Reader(true, Uint8Array.of(0x0d));
  #bytes: number[] = [];
  #awakeAtMs = Number.POSITIVE_INFINITY;
  #heardAtMs = Number.NEGATIVE_INFINITY;

  hear(bytes: Uint8Array, nowMs: number): Uint8Array[] {
    const asleep = !this.reader.isLooking(nowMs) && nowMs - this.#heardAtMs >= AWAKE_MS;
    this.#heardAtMs = nowMs;
    if (asleep) {
      this.#awakeAtMs = nowMs + WAKING_MS;
      this.#bytes = [];
    }
    if (nowMs < this.#awakeAtMs) {
      if (bytes.length > 1) this.reader.ignored += 1;
      return [];
    }
    this.#bytes = [...this.#bytes, ...bytes].slice(-MOST_BYTES);
    const answers: Uint8Array[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) answers.push(this.#obey(frame, nowMs));
    return answers;
  }

  #take(): number[] | undefined {
    // The alarm clock's zeros, and lengths that no frame has.
    while ((this.#bytes[0] ?? LEAST_LENGTH) < LEAST_LENGTH) this.#bytes.shift();
    const length = (this.#bytes[0] ?? 0) + 2;
    return this.#bytes.length > 0 && this.#bytes.length >= length ? this.#bytes.splice(0, length) : undefined;
  }

  #obey(frame: readonly number[], nowMs: number): Uint8Array {
    const [, opcode = 0, source = 0, status = 0, ...rest] = frame.slice(0, -2);
    const right = gm72Frame(opcode, source, rest).slice(0, -2);
    right[3] = status;
    const sum = -right.reduce((total, byte) => total + byte, 0) & 0xffff;
    if (frame.at(-2) !== sum >> 8 || frame.at(-1) !== (sum & 0xff)) return this.#refuse(GM72_REASONS.again);
    switch (opcode) {
      case GM72_OPCODES.start:
        this.reader.start(nowMs);
        return gm72Done();
      case GM72_OPCODES.stop:
        this.reader.stop();
        return gm72Done();
      case GM72_OPCODES.parameters:
        return this.#set(rest, status);
      default:
        return this.#refuse(GM72_REASONS.denied);
    }
  }

  /** A beep code, then pairs of parameter and value. */
  #set([, parameter, value]: readonly number[], status: number): Uint8Array {
    if (parameter !== GM72_TRIGGER.parameter) return this.#refuse(GM72_REASONS.denied);
    this.reader.onCommand = value === GM72_TRIGGER.onCommand;
    if (status & GM72_KEEP) this.reader.flashWrites += 1;
    return gm72Done();
  }

  #refuse(reason: number): Uint8Array {
    this.reader.ignored += 1;
    return gm72Refused(reason);
  }
}
