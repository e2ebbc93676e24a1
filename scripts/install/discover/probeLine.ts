/** A port opened with settings of our choosing, on which one slave at a time is asked to read something. Nothing here can write. */
import { AnswerReader } from "#agent/shell/serial/answerReader.ts";
import { crc16 } from "#agent/shell/serial/crc16.ts";
import { type Endpoint, openEndpoint } from "#agent/shell/serial/endpoint.ts";
import { bytesToWords } from "#protocol/chip/codec.ts";
import { lineTimeMs } from "#protocol/chip/lineTime.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";
import type { Block } from "#protocol/chip/table.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** `surplus`: bytes that belong neither to the answer nor to an adapter's echo of the request. */
export type Heard =
  | { kind: "answer"; words: number[]; surplus: number }
  | { kind: "refused"; exception: number; surplus: number }
  /** A whole answer, though not with as many registers as were asked for. */
  | { kind: "otherLength"; bytes: number }
  | { kind: "silence" }
  | { kind: "garbled" };

export type Readable = Pick<Block, "address" | "words" | "space">;

/** Asks one slave to read something. */
export type Ask = (what: Readable) => Promise<Heard>;

export const READ_FUNCTION = { coil: 1, holding: 3, input: 4 } as const satisfies Record<Block["space"], number>;
const EXCEPTION_FLAG = 0x80;
/** Between a frame's end and the next one's beginning: Modbus over serial line V1.02, clause 2.5.1.1, and a system's own delay. */
const QUIET_CHARACTERS = 3.5;
const QUIET_LEAST_MS = 4;
/** A timer of a computer that has time for us is not so late. */
const LATE_MS = 5;
const UNREAD_TURNS = 4;

export class ProbeLine {
  readonly #port: string;
  readonly #line: LineSettings;
  readonly #patienceMs: number;
  readonly #reader = new AnswerReader();
  readonly #endpoint: Endpoint;
  #heard: number[] = [];
  #found: ((frame: Uint8Array) => void) | null = null;
  #lost: string | null = null;
  #onLost: (() => void) | null = null;

  private constructor(port: string, line: LineSettings, patienceMs: number, endpoint: Endpoint) {
    this.#port = port;
    this.#line = line;
    this.#patienceMs = patienceMs;
    this.#endpoint = endpoint;
  }

  /** Rejects with the system's error. `patienceMs` is granted to each answer beyond its time on the wire. */
  static async open(port: string, line: LineSettings, patienceMs: number): Promise<ProbeLine> {
    let probe: ProbeLine | null = null;
    const endpoint = await openEndpoint(port, line, {
      data: (bytes) => {
        if (probe) probe.#hear(bytes);
      },
      lost: (reason) => {
        if (probe) probe.#lose(reason);
      },
    });
    probe = new ProbeLine(port, line, patienceMs, endpoint);
    return probe;
  }

  /** How many bytes come while nobody has asked. */
  async listen(forMs: number): Promise<number> {
    this.#heard = [];
    await pause(forMs);
    if (this.#lost !== null) throw this.#gone();
    return this.#heard.length;
  }

  /** Rejects with `discover.portLost`. */
  async ask(unit: number, what: Readable): Promise<Heard> {
    if (this.#lost !== null) throw this.#gone();
    const request = requestOf(unit, what);
    this.#heard = [];
    const answerBytes = this.#reader.expect(request);
    const arrived = new Promise<Uint8Array | null>((resolve) => {
      this.#found = resolve;
      this.#onLost = () => resolve(null);
    });
    await this.#endpoint.write(request).catch((error: unknown) => this.#lose(error instanceof Error ? error.message : String(error)));
    const frame = await this.#within(arrived, lineTimeMs(this.#line, request.length + answerBytes) + this.#patienceMs);
    this.#found = null;
    this.#onLost = null;
    this.#reader.forget();
    await pause(Math.max(QUIET_LEAST_MS, Math.ceil(lineTimeMs(this.#line, QUIET_CHARACTERS))));
    if (this.#lost !== null) throw this.#gone();
    return this.#judge(what, request, frame);
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }

  #judge(what: Readable, request: Uint8Array, frame: Uint8Array | null): Heard {
    const echo = request.every((byte, index) => this.#heard[index] === byte) ? request.length : 0;
    const rest = this.#heard.length - echo;
    if (!frame) return rest === 0 ? { kind: "silence" } : withoutFrame(this.#heard.slice(echo), request);
    const surplus = rest - frame.length;
    if (((frame[1] ?? 0) & EXCEPTION_FLAG) !== 0) return { kind: "refused", exception: frame[2] ?? 0, surplus };
    return { kind: "answer", words: valuesIn(frame.subarray(3, -2), what), surplus };
  }

  /** When this process was held up, the answer may lie unread: it is given some turns, and time anew where the delay shows. */
  async #within(arrived: Promise<Uint8Array | null>, waitMs: number): Promise<Uint8Array | null> {
    const dueMs = performance.now() + waitMs;
    const first = await Promise.race([arrived, pause(waitMs)]);
    if (first || this.#lost !== null) return first;
    const isLate = performance.now() - dueMs > LATE_MS;
    return Promise.race([arrived, isLate ? pause(this.#patienceMs) : turns(UNREAD_TURNS)]);
  }

  #hear(bytes: Uint8Array): void {
    this.#heard.push(...bytes);
    const frame = this.#reader.push(bytes);
    if (frame) this.#found?.(frame);
  }

  #lose(reason: string): void {
    this.#lost ??= reason;
    this.#onLost?.();
  }

  #gone(): CodedError {
    return new CodedError("discover.portLost", `${this.#port}: ${this.#lost}`);
  }
}

/** Some slaves answer with what they have, whatever was asked for. */
function withoutFrame(heard: readonly number[], [unit, functionCode]: Uint8Array): Heard {
  for (let at = 0; at + 5 <= heard.length; at++) {
    const bytes = heard[at + 2] ?? 0;
    const body = Uint8Array.from(heard.slice(at, at + 3 + bytes));
    const crc = (heard[at + 3 + bytes] ?? 0) | ((heard[at + 4 + bytes] ?? 0) << 8);
    if (body[0] === unit && body[1] === functionCode && crc16(body) === crc) return { kind: "otherLength", bytes };
  }
  return { kind: "garbled" };
}

function requestOf(unit: number, { address, words, space }: Readable): Uint8Array {
  const body = Uint8Array.of(unit, READ_FUNCTION[space], address >> 8, address & 0xff, words >> 8, words & 0xff);
  const crc = crc16(body);
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}

/** Registers, or coils as 0 and 1: the first is the lowest bit of the first byte. */
function valuesIn(data: Uint8Array, { words, space }: Readable): number[] {
  if (space !== "coil") return [...bytesToWords(data)];
  return Array.from({ length: words }, (_, index) => ((data[index >> 3] ?? 0) >> (index & 7)) & 1);
}

function pause(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}

async function turns(count: number): Promise<null> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  return null;
}
