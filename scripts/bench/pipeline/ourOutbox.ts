/** Our way from the journal to the platform: outbox and uplink here, broker and receiver as a process of their own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Journal } from "#agent/ports.ts";
import { createSyncDriver, type SyncDriver } from "#agent/runtime/syncDriver.ts";
import { createUplinkConnector } from "#agent/shell/mqtt/uplink.ts";
import type { State } from "#protocol/events/messages.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { verifyWatermark } from "#protocol/trust/wireMessages.ts";
import { type Running, readiness, startNode } from "#simulator/stage/processes.ts";

const SIMULATOR = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));

export interface OurPlatform {
  process: Running;
  broker: string;
  trust: string;
}

/** With a broker of its own, unless there is one to use. */
export async function startOurPlatform(folder: string, device: string, brokerUrl?: string): Promise<OurPlatform> {
  const data = join(folder, "platform");
  const broker = brokerUrl === undefined ? ["--listen", "127.0.0.1:0"] : ["--broker", brokerUrl];
  const argv = ["platform", "--data", data, "--list-size", "100", "--quiet", "--device", device, ...broker];
  const running = startNode("platform", SIMULATOR, argv, folder);
  return { process: running, ...(await readiness<{ broker: string; trust: string }>(running, "平台已启动")) };
}

interface Wiring {
  device: string;
  platform: OurPlatform;
  journal: Journal;
  /** Told of the bytes of each batch. */
  published: (bytes: number) => void;
}

export function openOutbox({ device, platform, journal, published }: Wiring): SyncDriver {
  const trust = trustFromFile(JSON.parse(readFileSync(platform.trust, "utf8")));
  const connect = createUplinkConnector({
    url: platform.broker,
    clientId: "bench",
    subscriptions: [downTopic(device, "+")],
    will: { topic: upTopic(device, "state"), payload: "{}" },
  });
  const say = (fields: object, text: string) => {
    // The bench's welder is let in without a signature, and the platform rightly refuses that one event.
    if (!("code" in fields && fields.code === "receipt.missing")) console.error(text, fields);
  };
  return createSyncDriver({
    journal,
    connect: (listener) => {
      const uplink = connect(listener);
      return {
        publish: (topic, payload, qos) => {
          if (topic.endsWith("/events")) published(payload.length);
          return uplink.publish(topic, payload, qos);
        },
        close: () => uplink.close(),
      };
    },
    devices: [device],
    clock: { monoMs: () => performance.now() },
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    stateOf: () => liveState(journal),
    verifyWatermark: (of, chain, watermark) => verifyWatermark(trust, { ...of, chain }, watermark) !== undefined,
    retainFromMs: () => 0,
    onMessage: () => undefined,
    log: { info: () => undefined, warn: say, error: say },
  });
}

function liveState({ epoch, chain }: Journal): State {
  return { v: 1, online: true, epoch, chain, state: "locked", session: null, handle: null, volts: null, amps: null, backlog: 0 };
}
