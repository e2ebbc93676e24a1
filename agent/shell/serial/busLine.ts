import { performance } from "node:perf_hooks";
import type { Clock } from "#agent/ports.ts";
import { type Rank, RequestQueue } from "#agent/shell/serial/requestQueue.ts";
import type { RtuAnswer, RtuRequest } from "#agent/shell/serial/rtuRequest.ts";
import { NoAnswer, RtuSession, type SessionOptions } from "#agent/shell/serial/rtuSession.ts";
import { SilenceTable } from "#agent/shell/serial/silence.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** Fits pino's logger. */
export interface BusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const REOPEN_MS = 1_000;
const QUEUE_MAX = 256;
/** An unplugged port may give no sign of it: after so long without one byte it is opened anew, ever more seldom while nothing comes. */
const DEAF_LEAST_MS = 30_000;
const DEAF_MOST_MS = 600_000;

interface Job {
  unit: number;
  rank: Rank;
  build: () => RtuRequest;
  resolve(answer: RtuAnswer): void;
  reject(error: Error): void;
}

/**
 * One serial line with everybody on it: one request outstanding, ordered by rank, the port kept open through unplugging.
 */
export class BusLine {
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #log: BusLog | undefined;
  readonly #queue = new RequestQueue<Job>(QUEUE_MAX);
  readonly #silence = new SilenceTable();
  readonly #worker: Promise<void>;
  #session: RtuSession | undefined;
  /** Why there is no port, once opening it has failed or it was lost. */
  #missing: string | undefined;
  #closed = false;
  #deafMs = DEAF_LEAST_MS;
  #wake: () => void = () => undefined;

  constructor(options: SessionOptions, clock: Clock, log?: BusLog) {
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#worker = this.#work();
  }

  isSilent(unit: number): boolean {
    return this.#silence.isSilent(unit);
  }

  /**
   * One request and its answer. `build` is called when the request's turn has come (and again when noise spoilt the
   * first try), so what it writes is never older than that. Rejects with a CodedError of area `link`.
   */
  request(unit: number, rank: Rank, build: () => RtuRequest): Promise<RtuAnswer> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal(unit, rank);
      if (refusal) reject(refusal);
      else if (this.#queue.push(rank, { unit, rank, build, resolve, reject })) this.#wake();
      else reject(new CodedError("link.busOverloaded", `${QUEUE_MAX} requests are waiting on ${this.#options.port}`));
    });
  }

  /** What waits is refused. The exchange under way has its answer or its time-out first: whoever asks next must not be given its answer. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#missing = `${this.#options.port}: closed`;
    this.#rejectAll();
    this.#wake();
    await this.#worker;
    await this.#session?.stop();
  }

  #refusal(unit: number, rank: Rank): CodedError | undefined {
    if (this.#missing !== undefined) return new CodedError("link.portMissing", this.#missing);
    const waitMs = this.#silence.waitMs(unit, rank, this.#clock.monoMs());
    if (waitMs > 0) return new CodedError("link.timeout", `address ${unit} is silent, asked again in ${Math.ceil(waitMs)} ms`);
    return undefined;
  }

  async #work(): Promise<void> {
    while (!this.#closed) {
      if (!this.#session) {
        if (this.#missing !== undefined) await this.#sleep(REOPEN_MS);
        if (!this.#closed) await this.#open();
        continue;
      }
      const job = this.#queue.shift();
      if (job) await this.#serve(this.#session, job);
      else await this.#sleep();
    }
  }

  async #open(): Promise<void> {
    try {
      const session = await RtuSession.start(this.#options, (reason) => this.#lose(reason));
      if (this.#closed) return await session.stop();
      this.#session = session;
      this.#missing = undefined;
      this.#silence.clear();
      this.#log?.info({ port: this.#options.port }, "bus opened");
    } catch (error) {
      const reason = error instanceof CodedError ? error.detail : String(error);
      if (this.#missing === undefined) this.#log?.warn({ port: this.#options.port, reason }, "bus cannot be opened");
      this.#missing = reason;
      this.#rejectAll();
    }
  }

  #lose(reason: string): void {
    this.#session = undefined;
    this.#missing = `${this.#options.port}: ${reason}`;
    this.#log?.warn({ port: this.#options.port, reason }, "bus lost");
    this.#rejectAll();
    this.#wake();
  }

  async #serve(session: RtuSession, job: Job): Promise<void> {
    // The slave may have fallen silent while the job waited.
    const refusal = this.#refusal(job.unit, job.rank);
    if (refusal) return job.reject(refusal);
    try {
      const answer = await this.#tryTwice(session, job);
      this.#silence.answered(job.unit);
      this.#deafMs = DEAF_LEAST_MS;
      job.resolve(answer);
    } catch (error) {
      job.reject(await this.#judge(session, job, error));
    }
  }

  /** Noise on the line is worth a second try, unless it is about to be closed; silence is not. */
  async #tryTwice(session: RtuSession, job: Job): Promise<RtuAnswer> {
    try {
      return await session.execute(job.build());
    } catch (error) {
      if (error instanceof NoAnswer && error.noise && !this.#closed) return session.execute(job.build());
      throw error;
    }
  }

  async #judge(session: RtuSession, job: Job, error: unknown): Promise<Error> {
    if (error instanceof NoAnswer) {
      this.#silence.missed(job.unit, this.#clock.monoMs());
      await this.#reopenWhenDeaf(session);
      return new CodedError(error.noise ? "link.badAnswer" : "link.timeout", `address ${job.unit}: ${error.message}`);
    }
    if (error instanceof CodedError) {
      if (error.code !== "link.portMissing") this.#silence.answered(job.unit);
      return error;
    }
    return error instanceof Error ? error : new Error(String(error));
  }

  async #reopenWhenDeaf(session: RtuSession): Promise<void> {
    if (performance.now() - session.heardAtMs < this.#deafMs) return;
    await session.stop();
    this.#lose(`nothing heard for ${this.#deafMs / 1_000} s`);
    this.#deafMs = Math.min(this.#deafMs * 2, DEAF_MOST_MS);
  }

  #rejectAll(): void {
    for (const job of this.#queue.drain()) {
      job.reject(new CodedError("link.portMissing", this.#missing));
    }
  }

  /** Until `#wake` is called, or for so long. */
  #sleep(forMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = forMs === undefined ? undefined : setTimeout(resolve, forMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
