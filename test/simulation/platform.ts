/** A platform that does what the specification asks of one, and judges by it what arrives: it stores in order, acknowledges what it holds, and may be put back to its last backup. */
import { inflateRawSync } from "node:zlib";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type DecodedBatch, decodeBatch } from "#protocol/events/batch.ts";
import { verifyChain } from "#protocol/events/chain.ts";
import { GENESIS, LANES, type Lane } from "#protocol/events/event.ts";
import { type Ack, Request, State } from "#protocol/events/messages.ts";
import { encodeDeviceKey } from "#protocol/receipt/deviceKey.ts";
import { downTopic, parseTopic } from "#protocol/topics.ts";
import { commandText, timeText, watermarkText } from "#protocol/trust/wireMessages.ts";
import { answerEnvelope } from "#simulator/platform/envelopes.ts";
import { placeBatch, type ReceivedEvent } from "#simulator/platform/placement.ts";
import { platformSigner, signed } from "#test/simulation/keys.ts";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";

export interface HeldStream {
  readonly device: string;
  readonly lane: Lane;
  readonly chain: number;
  /** Hash of each event, by its sequence less one. */
  readonly hashes: string[];
  backedUp: number;
  signedUpTo: number;
  signedAtMs: number;
}

export interface PlatformWatch {
  received(batch: DecodedBatch): void;
  acknowledged(stream: HeldStream, upTo: number): void;
  wrong(what: string): void;
}

const COMMIT_MS = 5;
const WATERMARK_EVERY_MS = 15_000;
const UNCERTAINTY_MS = 50;
const FLOORS = { listFloor: 1, overlayFloor: 0, keysetFloor: 0, policyFloor: 3 };

export class ModelPlatform {
  isAway = false;
  readonly streams = new Map<string, HeldStream>();
  readonly #clock: VirtualClock;
  readonly #beginMs: number;
  readonly #down: (topic: string, payload: Uint8Array) => void;
  readonly #watch: PlatformWatch;
  #commands = 0;

  constructor(clock: VirtualClock, beginMs: number, down: (topic: string, payload: Uint8Array) => void, watch: PlatformWatch) {
    this.#clock = clock;
    this.#beginMs = beginMs;
    this.#down = down;
    this.#watch = watch;
  }

  receive(topic: string, payload: Uint8Array): void {
    if (this.isAway) return;
    const parsed = parseTopic(topic);
    if (parsed?.direction !== "up") {
      this.#watch.wrong(`a message on ${topic}`);
      return;
    }
    const { device, channel } = parsed;
    if (channel === "events") this.#batch(device, payload);
    else if (channel === "request") this.#answer(device, Request.parse(JSON.parse(Buffer.from(payload).toString())));
    else this.#born(device, State.parse(JSON.parse(Buffer.from(payload).toString())));
  }

  lock(device: string): void {
    const command = { do: "lock" as const, device, id: `lock-${++this.#commands}`, issuedMs: this.#utcMs() };
    this.#say(device, "command", { v: 1, command, signature: signed(commandText(command)) });
  }

  backUp(): void {
    for (const stream of this.streams.values()) stream.backedUp = stream.hashes.length;
  }

  /** What came after the last backup is gone. What was signed for was in a backup. */
  restore(): void {
    for (const stream of this.streams.values()) stream.hashes.length = Math.min(stream.hashes.length, stream.backedUp);
  }

  #batch(device: string, payload: Uint8Array): void {
    let batch: DecodedBatch;
    try {
      batch = decodeBatch(payload, (bytes, maxOutputLength) => inflateRawSync(bytes, { maxOutputLength }));
      if (batch.device !== device) throw new CodedError("event.wrongDevice", batch.device);
    } catch (error) {
      this.#watch.wrong(`a batch that cannot be read: ${String(error)}`);
      return;
    }
    this.#watch.received(batch);
    const stream = this.#stream(device, batch.lane, batch.chain);
    const events = receivedEvents(batch);
    for (const { seq, refused } of events) if (refused !== null) this.#watch.wrong(`event ${seq} refused: ${refused}`);
    const placed = placeBatch(headOf(stream), { ...batch, events }, (seq) => stream.hashes[seq - 1]);
    for (const { event } of placed.conflicts) this.#watch.wrong(`${batch.lane} ${event.seq} is another event than before`);
    if (placed.brokenPrev !== undefined) this.#watch.wrong(`${batch.lane} chain broken before ${placed.fresh[0]?.seq}`);
    for (const { hash } of placed.fresh) stream.hashes.push(hash);
    this.#acknowledge(stream);
  }

