import { N3680_END, N3680_PREFIX, N3680_STATUS, n3680Answer } from "#protocol/scanner/n3680.ts";
import { Reader } from "#simulator/scanner/reader.ts";

const [SYN = 0, MENU = 0, CR = 0] = N3680_PREFIX.menu;
const [, START = 0] = N3680_PREFIX.start;
const [, STOP = 0] = N3680_PREFIX.stop;
const ENDS = new Set(Object.values(N3680_END).map((end) => end.charCodeAt(0)));
const MOST_BYTES = 512;
const LONGEST_READ_MS = 300_000;

/** `SYN T CR`, `SYN U CR`, and `SYN M CR tag !`, whose tag it repeats with a status before the end. */
export class N3680Firmware {
  readonly reader = new Reader(true, new Uint8Array(0));
  #bytes: number[] = [];

  hear(bytes: Uint8Array, nowMs: number): Uint8Array[] {
    this.#bytes = [...this.#bytes, ...bytes].slice(-MOST_BYTES);
    const answers: Uint8Array[] = [];
    for (;;) {
      while (this.#bytes.length > 0 && this.#bytes[0] !== SYN) this.#bytes.shift();
      const [, what] = this.#bytes;
      if (this.#bytes.length < 3) return answers;
      if (what === MENU && this.#bytes[2] === CR) {
        const end = this.#bytes.findIndex((byte) => ENDS.has(byte));
        if (end < 0) return answers;
        answers.push(this.#set(String.fromCharCode(...this.#bytes.splice(0, end + 1).slice(3))));
        continue;
      }
      const [, , last] = this.#bytes.splice(0, 3);
      if (what === START && last === CR) this.reader.start(nowMs);
      else if (what === STOP && last === CR) this.reader.stop();
      else this.reader.ignored += 1;
    }
  }

  #set(command: string): Uint8Array {
    const tag = command.slice(0, -1);
    const end = command.slice(-1);
    const status = this.#apply(tag);
    if (status !== N3680_STATUS.done) this.reader.ignored += 1;
    else if (end === N3680_END.kept) this.reader.flashWrites += 1;
    return n3680Answer(tag, status, end);
  }

  #apply(tag: string): number {
    const [, name, value = ""] = /^(TRGMOD|TRGSTO|SUFBK2)([0-9A-F]+)$/.exec(tag) ?? [];
    switch (name) {
      case "TRGMOD":
        // 0 by trigger, 3 always.
        if (value !== "0" && value !== "3") return N3680_STATUS.outOfRange;
        this.reader.onCommand = value === "0";
        return N3680_STATUS.done;
      case "TRGSTO":
        if (Number(value) > LONGEST_READ_MS) return N3680_STATUS.outOfRange;
        this.reader.readMs = Number(value);
        return N3680_STATUS.done;
      case "SUFBK2":
        // 99: for every kind of code. Then the bytes in hexadecimal.
        if (!/^99([0-9A-F]{2})*$/.test(value)) return N3680_STATUS.outOfRange;
        this.reader.tail = Uint8Array.from(Buffer.from(value.slice(2), "hex"));
        return N3680_STATUS.done;
      default:
        return N3680_STATUS.unknown;
    }
  }
}
