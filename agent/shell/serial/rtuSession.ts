import { EventEmitter } from "node:events";
import { performance } from "node:perf_hooks";
import { ANSWER_ALLOWANCE_MS } from "#agent/core/busBudget.ts";
import { AnswerReader } from "#agent/shell/serial/answerReader.ts";
import { type Endpoint, openEndpoint } from "#agent/shell/serial/endpoint.ts";
import { issue, type Modbus, type ModbusPort, makeModbus, type RtuAnswer, type RtuRequest } from "#agent/shell/serial/rtuRequest.ts";
import { lineTimeMs } from "#protocol/chip/lineTime.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export interface SessionOptions {
  port: string;
  line: LineSettings;
  /** Granted to each answer beyond the line's time and the usual allowance: a converter and a network lie between. */
  extraAllowanceMs: number;
}

/** No answer in time; `noise` when bytes came that make none. */
export class NoAnswer extends Error {
  readonly noise: boolean;

  constructor(noise: boolean) {
    super(noise ? "noise in place of an answer" : "no answer");
    this.name = "NoAnswer";
    this.noise = noise;
  }
}

interface Pending {
  resolve(answer: RtuAnswer): void;
  reject(error: Error): void;
  sentAtMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * One opening of a port: a Modbus RTU master with one request at a time.
 * `execute` rejects with NoAnswer, or with a CodedError: link.exception, link.badAnswer, link.portMissing.
 */
export class RtuSession extends EventEmitter implements ModbusPort {
  readonly #options: SessionOptions;
  readonly #onLost: (reason: string) => void;
  readonly #reader = new AnswerReader();
  readonly #modbus: Modbus;
  #endpoint: Endpoint | undefined;
  #pending: Pending | undefined;
  #lost = false;
  #heardAtMs = performance.now();

  private constructor(options: SessionOptions, onLost: (reason: string) => void) {
    super();
    this.#options = options;
    this.#onLost = onLost;
    this.#modbus = makeModbus(this);
  }

  /** Rejects with link.portMissing. `onLost` is called once, when the port goes away by itself. */
  static async start(options: SessionOptions, onLost: (reason: string) => void): Promise<RtuSession> {
    const session = new RtuSession(options, onLost);
    const { promise, resolve, reject } = outcome<void>();
    session.#modbus.open((error?: Error | null) => (error ? reject(error) : resolve()));
    await promise.catch((error: Error) => {
      throw new CodedError("link.portMissing", `${options.port}: ${error.message}`, { cause: error });
    });
    return session;
  }

  get isOpen(): boolean {
    return this.#endpoint !== undefined && !this.#lost;
  }

  /** `performance.now()` when the line brought its last byte, or when it was opened. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  execute(request: RtuRequest): Promise<RtuAnswer> {
    if (!this.isOpen) return Promise.reject(this.#missing("not open"));
    if (this.#pending) return Promise.reject(new RangeError("one request at a time"));
    const { promise, resolve, reject } = outcome<RtuAnswer>();
    this.#pending = { resolve, reject, sentAtMs: performance.now(), timer: undefined };
    try {
      issue(this.#modbus, request, (error, data) => this.#finish(error, data));
    } catch (error) {
      // A request that cannot be encoded must not block the line for ever.
      this.#settle()?.reject(new RangeError("a request that does not fit its frame", { cause: error }));
    }
    return promise;
  }

  stop(): Promise<void> {
    this.#lost = true;
    this.#settle()?.reject(this.#missing("closed"));
    return this.#endpoint?.close() ?? Promise.resolve();
  }

  /** Called by modbus-serial. */
  open(done: (error?: Error) => void): void {
    const listener = { data: (bytes: Uint8Array) => this.#receive(bytes), lost: (reason: string) => this.#lose(reason) };
    openEndpoint(this.#options.port, this.#options.line, listener).then((endpoint) => {
      this.#endpoint = endpoint;
      done();
    }, done);
  }

  /** Called by modbus-serial. */
  close(done: (error?: Error) => void): void {
    this.stop().then(() => done(), done);
  }

  /** Called by modbus-serial with the encoded request. */
  write(frame: Buffer): void {
    const pending = this.#pending;
    if (!pending || !this.#endpoint) return;
    const answerBytes = this.#reader.expect(frame);
    const waitMs = lineTimeMs(this.#options.line, frame.length + answerBytes) + ANSWER_ALLOWANCE_MS + this.#options.extraAllowanceMs;
    this.#arm(pending, waitMs, true);
    this.#endpoint.write(frame).then(
      () => {
        pending.sentAtMs = performance.now();
      },
      (error: Error) => this.#lose(error.message),
    );
  }

  #arm(pending: Pending, waitMs: number, graceLeft: boolean): void {
    const dueMs = performance.now() + waitMs;
    pending.timer = setTimeout(() => {
      const lateMs = performance.now() - dueMs;
      // When this process itself was held up, the answer may lie unread: that is not the machine's fault.
      if (graceLeft && lateMs > ANSWER_ALLOWANCE_MS / 2) this.#arm(pending, ANSWER_ALLOWANCE_MS, false);
      else this.#expire();
    }, waitMs);
  }

  #expire(): void {
    const noise = this.#reader.hasNoise;
    this.#reader.forget();
    this.#settle()?.reject(new NoAnswer(noise));
  }

  #receive(bytes: Uint8Array): void {
    this.#heardAtMs = performance.now();
    const frame = this.#reader.push(bytes);
    if (frame) this.emit("data", Buffer.from(frame));
  }

  #finish(error: Error | null, data: number[]): void {
    const pending = this.#settle();
    if (error) pending?.reject(codedAnswerError(error));
    else pending?.resolve({ data, sentAtMs: pending.sentAtMs, answeredAtMs: performance.now() });
  }

  #lose(reason: string): void {
    if (this.#lost || !this.#endpoint) return;
    this.#lost = true;
    this.#settle()?.reject(this.#missing(reason));
    // After an error the port may still be open, and would be locked against its own reopening.
    const tell = () => this.#onLost(reason);
    this.#endpoint.close().then(tell, tell);
  }

  #settle(): Pending | undefined {
    const pending = this.#pending;
    clearTimeout(pending?.timer);
    this.#pending = undefined;
    return pending;
  }

  #missing(reason: string): CodedError {
    return new CodedError("link.portMissing", `${this.#options.port}: ${reason}`);
  }
}

function codedAnswerError(error: Error): CodedError {
  const code: unknown = "modbusCode" in error ? error.modbusCode : undefined;
  if (typeof code === "number") return new CodedError("link.exception", `Modbus exception ${code}`, { cause: error });
  return new CodedError("link.badAnswer", error.message, { cause: error });
}

function outcome<T>(): { promise: Promise<T>; resolve(value: T): void; reject(error: Error): void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
