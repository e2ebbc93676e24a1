/** A broker between the agent and the platform that loses, doubles, delays and reorders, and sometimes takes everything and passes on nothing. */
import type { Uplink, UplinkListener } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Process } from "#test/simulation/process.ts";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";

export interface Weather {
  /** Of messages with QoS 1, in either direction. */
  lost: number;
  doubled: number;
  delayMaxMs: number;
}

export const FAIR: Weather = { lost: 0, doubled: 0, delayMaxMs: 20 };

/** `down`: refuses connections. `dark`: connections stay, nothing passes. `liar`: takes what is published, and passes on nothing. */
export type BrokerMode = "up" | "down" | "dark" | "liar";

export interface PlatformSide {
  receive(topic: string, payload: Uint8Array): void;
}

const PUBLISH_TIMEOUT_MS = 10_000;
const CONNECT_MS = 30;
/** Messages kept for a client that is away. */
const SESSION_MAX = 40;

export class ModelBroker {
  weather = FAIR;
  mode: BrokerMode = "up";
  platform: PlatformSide = { receive: () => undefined };
  /** A message has reached the agent. */
  heard: (topic: string, payload: Uint8Array) => void = () => undefined;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  #connected: ModelUplink | null = null;
  #kept: { topic: string; payload: Uint8Array }[] = [];

  constructor(clock: VirtualClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  connector(process: Process): (listener: UplinkListener) => Uplink {
    return (listener) => {
      const uplink = new ModelUplink(this, this.#clock, listener, process);
      this.#clock.after(CONNECT_MS, () => this.#decide(uplink));
      return uplink;
    };
  }

  /** Every connection breaks. */
  cut(reason: string): void {
    const uplink = this.#connected;
    this.#connected = null;
    uplink?.spend(reason);
  }

  left(uplink: ModelUplink): void {
    if (this.#connected === uplink) this.#connected = null;
  }

  /** From the platform: kept while the agent is away, as far as there is room. */
  down(topic: string, payload: Uint8Array): void {
    this.#carry(() => {
      if (this.mode === "dark" || this.mode === "liar") return;
      if (this.#connected?.hear(topic, payload)) return this.heard(topic, payload);
      if (this.#kept.length < SESSION_MAX) this.#kept.push({ topic, payload });
    });
  }

  up(uplink: ModelUplink, topic: string, payload: Uint8Array, taken: () => void): void {
    if (this.mode === "dark") return;
    const isLied = this.mode === "liar";
    this.#clock.after(1 + Math.floor(this.#random() * FAIR.delayMaxMs), () => {
      if (this.#connected === uplink) taken();
    });
    if (!isLied) this.#carry(() => this.platform.receive(topic, payload));
  }

  #decide(uplink: ModelUplink): void {
    if (this.mode === "down" || !uplink.isWanted) {
      uplink.spend("connection refused");
      return;
    }
    // The same client twice: the older connection is taken over.
    const older = this.#connected;
    this.#connected = uplink;
    older?.spend("taken over");
    uplink.open();
    for (const { topic, payload } of this.#kept.splice(0)) this.down(topic, payload);
  }

  #carry(deliver: () => void): void {
    const { lost, doubled, delayMaxMs } = this.weather;
    const copies = this.#random() < lost ? 0 : this.#random() < doubled ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.#clock.after(1 + Math.floor(this.#random() * delayMaxMs), deliver);
  }
}

class ModelUplink implements Uplink {
  readonly #broker: ModelBroker;
  readonly #clock: VirtualClock;
  readonly #listener: UplinkListener;
  readonly #process: Process;
  #state: "connecting" | "online" | "spent" = "connecting";
  readonly #pending = new Set<(cause: CodedError) => void>();

  constructor(broker: ModelBroker, clock: VirtualClock, listener: UplinkListener, process: Process) {
    this.#broker = broker;
    this.#clock = clock;
    this.#listener = listener;
    this.#process = process;
  }

  /** Nobody waits for a connection of a process that is gone. */
  get isWanted(): boolean {
    return this.#state === "connecting" && this.#process.isAlive;
  }

  open(): void {
    this.#state = "online";
    this.#listener.online();
  }

  hear(topic: string, payload: Uint8Array): boolean {
    if (this.#state !== "online" || !this.#process.isAlive) return false;
    this.#listener.message(topic, payload);
    return true;
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1): Promise<void> {
    if (this.#state !== "online") return Promise.reject(new CodedError("sync.offline"));
    // Snapshots that nobody keeps.
    if (qos === 0) return Promise.resolve();
    return this.#process.effect("publish", () => this.#track(topic, payload));
  }

  async close(): Promise<void> {
    this.#broker.left(this);
    this.spend("closed");
  }

  spend(reason: string): void {
    if (this.#state === "spent") return;
    this.#state = "spent";
    if (!this.#process.isAlive) return;
    for (const fail of [...this.#pending]) fail(new CodedError("sync.offline", reason));
    this.#listener.offline(reason);
  }

  #track(topic: string, payload: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        if (!this.#pending.delete(fail)) return;
        giveUp();
        if (this.#process.isAlive) settle();
      };
      const fail = (cause: CodedError): void => finish(() => reject(cause));
      const giveUp = this.#clock.after(PUBLISH_TIMEOUT_MS, () => fail(new CodedError("sync.publishTimeout", "")));
      this.#pending.add(fail);
      this.#broker.up(this, topic, payload, () => finish(resolve));
    });
  }
}
