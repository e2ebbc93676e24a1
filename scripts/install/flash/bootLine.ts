/** Bytes to and from a part in its bootloader, each wait with an end. */
import { type Endpoint, openEndpoint } from "#agent/shell/serial/endpoint.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export interface BootRate {
  port: string;
  baud: number;
  /** AN3155 wants even parity; a converter that only passes bytes on, and a pty, know none. */
  parity: "even" | "none";
}

interface Waiting {
  count: number;
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** More than the longest answer: what comes beyond it is noise. */
const MOST_BYTES = 4_096;

export class BootLine {
  readonly #endpoint: Endpoint;
  readonly #port: string;
  #heard: number[] = [];
  #waiting: Waiting | null = null;
  #lost: string | null = null;

  private constructor(endpoint: Endpoint, port: string) {
    this.#endpoint = endpoint;
    this.#port = port;
  }

  /** Rejects with `flash.noPort`. */
  static async open({ port, baud, parity }: BootRate): Promise<BootLine> {
    const early: Uint8Array[] = [];
    let line: BootLine | null = null;
    const endpoint = await openEndpoint(
      port,
      { baudRate: baud, dataBits: 8, parity, stopBits: 1 },
      {
        data: (bytes) => (line ? line.#hear(bytes) : void early.push(bytes)),
        lost: (reason) => {
          if (line) line.#lose(reason);
        },
      },
    ).catch((error: unknown) => {
      throw new CodedError("flash.noPort", `${port}: ${error instanceof Error ? error.message : String(error)}`);
    });
    line = new BootLine(endpoint, port);
    for (const bytes of early) line.#hear(bytes);
    return line;
  }

  /** Rejects with `flash.lineLost`. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#lost !== null) throw this.#gone();
    await this.#endpoint.write(bytes).catch((error: unknown) => {
      this.#lose(error instanceof Error ? error.message : String(error));
      throw this.#gone();
    });
  }

  /** The next `count` bytes. Rejects with `flash.noAnswer` after `withinMs`, `flash.lineLost` when the line goes. */
  take(count: number, withinMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#gone());
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting = null;
        reject(new CodedError("flash.noAnswer", `${this.#port}: ${this.#heard.length} of ${count} bytes`));
      }, withinMs);
      this.#waiting = { count, resolve, reject, timer };
      this.#give();
    });
  }

  /** Forgets what came unasked. */
  clear(): void {
    this.#heard = [];
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }

  #hear(bytes: Uint8Array): void {
    this.#heard.push(...bytes);
    if (this.#heard.length > MOST_BYTES) this.#heard = this.#heard.slice(-MOST_BYTES);
    this.#give();
  }

  #give(): void {
    const waiting = this.#waiting;
    if (!waiting || this.#heard.length < waiting.count) return;
    this.#waiting = null;
    clearTimeout(waiting.timer);
    waiting.resolve(Uint8Array.from(this.#heard.splice(0, waiting.count)));
  }

  #lose(reason: string): void {
    this.#lost ??= reason;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (!waiting) return;
    clearTimeout(waiting.timer);
    waiting.reject(this.#gone());
  }

  #gone(): CodedError {
    return new CodedError("flash.lineLost", `${this.#port}: ${this.#lost}`);
  }
}
