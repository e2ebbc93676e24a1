/** A tap in the cable between agent and chip: hands every byte on, and says when a lease was on the wire. */
import { SerialPort } from "serialport";
import { LEASE, LEASE_MODES, type LeaseMode } from "#protocol/chip/arcgateChip.ts";
import { type Request, RequestReader } from "#simulator/chip/wire/requestReader.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";

export interface LeaseOnWire {
  mode: LeaseMode;
  /** `performance.now()` of this process when the request's last byte arrived. */
  atMs: number;
}

const READ_WRITE = 0x17;
/** Behind function code, read address, read count, write address, write count and byte count. */
const WRITTEN_AT = 10;

export class WireTap {
  readonly path: string;
  readonly #line: PtyLine;
  readonly #chip: SerialPort;
  readonly #reader = new RequestReader();
  readonly #waiting = new Set<(lease: LeaseOnWire) => void>();

  private constructor(path: string, chip: SerialPort) {
    this.path = path;
    this.#chip = chip;
    this.#line = new PtyLine(path, (bytes) => this.#hear(bytes));
    chip.on("data", (bytes: Buffer) => this.#line.write(bytes));
  }

  /** `path` is the agent's side, `chipTty` the chip's. */
  static async open(path: string, chipTty: string, baudRate: number): Promise<WireTap> {
    const chip = new SerialPort({ path: chipTty, baudRate, autoOpen: false });
    await new Promise<void>((resolve, reject) => chip.open((error) => (error ? reject(error) : resolve())));
    return new WireTap(path, chip);
  }

  /** The next lease for which `wanted` holds. Rejects when none comes in time. */
  lease(wanted: (lease: LeaseOnWire) => boolean, withinMs: number): Promise<LeaseOnWire> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`no lease on the wire within ${withinMs} ms`));
      }, withinMs);
      const look = (lease: LeaseOnWire) => {
        if (!wanted(lease)) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(lease);
      };
      this.#waiting.add(look);
    });
  }

  async close(): Promise<void> {
    this.#line.unplug();
    await new Promise<void>((resolve) => this.#chip.close(() => resolve()));
  }

  #hear(bytes: Uint8Array): void {
    const atMs = performance.now();
    this.#chip.write(Buffer.from(bytes));
    for (const request of this.#reader.push(bytes)) {
      const mode = leaseMode(request);
      if (mode) for (const look of [...this.#waiting]) look({ mode, atMs });
    }
  }
}

function leaseMode({ pdu }: Request): LeaseMode | undefined {
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength);
  if (pdu[0] !== READ_WRITE || pdu.length < WRITTEN_AT + LEASE.words * 2 || view.getUint16(5) !== LEASE.address) return undefined;
  return LEASE_MODES[view.getUint16(WRITTEN_AT)];
}
