import { CodedError } from "#protocol/errors/codedError.ts";

/** Publishes that the broker has not taken yet: bounded, and each settles in time, for MQTT.js's own never do once the line is gone. */
export class PendingPublishes {
  readonly #max: number;
  readonly #timeoutMs: number;
  readonly #rejects = new Set<(cause: CodedError) => void>();

  constructor(max: number, timeoutMs: number) {
    this.#max = max;
    this.#timeoutMs = timeoutMs;
  }

  track(send: (settled: (error?: Error) => void) => void): Promise<void> {
    if (this.#rejects.size >= this.#max) return Promise.reject(new CodedError("sync.busy", `${this.#max} messages`));
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        if (!this.#rejects.delete(fail)) return;
        clearTimeout(timer);
        settle();
      };
      const fail = (cause: CodedError): void => finish(() => reject(cause));
      const timer = setTimeout(() => fail(new CodedError("sync.publishTimeout", `${this.#timeoutMs} ms`)), this.#timeoutMs);
      this.#rejects.add(fail);
      send((error) => (error ? fail(new CodedError("sync.publishFailed", error.message, { cause: error })) : finish(resolve)));
    });
  }

  rejectAll(cause: CodedError): void {
    for (const fail of [...this.#rejects]) fail(cause);
  }
}
