import { crcCcitt, GM65_NO_CRC, GM65_REGISTERS, GM65_TYPES, gm65Answer } from "#protocol/scanner/gm65.ts";
import { Reader } from "#simulator/scanner/reader.ts";

const HEAD = [0x7e, 0x00];
/** Head, type, length, address, CRC: a command without its data. */
const LEAST_BYTES = 8;
const MOST_BYTES = 512;
const TAILS = [[0x0d], [0x0d, 0x0a], [0x09], []];

/** Commands `7E 00 type length address data CRC`; `AB CD` in the place of the CRC is not checked, a wrong CRC is not answered. */
export class Gm65Firmware {
  readonly reader = new Reader(true, Uint8Array.of(0x0d));
  readonly #registers = new Map<number, number>();
  #bytes: number[] = [];

  hear(bytes: Uint8Array, nowMs: number): Uint8Array[] {
    this.#bytes = [...this.#bytes, ...bytes].slice(-MOST_BYTES);
    const answers: Uint8Array[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) {
      const answer = this.#obey(frame, nowMs);
      if (answer) answers.push(answer);
      else this.reader.ignored += 1;
    }
    return answers;
  }

  /** The next whole frame without its head. */
  #take(): number[] | undefined {
    while (this.#bytes.length > 0 && HEAD.some((byte, at) => at < this.#bytes.length && this.#bytes[at] !== byte)) this.#bytes.shift();
    // A read carries a count where others carry data.
    const length = LEAST_BYTES + (this.#bytes[3] ?? 0);
    if (this.#bytes.length < LEAST_BYTES || this.#bytes.length < length) return undefined;
    return this.#bytes.splice(0, length).slice(HEAD.length);
  }

  #obey(frame: readonly number[], nowMs: number): Uint8Array | undefined {
    const body = frame.slice(0, -2);
    const given = ((frame.at(-2) ?? 0) << 8) | (frame.at(-1) ?? 0);
    if (given !== GM65_NO_CRC && given !== crcCcitt(Uint8Array.from(body))) return undefined;
    const [type, , high = 0, low = 0, ...data] = body;
    const address = (high << 8) | low;
    switch (type) {
      case GM65_TYPES.write:
        data.forEach((value, at) => {
          this.#write(address + at, value, nowMs);
        });
        return gm65Answer([0x00]);
      case GM65_TYPES.read:
        return gm65Answer(Array.from({ length: data[0] ?? 0 }, (_, at) => this.#registers.get(address + at) ?? 0));
      case GM65_TYPES.save:
        this.reader.flashWrites += 1;
        return gm65Answer([0x00]);
      default:
        return undefined;
    }
  }

  #write(register: number, value: number, nowMs: number): void {
    this.#registers.set(register, value);
    // Mode: 0 by its button, 1 on command, 2 always, 3 when something moves before it.
    if (register === GM65_REGISTERS.mode) this.reader.onCommand = (value & 0b11) < 2;
    if (register === GM65_REGISTERS.readTime) this.reader.readMs = value === 0 ? Number.POSITIVE_INFINITY : value * 100;
    if (register === GM65_REGISTERS.tail) this.reader.tail = Uint8Array.from(value & 1 ? (TAILS[(value >> 5) & 0b11] ?? []) : []);
    if (register !== GM65_REGISTERS.trigger) return;
    if (value & 1) this.reader.start(nowMs);
    else this.reader.stop();
  }
}
