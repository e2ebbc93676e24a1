/** The provincial platform, as far as a device can tell. */
import type { Server } from "node:net";
import { join } from "node:path";
import type { CodedError } from "#protocol/errors/codedError.ts";
import { LANES } from "#protocol/events/event.ts";
import { downTopic } from "#protocol/topics.ts";
import { Acknowledger } from "#simulator/platform/acknowledger.ts";
import { EmbeddedBroker } from "#simulator/platform/broker.ts";
import { Commander } from "#simulator/platform/commander.ts";
import type { Platform, PlatformNotice, PlatformOptions, PlatformReport, ReturnSlot } from "#simulator/platform/contract.ts";
import { serveControl } from "#simulator/platform/control.ts";
import { carryOut } from "#simulator/platform/controlActions.ts";
import { type CurrentList, openCurrentList } from "#simulator/platform/currentList.ts";
import { DeviceKeys } from "#simulator/platform/deviceKeys.ts";
import { EventStore } from "#simulator/platform/eventStore.ts";
import { FileDesk } from "#simulator/platform/fileDesk.ts";
import { GrantIssuer } from "#simulator/platform/grantIssuer.ts";
import { openKeys, type PlatformKeys } from "#simulator/platform/keys.ts";
import { LiveBoard, type LiveDevice, parseState } from "#simulator/platform/live.ts";
import { Receiver } from "#simulator/platform/receiver.ts";
import { openDesk, type RegistryDesk } from "#simulator/platform/registry/desk.ts";
import { type EventQuery, queryEvents, reportStreams, type StoredEvent } from "#simulator/platform/report.ts";
import { answerRequest } from "#simulator/platform/requests.ts";
import type { ScanRequest } from "#simulator/platform/scanRequest.ts";
import { connectWire, type UpMessage, type Wire } from "#simulator/platform/wire.ts";

const DEFAULT_LIST_SIZE = 1000;
const WATERMARK_SWEEP_MS = 60_000;

