/** The program's log on the card: a few files of bounded size, the newest the one without a number. A log that cannot be written stops nothing. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import pino, { type DestinationStream } from "pino";
import { LOG_FILE_BYTES, LOG_FILES } from "#agent/shell/system/storageShares.ts";

/** Where the program says what it does: to its supervisor, or into `folder`. */
export function openLog(to: "stdout" | "file", folder: string): DestinationStream {
  if (to === "stdout") return pino.destination({ dest: 1, sync: true });
  return new RotatedFile(join(folder, "log", "arcgate.log"), LOG_FILE_BYTES, LOG_FILES);
}

export class RotatedFile implements DestinationStream {
  readonly #path: string;
  readonly #fileBytes: number;
  readonly #files: number;
  #file: number | null = null;
  #bytes = 0;
  /** Lines that could not be written since one could. */
  #lost = 0;

  constructor(path: string, fileBytes: number, files: number) {
    this.#path = path;
    this.#fileBytes = fileBytes;
    this.#files = files;
  }

  write(line: string): void {
    try {
      if (this.#lost > 0)
        this.#append(`${JSON.stringify({ level: 40, lost: this.#lost, msg: "lines of this log could not be written" })}\n`);
      this.#append(line);
      this.#lost = 0;
    } catch {
      // The card is full or gone, which the journal says; the next line that can be written says how many could not.
      this.#lost += 1;
      this.#close();
    }
  }

  #append(line: string): void {
    const bytes = Buffer.from(line);
    let file = this.#open();
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#fileBytes) {
      this.#rotate();
      file = this.#open();
    }
    writeSync(file, bytes);
    this.#bytes += bytes.length;
  }

  #open(): number {
    if (this.#file !== null) return this.#file;
    mkdirSync(dirname(this.#path), { recursive: true });
    this.#file = openSync(this.#path, "a");
    this.#bytes = fstatSync(this.#file).size;
    return this.#file;
  }

  #rotate(): void {
    this.#close();
    rmSync(this.#named(this.#files - 1), { force: true });
    for (let number = this.#files - 2; number >= 1; number--) moveIfThere(this.#named(number), this.#named(number + 1));
    moveIfThere(this.#path, this.#named(1));
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#bytes = 0;
  }

  #named(number: number): string {
    return `${this.#path}.${number}`;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
