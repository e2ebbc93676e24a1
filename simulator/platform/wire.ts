/** The platform's one connection to whichever broker: mqtt.js, MQTT 3.1.1. */
import { Socket } from "node:net";
import mqtt from "mqtt";
import { everyUp, type ParsedTopic, parseTopic, UP } from "#protocol/topics.ts";

/** Acknowledgements are cumulative, so one that finds no room is made good by the next. */
const MAX_UNCONFIRMED = 10_000;
const RECONNECT_MS = 250;

export type UpMessage = Extract<ParsedTopic, { direction: "up" }> & { readonly payload: Uint8Array; readonly qos: number };

export interface WireListener {
  /** Connected and subscribed. */
  online(): void;
  offline(): void;
  /** The broker cannot be reached, or refuses us; mqtt.js goes on trying. Each different reason is told once in a row. */
  trouble(reason: string): void;
  /** The broker is not read on until `whenRoom` is called. */
  message(message: UpMessage, whenRoom: () => void): void;
}

export interface Wire {
  readonly isOnline: boolean;
  /** False when it was dropped: off line, or too much is unconfirmed. */
  publish(topic: string, message: object): boolean;
  close(): Promise<void>;
}

export interface WireOptions {
  readonly brokerUrl: string;
  /** The broker keeps this client's session: what comes while the platform is down waits there, as far as the broker's queue goes. */
  readonly clientId: string;
}

export function connectWire({ brokerUrl, clientId }: WireOptions, listener: WireListener): Wire {
  let isOnline = false;
  let unconfirmed = 0;
  const client = mqtt.connect(brokerUrl, {
    protocolVersion: 4,
    clientId,
    clean: false,
    keepalive: 30,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: 5000,
    queueQoSZero: false,
    resubscribe: false,
  });

  client.on("connect", () => {
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    client.subscribe(UP.map(everyUp), { qos: 1 }, (error) => {
      if (error) return client.stream.destroy();
      isOnline = true;
      lastTrouble = "";
      return listener.online();
    });
  });
  client.on("close", () => {
    if (isOnline) listener.offline();
    isOnline = false;
    unconfirmed = 0;
  });
  let lastTrouble = "";
  client.on("error", (error) => {
    const reason = error.message || String(("code" in error && error.code) || error.name);
    if (reason !== lastTrouble) listener.trouble(reason);
    lastTrouble = reason;
  });
  client.handleMessage = (packet, done) => {
    const topic = parseTopic(packet.topic);
    if (topic?.direction !== "up") return done();
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    return listener.message({ ...topic, payload, qos: packet.qos }, done);
  };

  return {
    get isOnline() {
      return isOnline;
    },
    publish(topic, message) {
      if (!isOnline || unconfirmed >= MAX_UNCONFIRMED) return false;
      unconfirmed += 1;
      client.publish(topic, JSON.stringify(message), { qos: 1 }, () => {
        unconfirmed = Math.max(0, unconfirmed - 1);
      });
      return true;
    },
    close: () => client.endAsync(true),
  };
}
