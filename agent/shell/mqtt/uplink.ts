/**
 * The wire to the platform, by MQTT.js. One uplink is one connection: it goes online at most once and offline exactly once, and is then
 * spent. Nothing is kept for later: the outbox is the journal, and MQTT.js's own queue, store and reconnection stay unused.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import type { Uplink, UplinkListener } from "#agent/ports.ts";
import { isVersionRefusal, type MqttVersion, rejectionText } from "#agent/shell/mqtt/brokerAnswer.ts";
import { PendingPublishes } from "#agent/shell/mqtt/pendingPublishes.ts";
import { readTls, type TlsFiles, type TlsTexts } from "#agent/shell/mqtt/tlsFiles.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const MESSAGE_BYTES_MAX = 256 * 1024;
const SESSION_EXPIRY_S = 24 * 3600;
const KEEPALIVE_S = 30;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_WAIT_MS = 2_000;
const PUBLISH_TIMEOUT_MS = 10_000;
/** The batches of the window, and the live state of 32 machines. */
const PUBLISHES_IN_FLIGHT_MAX = 128;

export interface UplinkOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string;
  /** The same over restarts: the broker's session hangs on it. */
  clientId: string;
  /** Filters to subscribe to on every connect, whatever the broker says of an old session. */
  subscriptions: readonly string[];
  /** What the broker says for us when we vanish. MQTT allows one: it names the first machine, and stands for all of this agent. */
  will: { topic: string; payload: string };
  username?: string;
  password?: string;
  tls?: TlsFiles;
  /** Leave it out to try 5 and fall back to 3.1.1. */
  version?: MqttVersion;
  publishTimeoutMs?: number;
  /** Half of it more without an answer ends the connection; 30 s unless told. */
  keepaliveS?: number;
  /** Told of messages that are too large to be passed on. */
  onRefused?: (cause: CodedError) => void;
}

/** Returns a connector. It remembers which version of MQTT the broker speaks, so that 5 is tried once, not at every connection. */
export function createUplinkConnector(options: UplinkOptions): (listener: UplinkListener) => Uplink {
  let version: MqttVersion = options.version ?? 5;
  return (listener) => {
    try {
      const tls = options.tls ? readTls(options.tls) : {};
      return new MqttUplink({ ...options, tls }, version, listener, (accepted) => {
        version = accepted;
      });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return refusedUplink(listener, error);
    }
  };
}

/** A connection that cannot even be tried is one that ended: the next attempt may find better files. */
function refusedUplink(listener: UplinkListener, fault: CodedError): Uplink {
  setImmediate(() => listener.offline(fault.message));
  return { publish: () => Promise.reject(new CodedError("sync.offline", fault.code)), close: () => Promise.resolve() };
}

type ReadOptions = Omit<UplinkOptions, "tls"> & { tls: TlsTexts };

class MqttUplink implements Uplink {
  readonly #options: ReadOptions;
  readonly #listener: UplinkListener;
  readonly #onVersion: (version: MqttVersion) => void;
  readonly #pending: PendingPublishes;
  #client: MqttClient;
  #lineFault: Error | undefined;
  #state: "connecting" | "online" | "spent" = "connecting";

  constructor(options: ReadOptions, version: MqttVersion, listener: UplinkListener, onVersion: (version: MqttVersion) => void) {
    this.#options = options;
    this.#listener = listener;
    this.#onVersion = onVersion;
    this.#pending = new PendingPublishes(PUBLISHES_IN_FLIGHT_MAX, options.publishTimeoutMs ?? PUBLISH_TIMEOUT_MS);
    this.#client = this.#open(version);
  }

  publish(topic: string, payload: Uint8Array, qos: 0 | 1): Promise<void> {
    if (this.#state !== "online") return Promise.reject(new CodedError("sync.offline"));
    if (payload.length > MESSAGE_BYTES_MAX) return Promise.reject(new CodedError("sync.tooLarge", `${payload.length} bytes on ${topic}`));
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return this.#pending.track((settled) => this.#client.publish(topic, bytes, { qos }, settled));
  }

  /** Says goodbye, so that the will stays unsaid; cuts the line when the broker does not listen. */
  async close(): Promise<void> {
    const wasOnline = this.#state === "online";
    this.#spend("closed");
    if (wasOnline) await this.#goodbye();
    else this.#client.end(true);
  }

  #open(version: MqttVersion): MqttClient {
    const client = connect(this.#options.url, clientOptions(this.#options, version));
    client.stream.on("error", (error) => {
      // An alert after the handshake: MQTT.js tells of the closed line alone.
      if (client === this.#client) this.#lineFault = error;
    });
    client.on("connect", () => {
      sendAtOnce(client.stream);
      this.#subscribe(client);
    });
    client.on("error", (error) => this.#failed(client, version, error));
    client.on("close", () => {
      if (client === this.#client) this.#spend(this.#lineFault ? rejectionText(this.#lineFault) : "connection closed");
    });
    client.on("message", (topic, payload) => {
      if (client === this.#client) this.#received(topic, payload);
    });
    return client;
  }

  #received(topic: string, payload: Uint8Array): void {
    if (payload.length <= MESSAGE_BYTES_MAX) this.#listener.message(topic, payload);
    else this.#options.onRefused?.(new CodedError("sync.tooLarge", `${payload.length} bytes on ${topic}`));
  }

  /** Gated on the subscriptions: what is sent before them could be answered unheard. */
  #subscribe(client: MqttClient): void {
    if (client !== this.#client || this.#state !== "connecting") return;
    client.subscribe([...this.#options.subscriptions], { qos: 1 }, (error, granted) => {
      if (client !== this.#client || this.#state !== "connecting") return;
      if (error || granted?.some((grant) => grant.qos > 2)) {
        client.end(true);
        this.#spend(new CodedError("sync.subscribeRefused", error?.message ?? "").message);
        return;
      }
      this.#state = "online";
      this.#listener.online();
    });
  }

  #failed(client: MqttClient, version: MqttVersion, error: Error): void {
    client.end(true);
    if (client !== this.#client || this.#state === "spent") return;
    const tryOlder = this.#options.version === undefined && version === 5 && this.#state === "connecting" && isVersionRefusal(error);
    if (!tryOlder) {
      this.#spend(rejectionText(error));
      return;
    }
    this.#onVersion(4);
    this.#client = this.#open(4);
  }

  #spend(reason: string): void {
    if (this.#state === "spent") return;
    this.#state = "spent";
    this.#pending.rejectAll(new CodedError("sync.offline", reason));
    this.#listener.offline(reason);
  }

  /** A DISCONNECT after what is still going out, as far as the broker takes it in time; MQTT.js itself would wait for ever. */
  #goodbye(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(giveUp);
        this.#client.stream.destroy();
        resolve();
      };
      const giveUp = setTimeout(done, CLOSE_WAIT_MS);
      this.#client.end(false, {}, done);
    });
  }
}

/** A record waits for nobody: without this the system holds a small packet back until the last one is confirmed, 40 ms and more. */
function sendAtOnce(stream: Duplex): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}

function clientOptions(options: ReadOptions, version: MqttVersion): IClientOptions {
  const { clientId, username, password, tls, will } = options;
  return {
    clientId,
    protocolVersion: version,
    clean: false,
    keepalive: options.keepaliveS ?? KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: false },
    ...(version === 5 ? { properties: { sessionExpiryInterval: SESSION_EXPIRY_S, maximumPacketSize: MESSAGE_BYTES_MAX + 1024 } } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
  };
}