  #born(device: string, { online, chain }: State): void {
    if (online) for (const lane of LANES) this.#acknowledge(this.#stream(device, lane, chain));
  }

  #acknowledge(stream: HeldStream): void {
    const { device, lane, chain } = stream;
    const upTo = stream.hashes.length;
    const watermark = this.#watermark(stream);
    this.#watch.acknowledged(stream, upTo);
    const ack: Ack = { v: 1, lane, chain, upTo, refused: [], ...(watermark ? { watermark } : {}) };
    this.#say(device, "ack", ack);
  }

  /** Only of what is in a backup: what is signed for may be deleted at the device. */
  #watermark(stream: HeldStream): Ack["watermark"] {
    const { device, lane, chain, signedUpTo, signedAtMs, hashes } = stream;
    const upTo = Math.min(stream.backedUp, hashes.length);
    if (upTo <= signedUpTo || this.#clock.nowMs - signedAtMs < WATERMARK_EVERY_MS) return undefined;
    const hash = hashes[upTo - 1] ?? GENESIS;
    stream.signedUpTo = upTo;
    stream.signedAtMs = this.#clock.nowMs;
    return { upTo, hash, signature: signed(watermarkText({ device, lane, chain, upTo, hash })) };
  }

  #answer(device: string, request: Request): void {
    const { id } = request;
    switch (request.want) {
      case "time": {
        const time = { utcMs: this.#utcMs(), uncertaintyMs: UNCERTAINTY_MS };
        this.#say(device, "time", { v: 1, id, nonce: request.nonce, ...time, signature: signed(timeText(device, request.nonce, time)) });
        break;
      }
      case "file":
        this.#say(device, "reply", { v: 1, id, kind: request.kind, file: null });
        break;
      case "envelope":
        this.#say(device, "reply", answerEnvelope(request, { nowMs: this.#utcMs(), uncertaintyMs: UNCERTAINTY_MS, floors: FLOORS }));
        break;
      case "deviceKey": {
        const publicKey = new Uint8Array(Buffer.from(request.publicKey, "base64"));
        const word = encodeDeviceKey({ device, publicKey, issuedS: Math.floor(this.#utcMs() / 1000) }, platformSigner);
        this.#say(device, "reply", { v: 1, id, deviceKey: Buffer.from(word).toString("base64") });
        break;
      }
      case "fileChunk":
        this.#watch.wrong("a piece of a file was asked for that nobody announced");
    }
  }

  #say(device: string, channel: Parameters<typeof downTopic>[1], message: object): void {
    const payload = new TextEncoder().encode(JSON.stringify(message));
    this.#clock.after(COMMIT_MS, () => this.#down(downTopic(device, channel), payload));
  }

  #stream(device: string, lane: Lane, chain: number): HeldStream {
    const key = `${device}/${lane}/${chain}`;
    const held = this.streams.get(key);
    if (held) return held;
    const stream = { device, lane, chain, hashes: [], backedUp: 0, signedUpTo: 0, signedAtMs: Number.NEGATIVE_INFINITY };
    this.streams.set(key, stream);
    return stream;
  }

  #utcMs(): number {
    return this.#beginMs + this.#clock.nowMs;
  }
}

function headOf({ hashes }: HeldStream): { upTo: number; head: string } {
  return { upTo: hashes.length, head: hashes.at(-1) ?? GENESIS };
}

function receivedEvents(batch: DecodedBatch): ReceivedEvent[] {
  const hashes = verifyChain(batch);
  return batch.events.map(({ event, payloadText, digest, verdict }, index) => {
    const { seq, epoch, kind, session, monoMs, earliestMs, latestMs } = event;
    const time = { monoMs, earliestMs, latestMs };
    const refused = verdict.ok ? null : verdict.code;
    return { seq, epoch, kind, session, time, payloadText, digest, hash: hashes[index] ?? "", refused };
  });
}
