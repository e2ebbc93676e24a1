import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A recording's rows, in rising time. */
export interface Recording {
  rows: number;
  /** `t_s` of the first row with a reading. */
  firstS: number;
  /** Milliseconds from the recording's first row. */
  atMs: Float64Array;
  amps: Float64Array;
  volts: Float64Array;
  medianStepMs: number;
}

const MOST_BYTES = 512 * 1024 * 1024;
const CHUNK_BYTES = 1 << 20;
const LONGEST_LINE = 512;
const COLUMNS = ["t_s", "current_a", "voltage_v"] as const;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** Reads `t_s,current_a,voltage_v` rows of a file. Throws `chip.badTrace`, naming the line. */
export function readRecording(path: string): Recording {
  const parser = new RecordingParser();
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new CodedError("chip.badTrace", `${path}: ${String(error)}`);
  }
  try {
    if (fstatSync(file).size > MOST_BYTES) throw new CodedError("chip.badTrace", `${path}: more than ${MOST_BYTES >> 20} MB`);
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) parser.push(chunk.toString("latin1", 0, length));
  } finally {
    closeSync(file);
  }
  return parser.finish();
}

/**
 * Takes the text in pieces of any size. Columns are found by the header's names and may have others beside them. A row whose current or voltage
 * is empty or `nan` is a missing reading; of rows with the same time the last counts.
 */
export class RecordingParser {
  #rest = "";
  #line = 0;
  #columns: [number, number, number] | null = null;
  #capacity = 4096;
  #rows = 0;
  #atMs = new Float64Array(this.#capacity);
  #amps = new Float64Array(this.#capacity);
  #volts = new Float64Array(this.#capacity);
  #firstS = Number.NaN;
  #lastS = Number.NEGATIVE_INFINITY;

  push(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
    if (this.#rest.length > LONGEST_LINE) throw this.#bad("a line longer than 512 characters", 1);
  }

  finish(): Recording {
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
    if (!this.#columns) throw this.#bad("no header");
    if (this.#rows < 2) throw this.#bad("fewer than two rows with readings");
    const atMs = this.#atMs.slice(0, this.#rows);
    return {
      rows: this.#rows,
      firstS: this.#firstS,
      atMs,
      amps: this.#amps.slice(0, this.#rows),
      volts: this.#volts.slice(0, this.#rows),
      medianStepMs: medianStep(atMs),
    };
  }

  #onLine(raw: string): void {
    this.#line += 1;
    if (raw.length > LONGEST_LINE) throw this.#bad("longer than 512 characters");
    const line = raw.trim();
    if (line === "") return;
    const cells = line.split(",").map((cell) => cell.trim());
    if (!this.#columns) this.#columns = this.#readHeader(cells);
    else this.#onRow(cells, this.#columns);
  }

  #readHeader(cells: string[]): [number, number, number] {
    const bare = cells.map((cell) => cell.replace(/^(\uFEFF|\u00ef\u00bb\u00bf)/, "").toLowerCase());
    const [time, amps, volts] = COLUMNS.map((name) => bare.indexOf(name));
    if (time === undefined || amps === undefined || volts === undefined || Math.min(time, amps, volts) < 0) {
      throw this.#bad(`the header must name ${COLUMNS.join(", ")}`);
    }
    return [time, amps, volts];
  }

  #onRow(cells: string[], [time, amps, volts]: [number, number, number]): void {
    const seconds = this.#number(cells[time], COLUMNS[0]);
    if (seconds === null) throw this.#bad("a row without time");
    if (Math.abs(seconds) > 1e10) throw this.#bad("time out of range");
    const current = this.#number(cells[amps], COLUMNS[1]);
    const voltage = this.#number(cells[volts], COLUMNS[2]);
    if (seconds < this.#lastS) throw this.#bad("time goes back");
    this.#lastS = seconds;
    if (current === null || voltage === null) return;
    if (Math.abs(current) > 1e5 || Math.abs(voltage) > 1e5) throw this.#bad("a reading out of range");
    if (Number.isNaN(this.#firstS)) this.#firstS = seconds;
    const atMs = (seconds - this.#firstS) * 1000;
    if (this.#rows > 0 && atMs === this.#atMs[this.#rows - 1]) this.#rows -= 1;
    this.#append(atMs, current, voltage);
  }

  /** Null for a missing reading. */
  #number(cell: string | undefined, name: string): number | null {
    if (cell === undefined) throw this.#bad(`no ${name}`);
    if (cell === "" || cell.toLowerCase() === "nan") return null;
    if (!DECIMAL.test(cell)) throw this.#bad(`${name} is not a number`);
    return Number(cell);
  }

  #append(atMs: number, amps: number, volts: number): void {
    if (this.#rows === this.#capacity) {
      this.#capacity *= 2;
      this.#atMs = grown(this.#atMs, this.#capacity);
      this.#amps = grown(this.#amps, this.#capacity);
      this.#volts = grown(this.#volts, this.#capacity);
    }
    this.#atMs[this.#rows] = atMs;
    this.#amps[this.#rows] = amps;
    this.#volts[this.#rows] = volts;
    this.#rows += 1;
  }

  #bad(what: string, ahead = 0): CodedError {
    return new CodedError("chip.badTrace", `line ${this.#line + ahead}: ${what}`);
  }
}

function grown(from: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(capacity);
  to.set(from);
  return to;
}

function medianStep(atMs: Float64Array): number {
  const steps = Float64Array.from({ length: atMs.length - 1 }, (_, index) => (atMs[index + 1] ?? 0) - (atMs[index] ?? 0)).sort();
  const middle = steps.length >> 1;
  return steps.length % 2 === 1 ? (steps[middle] ?? 0) : ((steps[middle - 1] ?? 0) + (steps[middle] ?? 0)) / 2;
}
