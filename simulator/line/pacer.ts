export interface LineRate {
  baud: number;
  /** Bits of one character: start, data, parity, stop. */
  characterBits: number;
}

/** `8N1`, `8E1`, `8N2` … as the number of bits that a character takes on the line, or undefined. */
export function characterBits(frame: string): number | undefined {
  const [, data, parity, stop] = /^([78])([NEO])([12])$/.exec(frame) ?? [];
  if (data === undefined) return undefined;
  return 1 + Number(data) + (parity === "N" ? 0 : 1) + Number(stop);
}

/** Silence that ends a frame: 3.5 characters, and 1.75 ms above 19,200 baud (Modbus over serial line, 2.5.1.1). */
export function frameGapMs({ baud, characterBits }: LineRate): number {
  return baud > 19_200 ? 1.75 : (3.5 * characterBits * 1000) / baud;
}

/** A frame on its way to the master: its bytes become due one by one. */
export interface Transmission {
  bytes: Uint8Array;
  startMs: number;
  endMs: number;
}

/**
 * A pty has no baud rate. This says when each byte would have been on a real line, half-duplex, both ways; times are real milliseconds,
 * shortened by `speed`. It owns no timer.
 */
export class LinePacer {
  readonly #rate: LineRate | null;
  #speed: number;
  #freeAtMs = 0;

  /** A null rate is a line without any pacing. */
  constructor(rate: LineRate | null, speed: number) {
    this.#rate = rate;
    this.#speed = speed;
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
  }

  /** When `bytes` characters that began to arrive at `nowMs` are all in, and the silence after them has told so. */
  heard(bytes: number, nowMs: number): number {
    if (!this.#rate) return nowMs;
    this.#freeAtMs = this.arrived(bytes, nowMs) + frameGapMs(this.#rate) / this.#speed;
    return this.#freeAtMs;
  }

  /** The same on a line where silence means nothing. */
  arrived(bytes: number, nowMs: number): number {
    if (!this.#rate) return nowMs;
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + this.#lineMs(bytes);
    return this.#freeAtMs;
  }

  /** Puts an answer on the line as soon as that is free. */
  speak(bytes: Uint8Array, nowMs: number): Transmission {
    const startMs = this.#rate ? Math.max(this.#freeAtMs, nowMs) : nowMs;
    const endMs = startMs + this.#lineMs(bytes.length);
    if (this.#rate) this.#freeAtMs = endMs;
    return { bytes, startMs, endMs };
  }

  #lineMs(bytes: number): number {
    return this.#rate ? (bytes * this.#rate.characterBits * 1000) / this.#rate.baud / this.#speed : 0;
  }
}

/** How many of the transmission's bytes the master has by now. */
export function bytesDue({ bytes, startMs, endMs }: Transmission, nowMs: number): number {
  if (nowMs >= endMs) return bytes.length;
  if (nowMs <= startMs) return 0;
  return Math.floor((bytes.length * (nowMs - startMs)) / (endMs - startMs));
}
