/** Joins the journal, the outbox's plan and the wire: performs the plan's effects, owns its timers, hands it what happens. */
import type { ReturnSlot } from "#agent/core/sync/retry.ts";
import { nextSync, wakeAtMs } from "#agent/core/sync/syncPlan.ts";
import { initialSync, SYNC_LIMITS, type SyncEffect, type SyncInput, type SyncLimits, type SyncState } from "#agent/core/sync/syncState.ts";
import type { Stream, UplinkListener } from "#agent/ports.ts";
import { ComingBack } from "#agent/runtime/comingBack.ts";
import { PlatformLink } from "#agent/runtime/platformLink.ts";
import { offlineState } from "#agent/runtime/reporting.ts";
import { readBatch } from "#agent/runtime/syncBatch.ts";
import { jsonBytes, readAck } from "#agent/runtime/syncInbox.ts";
import { type SyncDriverOptions, type SyncStatus, statusOf } from "#agent/runtime/syncOptions.ts";
import { Watermarks } from "#agent/runtime/watermarks.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { codeIn } from "#protocol/errors/explain.ts";
import { ERRORS } from "#protocol/errors/registry.ts";
import { LANES, type Lane } from "#protocol/events/event.ts";
import type { Ack, Request, State } from "#protocol/events/messages.ts";
import { parseTopic, upTopic } from "#protocol/topics.ts";

export function createSyncDriver(options: SyncDriverOptions): SyncDriver {
  return new SyncDriver(options);
}

class SyncDriver {
  readonly #options: SyncDriverOptions;
  readonly #limits: SyncLimits;
  /** The plan's lanes, by their index in it. */
  readonly #streams: readonly Stream[];
  readonly #watermarks: Watermarks;
  readonly #link: PlatformLink;
  readonly #inputs: SyncInput[] = [];
  #plan: SyncState;
  #performing = false;
  #cancelWake: () => void = () => undefined;
  #offlineReason = "not connected yet";
  #closed = false;

  constructor(options: SyncDriverOptions) {
    this.#options = options;
    this.#limits = options.limits ?? SYNC_LIMITS;
    this.#streams = options.devices.flatMap((device) => LANES.map((lane) => ({ device, lane })));
    this.#plan = initialSync(this.#streams.map((stream) => ({ ...options.journal.stream(stream), lane: stream.lane })));
    this.#watermarks = new Watermarks(options.journal, options.verifyWatermark, options.retainFromMs);
    const listener: UplinkListener = {
      online: () => this.#wentOnline(),
      offline: (reason) => this.#wentOffline(reason),
      message: (topic, payload) => this.#received(topic, payload),
    };
    const comingBack = new ComingBack(options.journal, options.random, options.retryMaxMs);
    this.#link = new PlatformLink(options.connect, listener, options.after, comingBack);
  }

  start(): void {
    this.#link.start();
  }

  /** Rows of the stream were committed. */
  appended(stream: Stream): void {
    const lane = this.#laneIndex(stream.device, stream.lane);
    if (lane === undefined) return;
    this.#take({ type: "appended", lane, lastSeq: this.#options.journal.stream(stream).lastSeq, nowMs: this.#nowMs() });
  }

  get online(): boolean {
    return this.#plan.link === "online";
  }

