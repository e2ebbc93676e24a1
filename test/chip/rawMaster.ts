import { SerialPort } from "serialport";
import { bytesToWords, wordsToBytes } from "#protocol/chip/codec.ts";
import { crc16, withCrc } from "#simulator/chip/wire/crc.ts";

const TIMEOUT_MS = 10_000;

/** A Modbus master of one's own on a serial port: modbus-serial's buffered mode does not know the length of an FC23 answer. */
export class RawMaster {
  readonly #port: SerialPort;
  unit = 1;
  #bytes = Buffer.alloc(0);
  #waiting: { resolve: (pdu: Uint8Array) => void; reject: (error: Error) => void; timer: NodeJS.Timeout } | null = null;

  private constructor(port: SerialPort) {
    this.#port = port;
    port.on("data", (bytes: Buffer) => this.#onData(bytes));
  }

  static async open(path: string): Promise<RawMaster> {
    const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    return new RawMaster(port);
  }

  async read(address: number, count: number): Promise<Uint16Array> {
    return words(await this.#request(Uint8Array.of(0x03, address >> 8, address & 0xff, 0, count)));
  }

  /** FC23: writes first, then reads. */
  async writeRead(writeAddress: number, written: Uint16Array, readAddress: number, count: number): Promise<Uint16Array> {
    const head = [0x17, readAddress >> 8, readAddress & 0xff, 0, count, writeAddress >> 8, writeAddress & 0xff, 0, written.length];
    return words(await this.#request(Uint8Array.of(...head, written.length * 2, ...wordsToBytes(written))));
  }

  /** FC16, a whole block. */
  async write(address: number, written: Uint16Array): Promise<void> {
    await this.#request(Uint8Array.of(0x10, address >> 8, address & 0xff, 0, written.length, written.length * 2, ...wordsToBytes(written)));
  }

  async close(): Promise<void> {
    if (this.#port.isOpen) await new Promise<void>((resolve) => this.#port.close(() => resolve()));
  }

  #request(pdu: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(new Error(`no answer, ${this.#bytes.length} bytes`)), TIMEOUT_MS);
      this.#bytes = Buffer.alloc(0);
      this.#waiting = { resolve, reject, timer };
      this.#port.write(withCrc(Uint8Array.of(this.unit, ...pdu)));
    });
  }

  #onData(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const [, code = 0, count = 0] = this.#bytes;
    const length = code & 0x80 ? 5 : code === 0x10 ? 8 : 5 + count;
    if (this.#bytes.length < Math.max(5, length)) return;
    const good = crc16(this.#bytes.subarray(0, -2)) === this.#bytes.readUInt16LE(this.#bytes.length - 2);
    if (!good) this.#settle(new Error("bad CRC"));
    else this.#settle(code & 0x80 ? new Error(`exception ${count}`) : Uint8Array.from(this.#bytes.subarray(1, -2)));
  }

  #settle(outcome: Uint8Array | Error): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (!waiting) return;
    clearTimeout(waiting.timer);
    if (outcome instanceof Error) waiting.reject(outcome);
    else waiting.resolve(outcome);
  }
}

function words(pdu: Uint8Array): Uint16Array {
  return bytesToWords(pdu.slice(2));
}
