/**
 * The steps of one machine's installation that are done, in `job.jsonl` of its folder: a line each, on the disk before the next step begins.
 * A run that was interrupted anywhere finds them, and goes on with the first that is missing.
 */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";

const LINE_END = 0x0a;
const MOST_BYTES = 1_048_576;

interface Step {
  step: string;
  /** UTC, for people only. */
  at: string;
  result: unknown;
}

export class Job {
  readonly folder: string;
  readonly #fd: number;
  readonly #done = new Map<string, unknown>();

  /** Makes the folder where there is none. Throws `install.badJob` for a file that no run of this tool can have left. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#fd = openSync(machineFile(folder, "job"), "a+", 0o600);
    const whole = this.#readWhole();
    for (const line of whole.toString("utf8").split("\n").filter(Boolean)) {
      const { step, result } = this.#parsed(line);
      this.#done.set(step, result);
    }
  }

  /** What `step` came to; undefined while it is not done. The last one counts. */
  result(step: string): unknown {
    return this.#done.get(step);
  }

  /** Gives what the step came to before, or runs it and keeps what it gives: JSON. A step that throws is not done. */
  async once<T>(step: string, run: () => Promise<T> | T): Promise<T> {
    if (this.#done.has(step)) return this.#done.get(step) as T;
    const result = await run();
    this.record(step, result);
    return result;
  }

  /** Keeps a result, in the place of the one before. */
  record(step: string, result: unknown): void {
    const line: Step = { step, at: new Date().toISOString(), result };
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#fd);
    this.#done.set(step, result);
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** A last line without an end was being written when everything stopped: it is not done. */
  #readWhole(): Buffer {
    const bytes = readFileSync(machineFile(this.folder, "job"));
    if (bytes.length > MOST_BYTES) throw new CodedError("install.badJob", `${this.folder}: ${bytes.length} bytes`);
    const end = bytes.lastIndexOf(LINE_END) + 1;
    if (end < bytes.length) ftruncateSync(this.#fd, end);
    return bytes.subarray(0, end);
  }

  #parsed(line: string): Step {
    try {
      const step: unknown = JSON.parse(line);
      if (typeof step === "object" && step !== null && "step" in step && typeof step.step === "string") return step as Step;
    } catch (cause) {
      throw new CodedError("install.badJob", this.folder, { cause });
    }
    throw new CodedError("install.badJob", this.folder);
  }
}