  status(): SyncStatus {
    return statusOf(this.#plan, this.#streams, this.#offlineReason);
  }

  /** Rejects with a CodedError: `sync.offline`, `sync.publishTimeout`, … The answer comes to `onMessage`. */
  request(device: string, request: Request): Promise<void> {
    return this.#link.publish(upTopic(device, "request"), jsonBytes(request), 1);
  }

  /** Live state: said if somebody can hear it, never kept. */
  publishState(device: string, state: State): void {
    if (this.#plan.link === "offline") return;
    this.#link.publish(upTopic(device, "state"), jsonBytes(state), 0).catch((cause) => this.#warn(cause, "state not published"));
  }

  comeBack(slot: ReturnSlot): void {
    this.#link.comeBack(slot);
  }

  /** Deletes what is confirmed by watermark and past its retention. Returns the number of rows. */
  forgetConfirmed(): number {
    return this.#streams.reduce((sum, _stream, lane) => sum + this.#forgetLane(lane), 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWake();
    const payload = jsonBytes(offlineState(this.#options.journal));
    const goodbyes = this.#options.devices.map((device) => ({ topic: upTopic(device, "state"), payload }));
    await this.#link.close(this.online ? goodbyes : []);
  }

  /** The births go first: the platform answers them with what it holds. */
  #wentOnline(): void {
    this.#offlineReason = "";
    for (const device of this.#options.devices) {
      const birth = jsonBytes(this.#options.stateOf(device));
      this.#link.publish(upTopic(device, "state"), birth, 1).catch((cause) => this.#warn(cause, "birth not published"));
    }
    this.#options.log.info({}, "platform reached");
    this.#options.onLink?.(true, "");
    this.#take({ type: "online", nowMs: this.#nowMs() });
  }

  #wentOffline(reason: string): void {
    this.#lostLink(reason);
    this.#take({ type: "offline" });
  }

  #lostLink(reason: string): void {
    const wasOnline = this.#offlineReason === "";
    this.#offlineReason = reason || "connection lost";
    const code = codeIn(reason);
    this.#options.log.warn({ reason, code, zh: code && ERRORS[code].zh, remedy: code && ERRORS[code].remedyEn }, "platform out of reach");
    if (wasOnline) this.#options.onLink?.(false, this.#offlineReason);
  }

  #received(topic: string, payload: Uint8Array): void {
    const parsed = parseTopic(topic);
    if (parsed?.direction !== "down" || !this.#options.devices.includes(parsed.device)) return;
    try {
      if (parsed.channel === "ack") this.#takeAck(parsed.device, readAck(payload));
      else this.#options.onMessage(parsed.device, parsed.channel, payload);
    } catch (cause) {
      this.#warn(cause, `message on ${parsed.channel} refused`);
    }
  }

  #takeAck(device: string, ack: Ack): void {
    const lane = this.#laneIndex(device, ack.lane);
    if (lane === undefined) return;
    const { chain } = this.#options.journal;
    if (ack.chain !== chain) throw new CodedError("sync.ackOtherChain", `${ack.chain}, ours ${chain}`);
    this.#take({ type: "ack", lane, upTo: ack.upTo, refused: ack.refused, nowMs: this.#nowMs() });
    const stream = this.#streams[lane];
    if (!stream || !ack.watermark) return;
    this.#watermarks.take(stream, ack.watermark);
    this.#forgetLane(lane);
  }

  #forgetLane(lane: number): number {
    const stream = this.#streams[lane];
    const deleted = stream ? this.#watermarks.forget(stream) : 0;
    if (stream && deleted > 0) this.#take({ type: "forgotten", lane, upTo: this.#options.journal.stream(stream).forgottenSeq });
    return deleted;
  }

  #take(input: SyncInput): void {
    this.#inputs.push(input);
    if (this.#performing || this.#closed) return;
    this.#performing = true;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const { state, effects } = nextSync(this.#plan, next, this.#limits);
        this.#plan = state;
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#performing = false;
    }
    this.#armWake();
  }

  #perform(effect: SyncEffect): void {
    switch (effect.type) {
      case "send":
        this.#send(effect);
        break;
      case "acknowledge":
        this.#acknowledge(effect);
        break;
      case "linkProven":
        this.#link.proven();
        break;
      case "dropLink":
        this.#lostLink(new CodedError(effect.code).message);
        this.#link.drop().catch((cause) => this.#warn(cause, "connection not closed cleanly"));
        break;
      case "connectLater":
        this.#link.connectLater();
        break;
      case "report":
        this.#warn(new CodedError(effect.code, effect.detail), `stream ${this.#streams[effect.lane]?.lane}`);
        break;
      default:
        effect satisfies never;
    }
  }

  #send(effect: Extract<SyncEffect, { type: "send" }>): void {
    const stream = this.#streams[effect.lane];
    if (!stream) return;
    const { lane, batchId } = effect;
    const nowMs = this.#nowMs();
    try {
      const batch = readBatch(this.#options.journal, stream, effect);
      this.#inputs.push(batch ? { type: "sent", lane, batchId, upTo: batch.upTo, nowMs } : { type: "lostEnd", lane });
      if (!batch) return;
      this.#link.publish(upTopic(stream.device, "events"), batch.payload, 1).catch((cause) => {
        this.#warn(cause, "batch not taken by the broker");
        this.#take({ type: "publishFailed", batchId });
      });
    } catch (cause) {
      this.#warn(cause, "rows not readable");
      this.#inputs.push({ type: "unreadable", lane, nowMs });
    }
  }

  #acknowledge({ lane, upTo, refused }: Extract<SyncEffect, { type: "acknowledge" }>): void {
    const stream = this.#streams[lane];
    if (!stream) return;
    for (const { seq, code } of refused) this.#options.log.warn({ ...stream, seq, code }, "event refused by the platform");
    try {
      this.#options.journal.acknowledge(stream, upTo, refused);
    } catch (cause) {
      this.#warn(cause, "cursor not stored");
    }
  }

  #armWake(): void {
    this.#cancelWake();
    const wakeMs = wakeAtMs(this.#plan, this.#limits);
    if (wakeMs === null || this.#closed) return;
    const delayMs = Math.max(0, wakeMs - this.#nowMs());
    this.#cancelWake = this.#options.after(delayMs, () => this.#take({ type: "tick", nowMs: this.#nowMs() }));
  }

  #warn(cause: unknown, what: string): void {
    const code = cause instanceof CodedError ? cause.code : undefined;
    this.#options.log.warn({ code, err: cause }, what);
  }

  #laneIndex(device: string, lane: Lane): number | undefined {
    const index = this.#streams.findIndex((stream) => stream.device === device && stream.lane === lane);
    return index < 0 ? undefined : index;
  }

  #nowMs = (): number => this.#options.clock.monoMs();
}

export type { SyncDriver };
