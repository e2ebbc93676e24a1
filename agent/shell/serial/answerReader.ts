import { crc16 } from "#agent/shell/serial/crc16.ts";

const EXCEPTION_BYTES = 5;
const EXCEPTION_FLAG = 0x80;
/** Two frames of the longest kind: enough to find an answer behind a burst of noise. */
const BUFFER_BYTES_MAX = 512;

interface Wanted {
  unit: number;
  functionCode: number;
  answerBytes: number;
  /** What must follow unit and function: a byte count, or the echo of the request's own bytes. */
  prefix: Uint8Array;
}

/**
 * Finds the answer to one request in a stream of bytes that may hold noise before, inside and after it.
 * A frame is accepted only with the asked unit and function, the length that the request implies, and its CRC.
 */
export class AnswerReader {
  #wanted: Wanted | undefined;
  #buffer: Uint8Array = new Uint8Array(0);
  #discardedBytes = 0;

  /** Bytes that belonged to no answer since the reader was made. */
  get discardedBytes(): number {
    return this.#discardedBytes;
  }

  /** Something came since the request, though not an answer (yet). */
  get hasNoise(): boolean {
    return this.#buffer.length > 0;
  }

  /** A request goes out: what came before it is stale. Returns the bytes that the whole answer has. */
  expect(request: Uint8Array): number {
    this.forget();
    this.#wanted = wantedAnswer(request);
    return this.#wanted.answerBytes;
  }

  /** Nothing is awaited any more. */
  forget(): void {
    this.#discardedBytes += this.#buffer.length;
    this.#buffer = new Uint8Array(0);
    this.#wanted = undefined;
  }

  /** Takes what the line brought; returns the answer's frame, CRC included, once it is complete. */
  push(bytes: Uint8Array): Uint8Array | undefined {
    const wanted = this.#wanted;
    if (!wanted) {
      this.#discardedBytes += bytes.length;
      return undefined;
    }
    const all = new Uint8Array(this.#buffer.length + bytes.length);
    all.set(this.#buffer);
    all.set(bytes, this.#buffer.length);
    const surplus = Math.max(0, all.length - BUFFER_BYTES_MAX);
    this.#discardedBytes += surplus;
    this.#buffer = all.subarray(surplus);
    return this.#find(wanted);
  }

  #find(wanted: Wanted): Uint8Array | undefined {
    const buffer = this.#buffer;
    for (let at = 0; at + EXCEPTION_BYTES <= buffer.length; at++) {
      const length = frameLength(buffer, at, wanted);
      if (length === undefined || at + length > buffer.length) continue;
      const frame = buffer.subarray(at, at + length);
      if (!crcFits(frame)) continue;
      this.#discardedBytes += buffer.length - length;
      this.#buffer = new Uint8Array(0);
      this.#wanted = undefined;
      return frame;
    }
    return undefined;
  }
}

/** Length of the frame that seems to begin here, or undefined when none does. */
function frameLength(buffer: Uint8Array, at: number, wanted: Wanted): number | undefined {
  if (buffer[at] !== wanted.unit) return undefined;
  if (buffer[at + 1] === (wanted.functionCode | EXCEPTION_FLAG)) return EXCEPTION_BYTES;
  if (buffer[at + 1] !== wanted.functionCode) return undefined;
  const fits = wanted.prefix.every((byte, index) => buffer[at + 2 + index] === byte);
  return fits ? wanted.answerBytes : undefined;
}

function crcFits(frame: Uint8Array): boolean {
  const end = frame.length - 2;
  return crc16(frame.subarray(0, end)) === ((frame[end] ?? 0) | ((frame[end + 1] ?? 0) << 8));
}

/** MODBUS Application Protocol V1.1b3, clauses 6.1 to 6.17: what each function answers. */
function wantedAnswer(request: Uint8Array): Wanted {
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
  const unit = view.getUint8(0);
  const functionCode = view.getUint8(1);
  const count = view.getUint16(4);
  switch (functionCode) {
    case 1:
      return counted(unit, functionCode, Math.ceil(count / 8));
    case 3:
    case 4:
    case 23:
      return counted(unit, functionCode, count * 2);
    case 5:
      // Some boards echo a timed output's count as on or off, so only the address is held against them; the coil is read back anyway.
      return { unit, functionCode, answerBytes: 8, prefix: request.slice(2, 4) };
    case 16:
      return { unit, functionCode, answerBytes: 8, prefix: request.slice(2, 6) };
    default:
      throw new RangeError(`function ${functionCode} is not used here`);
  }
}

function counted(unit: number, functionCode: number, dataBytes: number): Wanted {
  return { unit, functionCode, answerBytes: 5 + dataBytes, prefix: Uint8Array.of(dataBytes) };
}
