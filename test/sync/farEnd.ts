/** The least that a platform must do: check the chain, keep each event once, answer births and batches with what it holds. */
import { inflateRawSync } from "node:zlib";
import { connectAsync, type MqttClient } from "mqtt";
import type { HexDigest } from "#protocol/crypto.ts";
import { type DecodedBatch, decodeBatch } from "#protocol/events/batch.ts";
import { verifyChain } from "#protocol/events/chain.ts";
import { GENESIS, LANES, type Lane } from "#protocol/events/event.ts";
import { Request, State } from "#protocol/events/messages.ts";
import { downTopic, everyUp, parseTopic } from "#protocol/topics.ts";

interface Held {
  seq: number;
  hash: HexDigest;
  seqs: number[];
}

export class FarEnd {
  readonly states: { device: string; state: State }[] = [];
  readonly requests: { device: string; request: Request }[] = [];
  batches = 0;
  /** Events that came again, though they were held. */
  repeated = 0;
  /** Batches to swallow, unanswered, after the broker has taken them. */
  swallow = 0;
  readonly #url: string;
  readonly #held = new Map<string, Held>();
  #client: MqttClient | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async start(): Promise<void> {
    const client = await connectAsync(this.#url, { clientId: "far-end", clean: true, reconnectPeriod: 50, protocolVersion: 4 });
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => this.#receive(topic, payload));
    await client.subscribeAsync([everyUp("events"), everyUp("state"), everyUp("request")], { qos: 1 });
    this.#client = client;
  }

  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  held(device: string, lane: Lane): Held {
    const key = `${device}/${lane}`;
    let held = this.#held.get(key);
    if (!held) {
      held = { seq: 0, hash: GENESIS, seqs: [] };
      this.#held.set(key, held);
    }
    return held;
  }

  say(topic: string, message: string | Uint8Array): void {
    this.#client?.publish(topic, Buffer.from(message), { qos: 1 });
  }

  #receive(topic: string, payload: Uint8Array): void {
    const parsed = parseTopic(topic);
    if (parsed?.direction !== "up") return;
    const { device } = parsed;
    if (parsed.channel === "events") this.#store(device, decodeBatch(payload, inflate));
    if (parsed.channel === "request") this.requests.push({ device, request: Request.parse(JSON.parse(Buffer.from(payload).toString())) });
    if (parsed.channel !== "state") return;
    const state = State.parse(JSON.parse(Buffer.from(payload).toString()));
    this.states.push({ device, state });
    if (state.online) for (const lane of LANES) this.#answer(device, lane, state.chain);
  }

  #store(device: string, batch: DecodedBatch): void {
    if (this.swallow > 0) {
      this.swallow--;
      return;
    }
    this.batches++;
    const held = this.held(device, batch.lane);
    const firstSeq = batch.events[0]?.event.seq ?? 0;
    if (firstSeq <= held.seq + 1) {
      const hashes = [batch.prev, ...verifyChain(batch)];
      if (hashes[held.seq - firstSeq + 1] !== held.hash && held.seq < firstSeq + batch.events.length)
        throw new Error(`chain broken at ${held.seq}`);
      for (const [index, { event }] of batch.events.entries()) {
        if (event.seq <= held.seq) this.repeated++;
        else Object.assign(held, { seq: event.seq, hash: hashes[index + 1] }).seqs.push(event.seq);
      }
    }
    this.#answer(device, batch.lane, batch.chain);
  }

  #answer(device: string, lane: Lane, chain: number): void {
    this.say(downTopic(device, "ack"), JSON.stringify({ v: 1, lane, chain, upTo: this.held(device, lane).seq, refused: [] }));
  }
}

function inflate(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  return inflateRawSync(bytes, { maxOutputLength });
}
