/** A simulated module on a real pty, with the agent's end opened beside it. */
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scanner } from "#agent/ports.ts";
import { openScanner, type ScannerConfig } from "#agent/shell/serial/scanner.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { ScannerModelName } from "#protocol/scanner/catalogue.ts";
import type { ScannerCommandInput, ScannerTruth } from "#simulator/scanner/control.ts";
import { type ScannerProcess, startScanner } from "#simulator/scanner/scannerProcess.ts";
import { until } from "#simulator/stage/processes.ts";

/** Far beyond what anything here needs on a busy computer. */
const PATIENCE_MS = 30_000;

export class ScannerBench {
  readonly texts: string[] = [];
  /** Each change of health; null: works. */
  readonly health: (ErrorCode | null)[] = [];
  readonly discarded: ErrorCode[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "arcgate-scanner-"));
  readonly #scanners: Scanner[] = [];
  #module: ScannerProcess | undefined;

  get tty(): string {
    return join(this.#folder, "tty");
  }

  async plugIn(model: ScannerModelName): Promise<void> {
    this.#module = await startScanner({ tty: this.tty, model });
  }

  open(model: ScannerModelName, wanted: Partial<ScannerConfig> = {}): Scanner {
    const listener = {
      text: (text: string) => void this.texts.push(text),
      health: (code: ErrorCode | null) => void this.health.push(code),
    };
    const log = {
      debug: (fields: { code?: ErrorCode }) => void (fields.code && this.discarded.push(fields.code)),
      info: () => undefined,
      warn: () => undefined,
    };
    const scanner = openScanner({ port: this.tty, model, ...wanted }, { monoMs: () => performance.now() }, listener, log);
    this.#scanners.push(scanner);
    return scanner;
  }

  /** Of these the texts that came, in their order. A busy computer may part a code by a pause, and the parts are texts as well. */
  heard(...sent: readonly string[]): string[] {
    return this.texts.filter((text) => sent.includes(text));
  }

  tell(command: ScannerCommandInput): ScannerTruth {
    if (!this.#module) throw new RangeError("no module is plugged in");
    return this.#module.command(command);
  }

  /** Shows a code until the agent has it. */
  async read(text: string): Promise<void> {
    const before = this.texts.length;
    this.tell({ do: "show", text, holdMs: 60_000 });
    await this.until(`the text ${text.slice(0, 20)}`, () => this.texts.slice(before).includes(text));
    this.tell({ do: "show", text, holdMs: 0 });
  }

  until(what: string, holds: () => boolean): Promise<true> {
    return until(what, () => holds() || undefined, PATIENCE_MS);
  }

  async dispose(): Promise<void> {
    for (const scanner of this.#scanners) await scanner.close();
    await this.#module?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A serial-to-Ethernet converter with a module that reads by itself. */
export class Converter {
  readonly #server: Server;
  #socket: Socket | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#socket = socket;
      socket.on("error", () => undefined);
    });
  }

  static async listen(): Promise<Converter> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Converter(server);
  }

  get port(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  say(text: string): void {
    this.#socket?.write(text);
  }

  drop(): void {
    this.#socket?.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
