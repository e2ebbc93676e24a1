/** A device at the other end of the platform's wire: it makes chained events, publishes them, and collects what comes down. */
import { deflateRawSync } from "node:zlib";
import mqtt, { type MqttClient } from "mqtt";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { type BatchRow, encodeBatch } from "#protocol/events/batch.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { type EventTime, GENESIS, hashHeader, type Lane } from "#protocol/events/event.ts";
import { Ack, type State } from "#protocol/events/messages.ts";
import { downTopic, parseTopic, upTopic } from "#protocol/topics.ts";

export const DEVICE = "370983Z0001000000017";
const EPOCH = 1_700_000_000;

export interface ChainedRow extends BatchRow {
  prev: HexDigest;
  hash: HexDigest;
}

export interface ChainOptions {
  device?: string;
  lane?: Lane;
  chain?: number;
  /** The last event before those to be made. */
  after?: { seq: number; hash: HexDigest };
  /** Payload of the event `seq`; default: an e-stop. */
  payload?: (seq: number) => { kind: number; payload: object };
  time?: (seq: number) => EventTime;
}

export function eStopOf(seq: number): { kind: number; payload: object } {
  return { kind: DICTIONARY.eStop.kind, payload: { pressed: seq % 2 === 0 } };
}

export function maintenanceOf(seq: number): { kind: number; payload: object } {
  return { kind: DICTIONARY.maintenanceDone.kind, payload: { freedRows: seq, journalBytes: 4096 } };
}

export function chainedRows(count: number, options: ChainOptions = {}): ChainedRow[] {
  const { device = DEVICE, lane = "legal", chain = EPOCH, after = { seq: 0, hash: GENESIS } } = options;
  const payloadOf = options.payload ?? (lane === "legal" ? eStopOf : maintenanceOf);
  const rows: ChainedRow[] = [];
  let prev = after.hash;
  for (let seq = after.seq + 1; seq <= after.seq + count; seq += 1) {
    const { kind, payload } = payloadOf(seq);
    const payloadText = canonicalJson(payload);
    const digest = sha256Hex(payloadText);
    const time = options.time?.(seq) ?? { monoMs: seq * 10, earliestMs: 1_780_000_000_000 + seq, latestMs: null };
    const hash = hashHeader({ device, lane, chain, epoch: EPOCH, seq, kind, session: 7, time, digest, prev });
    rows.push({ seq, epoch: EPOCH, kind, session: 7, time, payloadText, digest, prev, hash });
    prev = hash;
  }
  return rows;
}

export function batchOf(rows: readonly ChainedRow[], options: ChainOptions = {}): Uint8Array {
  const { device = DEVICE, lane = "legal", chain = EPOCH } = options;
  const prev = rows[0]?.prev ?? GENESIS;
  return encodeBatch({ device, lane, chain, prev, reissue: false }, rows, (bytes) => deflateRawSync(bytes, { level: 1 }));
}

export class FarDevice {
  readonly device: string;
  readonly chain: number;
  readonly acks: Ack[] = [];
  readonly received: { channel: string; text: string }[] = [];
  readonly #client: MqttClient;
  #waiting: (() => void)[] = [];

  private constructor(client: MqttClient, device: string, chain: number) {
    this.#client = client;
    this.device = device;
    this.chain = chain;
    client.on("message", (topic, payload) => this.#receive(topic, payload));
  }

  static async connect(brokerUrl: string, device = DEVICE, chain = EPOCH): Promise<FarDevice> {
    const client = await mqtt.connectAsync(brokerUrl, { protocolVersion: 4, reconnectPeriod: 100, connectTimeout: 5000 }, true);
    const far = new FarDevice(client, device, chain);
    await client.subscribeAsync(downTopic(device, "+"), { qos: 1 });
    return far;
  }

  async publish(channel: "events" | "state" | "request", payload: Uint8Array | object, qos: 0 | 1 = 1): Promise<void> {
    const bytes = payload instanceof Uint8Array ? Buffer.from(payload) : JSON.stringify(payload);
    await this.#client.publishAsync(upTopic(this.device, channel), bytes, { qos });
  }

  async send(rows: readonly ChainedRow[], options: ChainOptions = {}): Promise<void> {
    await this.publish("events", batchOf(rows, { device: this.device, chain: this.chain, ...options }));
  }

  /** Publishes without waiting for the broker: what is on the way when it dies is lost. */
  fire(batch: Uint8Array): void {
    this.#client.publish(upTopic(this.device, "events"), Buffer.from(batch), { qos: 1 });
  }

  pour(rows: readonly ChainedRow[], batch: number): void {
    for (let from = 0; from < rows.length; from += batch) {
      this.fire(batchOf(rows.slice(from, from + batch), { device: this.device, chain: this.chain }));
    }
  }

  /** QoS 1 for a birth, 0 for what is live. */
  async sendState(state: Partial<State> = {}, qos: 0 | 1 = 1): Promise<void> {
    const full = { v: 1, online: true, epoch: EPOCH, chain: this.chain, state: "locked", session: null, handle: null };
    await this.publish("state", { ...full, volts: null, amps: null, backlog: 0, ...state }, qos);
  }

  /** Waits until `seen` finds something in what came down; the test's own time limit ends a vain wait. */
  async until<T>(seen: () => T | undefined): Promise<T> {
    for (;;) {
      const found = seen();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  ackUpTo(upTo: number, lane: Lane = "legal", chain = this.chain): Promise<Ack> {
    return this.until(() => this.acks.find((ack) => ack.lane === lane && ack.chain === chain && ack.upTo === upTo));
  }

  message(channel: string): Promise<string> {
    return this.until(() => this.received.find((entry) => entry.channel === channel)?.text);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #receive(topic: string, payload: Buffer): void {
    const channel = parseTopic(topic)?.channel;
    if (channel === undefined) throw new Error(topic);
    const text = payload.toString("utf8");
    this.received.push({ channel, text });
    if (channel === "ack") this.acks.push(Ack.parse(JSON.parse(text)));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
