import { INITIAL_SCANNER, type ScannerEffect, type ScannerInput, type ScannerState, scannerWakeMs } from "#agent/core/scanner/state.ts";
import { stepScanner } from "#agent/core/scanner/step.ts";
import type { Clock, Scanner, ScannerListener } from "#agent/ports.ts";
import { type Endpoint, openEndpoint } from "#agent/shell/serial/endpoint.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SCANNER_MODELS, type ScannerModelName } from "#protocol/scanner/catalogue.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";

export interface ScannerConfig {
  /** A tty's path, or `tcp://host:port` of a converter. */
  port: string;
  model: ScannerModelName;
  /** As the model leaves the factory unless given. */
  baudRate?: number | undefined;
}

/** Fits pino's logger. */
export interface ScannerLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Opens the port in the background and keeps it open until `close`. */
export function openScanner(config: ScannerConfig, clock: Clock, listener: ScannerListener, log?: ScannerLog): Scanner {
  return new SerialScanner(config, clock, listener, log);
}

/** Resolves when the module has answered to its settings and to a trigger (`plain`: when its port is open); rejects with what is wrong. */
export function probeScanner(config: ScannerConfig, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const scanner = openScanner(config, clock, {
      text: () => undefined,
      health: (code, detail) => {
        void scanner.close().then(() => (code === null ? resolve() : reject(new CodedError(code, detail))));
      },
    });
  });
}

/** Gives the core its inputs one at a time, and carries its effects out. */
class SerialScanner implements Scanner {
  readonly port: string;
  readonly #model: ScannerModel;
  readonly #line: LineSettings;
  readonly #clock: Clock;
  readonly #listener: ScannerListener;
  readonly #log: ScannerLog | undefined;
  #state: ScannerState = INITIAL_SCANNER;
  #timer: NodeJS.Timeout | undefined;
  /** Counts connections: what an earlier one still says is not heard. */
  #connection = 0;
  #endpoint: Endpoint | undefined;
  /** Writes and closings, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor({ port, model, baudRate }: ScannerConfig, clock: Clock, listener: ScannerListener, log?: ScannerLog) {
    this.port = port;
    this.#model = SCANNER_MODELS[model];
    this.#line = { ...this.#model.line, ...(baudRate === undefined ? {} : { baudRate }) };
    this.#clock = clock;
    this.#listener = listener;
    this.#log = log;
    this.#open();
  }

  /** Tells the module to stop reading. */
  async close(): Promise<void> {
    this.#dispatch({ type: "close" });
    await this.#work;
  }

  #dispatch(input: ScannerInput): void {
    const { state, effects } = stepScanner(this.#state, input, this.#model, this.#clock.monoMs());
    this.#state = state;
    this.#setTimer();
    for (const effect of effects) this.#run(effect);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const wakeMs = scannerWakeMs(this.#state, this.#model);
    if (wakeMs === null) return;
    const delayMs = Math.max(1, Math.ceil(wakeMs - this.#clock.monoMs()));
    // After a look at what lies unread: else a pause of ours would be taken for one of the scanner's.
    this.#timer = setTimeout(() => setImmediate(() => this.#dispatch({ type: "tick" })), delayMs);
  }

  #run(effect: ScannerEffect): void {
    switch (effect.type) {
      case "open":
        this.#open();
        break;
      case "close":
        this.#drop();
        break;
      case "write":
        this.#write(effect.bytes);
        break;
      case "text":
        this.#listener.text(effect.text);
        break;
      case "discarded":
        this.#log?.debug({ port: this.port, code: effect.code, bytes: effect.bytes }, "a scan that is none");
        break;
      case "refused":
        this.#log?.warn({ port: this.port, code: "scanner.refused", command: effect.command }, "scanner refused a setting");
        break;
      case "health":
        this.#report(effect);
        break;
    }
  }

  #report({ code, detail }: Extract<ScannerEffect, { type: "health" }>): void {
    if (code === null) this.#log?.info({ port: this.port, model: detail }, "scanner works");
    else this.#log?.warn({ port: this.port, code, detail }, "scanner does not work");
    this.#listener.health(code, detail);
  }

  #open(): void {
    const connection = ++this.#connection;
    const isOurs = () => connection === this.#connection;
    const lost = (reason: string) => {
      if (!isOurs()) return;
      this.#drop();
      this.#dispatch({ type: "lost", reason });
    };
    const data = (bytes: Uint8Array) => {
      if (isOurs()) this.#dispatch({ type: "bytes", bytes });
    };
    // What an earlier connection has still to write or to close comes first.
    this.#work = this.#work
      .then(() => openEndpoint(this.port, this.#line, { data, lost }))
      .then(
        async (endpoint) => {
          if (!isOurs()) return endpoint.close();
          this.#endpoint = endpoint;
          this.#dispatch({ type: "opened" });
        },
        (error: unknown) => lost(error instanceof Error ? error.message : String(error)),
      );
  }

  #drop(): void {
    this.#connection += 1;
    const endpoint = this.#endpoint;
    this.#endpoint = undefined;
    if (endpoint) this.#work = this.#work.then(() => endpoint.close());
  }

  #write(bytes: Uint8Array): void {
    const endpoint = this.#endpoint;
    // Who cannot be written to is lost, and says so itself.
    if (endpoint) this.#work = this.#work.then(() => endpoint.write(bytes)).catch(() => undefined);
  }
}
