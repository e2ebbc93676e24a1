import type { After, Uplink, UplinkListener } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** One connection after another to the platform. While there is none, and it is not closed, a timer for the next attempt is armed. */
export class PlatformLink {
  readonly #connect: (listener: UplinkListener) => Uplink;
  readonly #listener: UplinkListener;
  readonly #after: After;
  readonly #newRetry: () => Generator<number, never>;
  #uplink: Uplink | undefined;
  /** Events of any connection but the current one are no longer heard. */
  #connection = 0;
  #retry: Generator<number, never>;
  #cancelConnect: (() => void) | undefined;

  constructor(
    connect: (listener: UplinkListener) => Uplink,
    listener: UplinkListener,
    after: After,
    newRetry: () => Generator<number, never>,
  ) {
    this.#connect = connect;
    this.#listener = listener;
    this.#after = after;
    this.#newRetry = newRetry;
    this.#retry = newRetry();
  }

  connectNow(): void {
    const connection = ++this.#connection;
    const ifCurrent = (run: () => void): void => {
      if (connection === this.#connection) run();
    };
    this.#uplink = this.#connect({
      online: () => ifCurrent(() => this.#listener.online()),
      offline: (reason) => ifCurrent(() => this.#lost(reason)),
      message: (topic, payload) => ifCurrent(() => this.#listener.message(topic, payload)),
    });
  }

  /** After the next waiting time. */
  connectLater(): void {
    this.#cancelConnect?.();
    this.#cancelConnect = this.#after(this.#retry.next().value, () => this.connectNow());
  }

  /** The far end answers: the next outage begins its waiting times anew. */
  proven(): void {
    this.#retry = this.#newRetry();
  }

  /** Lets go of the connection at once; resolves when it is closed. Nothing more is heard of it. */
  async drop(): Promise<void> {
    const uplink = this.#uplink;
    this.#uplink = undefined;
    this.#connection++;
    await uplink?.close();
  }

  close(): Promise<void> {
    this.#cancelConnect?.();
    return this.drop();
  }

  /** Rejects with `sync.offline` when there is no connection. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1): Promise<void> {
    return this.#uplink ? this.#uplink.publish(topic, payload, qos) : Promise.reject(new CodedError("sync.offline"));
  }

  #lost(reason: string): void {
    this.#uplink = undefined;
    this.#connection++;
    this.#listener.offline(reason);
  }
}
