import { crc16 } from "#agent/shell/serial/crc16.ts";

/** One slave: takes function and data, gives the answer's data, an exception code, or nothing. */
export interface FarDevice {
  answer(functionCode: number, data: DataView): Uint8Array | number | undefined;
}

/** The slaves of a bus, with everything that can go wrong on the way. Counts what it was asked. */
export class FarSlaves {
  readonly devices = new Map<number, FarDevice>();
  /** `unit:function` of each request, in the order in which they came. */
  readonly asked: string[] = [];
  /** Called with each answer before it is sent; returns what goes out in its place. */
  spoil: (frame: Uint8Array) => Uint8Array = (frame) => frame;
  readonly #send: (bytes: Uint8Array) => void;
  #gate: Promise<void> = Promise.resolve();
  #buffer: Uint8Array = new Uint8Array(0);

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  countOf(unit: number): number {
    return this.asked.filter((entry) => entry.startsWith(`${unit}:`)).length;
  }

  /** Holds all answers back until the function returned is called. */
  hold(): () => void {
    const { promise, resolve } = withResolvers();
    this.#gate = promise;
    return resolve;
  }

  receive(bytes: Uint8Array): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const length = requestLength(this.#buffer);
      if (length === undefined || this.#buffer.length < length) return;
      const frame = this.#buffer.subarray(0, length);
      this.#buffer = this.#buffer.subarray(length);
      this.#answer(frame);
    }
  }

  #answer(frame: Uint8Array): void {
    const [unit = 0, functionCode = 0] = frame;
    this.asked.push(`${unit}:${functionCode}`);
    const data = frame.subarray(2, -2);
    const answer = this.devices.get(unit)?.answer(functionCode, new DataView(data.buffer, data.byteOffset, data.byteLength));
    if (answer === undefined) return;
    const body = typeof answer === "number" ? [unit, functionCode | 0x80, answer] : [unit, functionCode, ...answer];
    const sealed = this.spoil(withCrc(Uint8Array.from(body)));
    void this.#gate.then(() => this.#send(sealed));
  }
}

export function withCrc(body: Uint8Array): Uint8Array {
  const crc = crc16(body);
  return Uint8Array.from([...body, crc & 0xff, crc >> 8]);
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

function requestLength(buffer: Uint8Array): number | undefined {
  const functionCode = buffer[1];
  if (functionCode === undefined) return undefined;
  if (functionCode === 16) return buffer[6] === undefined ? undefined : 9 + buffer[6];
  if (functionCode === 23) return buffer[10] === undefined ? undefined : 13 + buffer[10];
  return 8;
}
