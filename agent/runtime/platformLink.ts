import type { ReturnSlot } from "#agent/core/sync/retry.ts";
import type { After, Uplink, UplinkListener } from "#agent/ports.ts";
import type { ComingBack } from "#agent/runtime/comingBack.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** How long a goodbye may hold up the shutdown. */
const GOODBYE_MS = 1_000;

/** One connection after another to the platform. While there is none, and it is not closed, a timer for the next attempt is armed. */
export class PlatformLink {
  readonly #connect: (listener: UplinkListener) => Uplink;
  readonly #listener: UplinkListener;
  readonly #after: After;
  readonly #comingBack: ComingBack;
  #uplink: Uplink | undefined;
  /** Events of any connection but the current one are no longer heard. */
  #connection = 0;
  #retry: Generator<number, never>;
  #cancelConnect: (() => void) | undefined;

  constructor(connect: (listener: UplinkListener) => Uplink, listener: UplinkListener, after: After, comingBack: ComingBack) {
    this.#connect = connect;
    this.#listener = listener;
    this.#after = after;
    this.#comingBack = comingBack;
    this.#retry = comingBack.waits();
  }

  start(): void {
    if (this.#comingBack.isSpread) this.connectLater();
    else this.connectNow();
  }

  connectNow(): void {
    const connection = ++this.#connection;
    const ifCurrent = (run: () => void): void => {
      if (connection === this.#connection) run();
    };
    this.#uplink = this.#connect({
      online: () => ifCurrent(() => this.#reached()),
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
    this.#retry = this.#comingBack.waits();
  }

  /** The platform's word on when to come back after the next outage. */
  comeBack(slot: ReturnSlot): void {
    this.#comingBack.take(slot);
    this.proven();
  }

  /** Lets go of the connection at once; resolves when it is closed. Nothing more is heard of it. */
  async drop(): Promise<void> {
    const uplink = this.#uplink;
    this.#uplink = undefined;
    this.#connection++;
    await uplink?.close();
  }

  /** Ends with `goodbyes`, as far as the broker takes them in time. */
  async close(goodbyes: readonly { topic: string; payload: Uint8Array }[]): Promise<void> {
    this.#cancelConnect?.();
    const said = Promise.allSettled(goodbyes.map(({ topic, payload }) => this.publish(topic, payload, 1)));
    if (goodbyes.length > 0) await Promise.race([said, new Promise<void>((resolve) => this.#after(GOODBYE_MS, resolve))]);
    await this.drop();
  }

  /** Rejects with `sync.offline` when there is no connection. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1): Promise<void> {
    return this.#uplink ? this.#uplink.publish(topic, payload, qos) : Promise.reject(new CodedError("sync.offline"));
  }

  #reached(): void {
    this.#comingBack.arrived();
    this.#listener.online();
  }

  #lost(reason: string): void {
    this.#uplink = undefined;
    this.#connection++;
    this.#listener.offline(reason);
  }
}