/** Resolves when it is connected to the broker and subscribed, or knows that the broker cannot be reached yet: it goes on trying. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const platform = new RunningPlatform(options, await openDesk({ ...options, now: options.now ?? Date.now }));
  await platform.start();
  return platform;
}

class RunningPlatform implements Platform {
  readonly controlPath: string | null;
  readonly list: CurrentList;
  readonly files: FileDesk;
  readonly quitAsked: Promise<void>;
  #quit: () => void = () => undefined;
  readonly #now: () => number;
  readonly #notice: (notice: PlatformNotice) => void;
  readonly #keys: PlatformKeys;
  readonly #deviceKeys: DeviceKeys;
  readonly #grants: GrantIssuer;
  readonly #store: EventStore;
  readonly #board: LiveBoard;
  readonly #commander: Commander;
  readonly #receiver: Receiver;
  readonly #acknowledger: Acknowledger;
  readonly #desk: RegistryDesk | undefined;
  readonly #broker: EmbeddedBroker | undefined;
  readonly #foreignUrl: string | undefined;
  readonly #unreadable = new Map<string, number>();
  #wire: Wire | undefined;
  #control: Server | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #returnSpreadS: number;

  constructor(options: PlatformOptions, desk: RegistryDesk | undefined) {
    this.#desk = desk;
    const { dataDir, brokerUrl, listen = { host: "127.0.0.1", port: 0 }, now = Date.now, notice = () => undefined } = options;
    this.#now = now;
    this.#returnSpreadS = options.returnSpreadS ?? 0;
    this.#notice = notice;
    this.#foreignUrl = brokerUrl;
    this.#broker = brokerUrl === undefined ? new EmbeddedBroker(listen, desk?.door) : undefined;
    this.controlPath = options.controlPath === undefined ? join(dataDir, "platform.ctl") : options.controlPath;
    this.#keys = openKeys(dataDir, options.listAlgorithm, now());
    this.#deviceKeys = new DeviceKeys(dataDir, this.#keys, desk);
    this.list = openCurrentList(dataDir, this.#keys.key("list"), { entries: options.listSize ?? DEFAULT_LIST_SIZE, nowMs: now() });
    this.#grants = new GrantIssuer(this.#keys, this.list.issuedMs);
    this.files = new FileDesk(dataDir, this.#keys, this.list, now, {
      tellToFetch: (kinds, device) => this.#commander.refresh(kinds, device),
      policyRefused: (device, { code, detail }) => notice({ notice: "policyRefused", device, code, detail }),
    });
    this.#store = new EventStore(dataDir);
    this.#board = new LiveBoard(options.devices ?? [], desk?.isRegistered.bind(desk));
    this.#commander = new Commander(this.#keys, this.#board, (topic, message) => this.#publish(topic, message), now);
    this.#acknowledger = new Acknowledger(this.#store, this.#keys, (topic, ack) => this.#publish(topic, ack), now);
    const listener = {
      committed: this.#acknowledger.acknowledge.bind(this.#acknowledger),
      unreadable: (device: string, error: CodedError) => this.#countUnreadable(device, error),
      storeFailed: (error: unknown) => notice({ notice: "storeFailed", reason: String(error) }),
    };
    const receipts = {
      keyOf: this.#deviceKeys.keyOf.bind(this.#deviceKeys),
      hasIssued: this.files.hasIssued.bind(this.files),
    };
    this.#receiver = new Receiver(this.#store, listener, receipts, now);
    this.quitAsked = new Promise((resolve) => {
      this.#quit = resolve;
    });
  }

  get brokerUrl(): string {
    return this.#foreignUrl ?? this.#broker?.url ?? "";
  }

  get brokerTlsUrl(): string | null {
    return this.#broker?.tlsUrl ?? null;
  }

  get registryUrl(): string | null {
    return this.#desk?.url ?? null;
  }

  get trustPath(): string {
    return this.#keys.trustPath;
  }

  async start(): Promise<void> {
    await this.#broker?.start();
    await this.#desk?.serve(this.#keys, this.brokerTlsUrl ?? this.brokerUrl);
    await new Promise<void>((settled) => {
      this.#wire = this.#connect(settled);
    });
    if (this.controlPath !== null) this.#control = await serveControl(this.controlPath, (request) => carryOut(this, this.#quit, request));
    this.#sweeper = setInterval(() => this.#acknowledger.sweep(), WATERMARK_SWEEP_MS);
  }

  report(device?: string): PlatformReport {
    this.#receiver.flush();
    const streams = reportStreams(this.#store.database, device);
    return {
      online: this.#wire?.isOnline ?? false,
      streams: streams.map((stream) => ({ ...stream, unregistered: !this.#board.isRegistered(stream.device) })),
      unreadable: Object.fromEntries(this.#unreadable),
    };
  }

  events(query: EventQuery): StoredEvent[] {
    this.#receiver.flush();
    return queryEvents(this.#store.database, query);
  }

  live(): LiveDevice[] {
    return this.#board.all();
  }

  scan(request: ScanRequest): { id: string } {
    return this.#commander.grant(request.device, { grant: this.#grants.issue(request, this.#now()) });
  }

  lock(device: string): { id: string } {
    return this.#commander.lock(device);
  }

  comeBack(slot: ReturnSlot): { told: number } {
    this.#returnSpreadS = slot.spreadS;
    const online = this.#board.all().filter(({ state }) => state.online);
    for (const { device } of online) this.#commander.comeBack(device, slot);
    return { told: online.length };
  }

  async stopBroker(): Promise<void> {
    if (this.#broker === undefined) throw new Error(`${this.brokerUrl} is not ours to stop`);
    await this.#broker.stop();
  }

  async startBroker(): Promise<void> {
    if (this.#broker === undefined) throw new Error(`${this.brokerUrl} is not ours to start`);
    await this.#broker.start();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#control?.close();
    this.#receiver.flush();
    await this.#wire?.close();
    await this.#broker?.stop();
    await this.#desk?.close();
    this.#store.close();
  }

  #connect(settled: () => void): Wire {
    return connectWire(
      { brokerUrl: this.brokerUrl, clientId: `arcgate-platform-${this.#keys.instance}` },
      {
        online: () => {
          this.#notice({ notice: "brokerReached" });
          this.#acknowledger.resumeAll();
          settled();
        },
        offline: () => {
          this.#board.forgetAll();
          this.#notice({ notice: "brokerLost" });
        },
        trouble: (reason) => {
          this.#notice({ notice: "brokerTrouble", reason });
          settled();
        },
        message: (message, whenRoom) => this.#receive(message, whenRoom),
      },
    );
  }

  #receive(message: UpMessage, whenRoom: () => void): void {
    const { device, channel, payload } = message;
    if (channel === "events") {
      this.#receiver.accept(device, payload, whenRoom);
      return;
    }
    if (channel === "state") this.#receiveState(message);
    else this.#answer(device, payload);
    whenRoom();
  }

  /** A device that comes on line (a birth has QoS 1), or has a backlog of which nothing arrives, is told where to go on. */
  #receiveState({ device, payload, qos }: UpMessage): void {
    const state = parseState(payload);
    if (state === undefined) {
      this.#countUnreadable(device, { code: "event.badShape", detail: "up/state" });
      return;
    }
    const isNew = this.#board.update(device, state, this.#now());
    const live = this.#board.get(device);
    if (live !== undefined) this.#notice({ notice: "state", live });
    if (!state.online) return;
    if ((isNew || qos > 0) && this.#returnSpreadS > 0) this.#commander.comeBack(device, { afterS: 0, spreadS: this.#returnSpreadS });
    for (const lane of LANES) {
      const isStuck = state.backlog > 0 && this.#acknowledger.wantsNudge(device, lane, state.chain);
      if (isNew || qos > 0 || isStuck) this.#acknowledger.resume(device, lane, state.chain);
    }
  }

  #answer(device: string, payload: Uint8Array): void {
    const budgetKeyOf = (uid: string) => this.#desk?.budgetKeyOf(uid);
    const world = { keys: this.#keys, deviceKeys: this.#deviceKeys, files: this.files, now: this.#now, budgetKeyOf };
    const answer = answerRequest(device, payload, world);
    if (answer !== undefined) this.#publish(downTopic(device, answer.channel), answer.message);
  }

  #publish(topic: string, message: object): boolean {
    return this.#wire?.publish(topic, message) ?? false;
  }

  #countUnreadable(device: string, { code, detail }: Pick<CodedError, "code" | "detail">): void {
    this.#unreadable.set(code, (this.#unreadable.get(code) ?? 0) + 1);
    this.#notice({ notice: "unreadable", device, code, detail });
  }
}
