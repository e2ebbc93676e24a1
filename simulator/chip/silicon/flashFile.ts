/** A part's flash in a file, written in place as it is written: what a killed process leaves is what a part without power keeps. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Keep } from "#simulator/chip/silicon/flash.ts";

export class FlashFile implements Keep {
  readonly #path: string;
  readonly #bytes: number;
  #file: number | null = null;

  /** `bytes` is the size that the part has. */
  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Throws `chip.badMemory` when the file is another part's. */
  read(): Uint8Array | null {
    if (!existsSync(this.#path)) {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(this.#path, new Uint8Array(this.#bytes).fill(0xff));
      this.#file = openSync(this.#path, "r+");
      return null;
    }
    const found = new Uint8Array(readFileSync(this.#path));
    if (found.length !== this.#bytes) throw new CodedError("chip.badMemory", `${this.#path}: ${found.length} bytes`);
    this.#file = openSync(this.#path, "r+");
    return found;
  }

  write(at: number, bytes: Uint8Array): void {
    if (this.#file !== null) writeSync(this.#file, bytes, 0, bytes.length, at);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
