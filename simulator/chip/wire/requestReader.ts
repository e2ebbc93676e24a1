import { crc16 } from "#simulator/chip/wire/crc.ts";

export interface Request {
  address: number;
  /** Function code and data, without address and CRC. */
  pdu: Uint8Array;
  /** Bytes on the line, CRC included. */
  length: number;
}

const MOST_BYTES = 1024;
const LEAST_FRAME = 4;
const FIXED_LENGTH = new Map([
  [0x01, 8],
  [0x02, 8],
  [0x03, 8],
  [0x04, 8],
  [0x05, 8],
  [0x06, 8],
  [0x2b, 7],
]);
/** Functions that name the length of their data: where that byte stands, and what is there besides. */
const COUNTED = new Map([
  [0x0f, { at: 6, besides: 9 }],
  [0x10, { at: 6, besides: 9 }],
  [0x17, { at: 10, besides: 13 }],
]);

/**
 * Cuts a master's bytes into frames (Modbus over serial line, 2.5.1). Lengths follow from the function code, so frames may come in pieces or glued;
 * a byte at which no whole frame begins is discarded and counted. Other functions end at the silence of 3.5 characters: call `silence` for it.
 */
export class RequestReader {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Bytes that belonged to no frame. */
  discarded = 0;

  get pending(): number {
    return this.#bytes.length;
  }

  push(bytes: Uint8Array): Request[] {
    this.#bytes = Uint8Array.from([...this.#bytes, ...bytes]);
    const requests: Request[] = [];
    for (let request = this.#take(); request; request = this.#take()) requests.push(request);
    if (this.#bytes.length > MOST_BYTES) this.#discard(this.#bytes.length - MOST_BYTES);
    return requests;
  }

  /** The line has been silent: what is left is a frame as it is, or rubbish. */
  silence(): Request | undefined {
    const whole = this.#bytes;
    this.#bytes = new Uint8Array(0);
    if (isFrame(whole)) return asRequest(whole);
    this.discarded += whole.length;
    return undefined;
  }

  #take(): Request | undefined {
    while (this.#bytes.length >= LEAST_FRAME) {
      const length = frameLength(this.#bytes);
      // Nothing known begins here, and yet a frame of a function unknown to us may: wait for the silence.
      if (length === undefined || length > this.#bytes.length) {
        if (!this.#resynchronise()) return undefined;
        continue;
      }
      const frame = this.#bytes.slice(0, length);
      if (isFrame(frame)) {
        this.#bytes = this.#bytes.slice(length);
        return asRequest(frame);
      }
      this.#discard(1);
    }
    return undefined;
  }

  /** A whole frame further on proves that what stands before it is rubbish. */
  #resynchronise(): boolean {
    for (let start = 1; start + LEAST_FRAME <= this.#bytes.length; start++) {
      const rest = this.#bytes.subarray(start);
      const length = frameLength(rest);
      if (length === undefined || length > rest.length || !isFrame(rest.subarray(0, length))) continue;
      this.#discard(start);
      return true;
    }
    return false;
  }

  #discard(count: number): void {
    this.discarded += count;
    this.#bytes = this.#bytes.slice(count);
  }
}

/** Undefined where the function, or its length byte, is not known (yet). */
function frameLength(bytes: Uint8Array): number | undefined {
  const code = bytes[1] ?? 0;
  const counted = COUNTED.get(code);
  if (!counted) return FIXED_LENGTH.get(code);
  const count = bytes[counted.at];
  return count === undefined ? undefined : count + counted.besides;
}

function isFrame(bytes: Uint8Array): boolean {
  if (bytes.length < LEAST_FRAME || bytes.length > 256) return false;
  const crc = crc16(bytes.subarray(0, -2));
  return bytes.at(-2) === (crc & 0xff) && bytes.at(-1) === crc >> 8;
}

function asRequest(frame: Uint8Array): Request {
  return { address: frame[0] ?? 0, pdu: frame.slice(1, -2), length: frame.length };
}
