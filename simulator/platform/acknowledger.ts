/** Turns what is committed into acknowledgements, with a signed watermark at most once a minute for each stream. */
import { LANES } from "#protocol/events/event.ts";
import type { Ack } from "#protocol/events/messages.ts";
import { downTopic } from "#protocol/topics.ts";
import { watermarkText } from "#protocol/trust/wireMessages.ts";
import type { EventStore, StreamRow } from "#simulator/platform/eventStore.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import type { AckOrder } from "#simulator/platform/receiver.ts";

const WATERMARK_INTERVAL_MS = 60_000;
const REFUSED_PER_ACK = 500;
/** Told again to a device that comes back: it may have missed them. */
const REFUSED_AT_RESUME = 100;
/** A device with a backlog from which nothing comes is told again where we are. */
const NUDGE_INTERVAL_MS = 5_000;
const STREAMS_PER_SWEEP = 10_000;
/** Others are told when they are born, or say that they have a backlog. */
const DEVICES_PER_RESUME = 4_000;
/** Forgetting what was told costs an acknowledgement or a watermark that need not have been sent. */
const MAX_TOLD = 2 ** 20;

type StreamName = Pick<StreamRow, "device" | "lane" | "chain">;

interface Told {
  watermarkUpTo: number;
  watermarkAtMs: number;
  ackedAtMs: number;
}

export class Acknowledger {
  readonly #store: EventStore;
  readonly #keys: PlatformKeys;
  readonly #publish: (topic: string, ack: Ack) => boolean;
  readonly #now: () => number;
  readonly #told = new Map<string, Told>();

  constructor(store: EventStore, keys: PlatformKeys, publish: (topic: string, ack: Ack) => boolean, now: () => number) {
    this.#store = store;
    this.#keys = keys;
    this.#publish = publish;
    this.#now = now;
  }

  /** Only for what is on the disk. More refusals than one acknowledgement may name are sent in several. */
  acknowledge({ stream, refused }: AckOrder): void {
    const watermark = this.#dueWatermark(stream);
    let sent = this.#send(stream, refused.slice(0, REFUSED_PER_ACK), watermark);
    for (let from = REFUSED_PER_ACK; from < refused.length; from += REFUSED_PER_ACK) {
      sent = this.#send(stream, refused.slice(from, from + REFUSED_PER_ACK), undefined) && sent;
    }
    if (!sent) return;
    const told = this.#toldOf(stream);
    told.ackedAtMs = this.#now();
    if (watermark === undefined) return;
    told.watermarkAtMs = this.#now();
    told.watermarkUpTo = watermark.upTo;
  }

  /** Where a device is to go on: what is held of the lane, nothing included. */
  resume(device: string, lane: StreamRow["lane"], chain: number): void {
    const stream = this.#store.stream(device, lane, chain);
    if (stream !== undefined) this.#resumeStream(stream);
    else if (this.#publish(downTopic(device, "ack"), { v: 1, lane, chain, upTo: 0, refused: [] })) {
      this.#toldOf({ device, lane, chain }).ackedAtMs = this.#now();
    }
  }

  /** Both lanes of every device in its latest chain: for when the platform itself was away. */
  resumeAll(): void {
    const chains = new Map<string, number>();
    for (const { device, chain } of this.#store.streams()) chains.set(device, Math.max(chain, chains.get(device) ?? 0));
    for (const [device, chain] of [...chains].slice(-DEVICES_PER_RESUME)) {
      for (const lane of LANES) this.resume(device, lane, chain);
    }
  }

  wantsNudge(device: string, lane: StreamRow["lane"], chain: number): boolean {
    return this.#now() - this.#toldOf({ device, lane, chain }).ackedAtMs >= NUDGE_INTERVAL_MS;
  }

  /** Watermarks for streams that went quiet before theirs was due. */
  sweep(): void {
    let left = STREAMS_PER_SWEEP;
    for (const stream of this.#store.streams()) {
      if (this.#dueWatermark(stream) === undefined) continue;
      this.acknowledge({ stream, refused: [] });
      left -= 1;
      if (left === 0) return;
    }
  }

  #resumeStream(stream: StreamRow): void {
    this.acknowledge({ stream, refused: this.#store.refusedBetween(stream, 1, stream.upTo, REFUSED_AT_RESUME) });
  }

  #send(stream: StreamRow, refused: Ack["refused"], watermark: Ack["watermark"]): boolean {
    const { device, lane, chain, upTo } = stream;
    const ack: Ack = { v: 1, lane, chain, upTo, refused: [...refused] };
    return this.#publish(downTopic(device, "ack"), watermark === undefined ? ack : { ...ack, watermark });
  }

  #dueWatermark(stream: StreamRow): Ack["watermark"] {
    const told = this.#toldOf(stream);
    const isDue = stream.upTo > told.watermarkUpTo && this.#now() - told.watermarkAtMs >= WATERMARK_INTERVAL_MS;
    if (!isDue) return undefined;
    const { device, lane, chain, upTo, head } = stream;
    const text = watermarkText({ device, lane, chain, upTo, hash: head });
    return { upTo, hash: head, signature: this.#keys.sign("watermark", text) };
  }

  #toldOf({ device, lane, chain }: StreamName): Told {
    const name = `${device}/${lane}/${chain}`;
    const known = this.#told.get(name);
    if (known !== undefined) return known;
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    const told: Told = { watermarkUpTo: 0, watermarkAtMs: Number.NEGATIVE_INFINITY, ackedAtMs: Number.NEGATIVE_INFINITY };
    this.#told.set(name, told);
    return told;
  }
}
