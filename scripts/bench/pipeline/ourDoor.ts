/** Our door: the agent's journal, outbox and uplink, and the platform as a process of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Journal, NewEvent } from "#agent/ports.ts";
import { createSyncDriver, type SyncDriver } from "#agent/runtime/syncDriver.ts";
import { createUplinkConnector } from "#agent/shell/mqtt/uplink.ts";
import { openJournal } from "#agent/shell/store/journal.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { State } from "#protocol/events/messages.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { verifyWatermark } from "#protocol/trust/wireMessages.ts";
import { arcPayload, type EventDoor, eventMs } from "#scripts/bench/pipeline/door.ts";
import { readiness, startNode } from "#simulator/stage/processes.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

const SIMULATOR = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));

export async function openOurDoor(folder: string): Promise<EventDoor> {
  const device = stageDevice("ZX7-400", 0);
  const data = join(folder, "platform");
  const argv = ["platform", "--data", data, "--list-size", "100", "--quiet", "--listen", "127.0.0.1:0", "--device", device];
  const platform = startNode("platform", SIMULATOR, argv, folder);
  const { broker, trust } = await readiness<{ broker: string; trust: string }>(platform, "平台已启动");
  const journal = openJournal({ path: join(folder, "journal.sqlite"), initialEpoch: 1 });
  const stream = { device, lane: "legal" } as const;
  let wireBytes = 0;
  const acknowledge = journal.acknowledge.bind(journal);
  journal.acknowledge = (...told) => {
    acknowledge(...told);
    door.whenAcked();
  };
  const driver = openSync({ device, broker, trustFile: trust, journal }, (bytes) => {
    wireBytes += bytes;
  });
  driver.start();
  const door: EventDoor = {
    commit: (count) => {
      const first = journal.stream(stream).lastSeq + 1;
      journal.commit({ events: Array.from({ length: count }, (_, index) => arcEvent(device, first + index)), checkpoints: [] });
      driver.appended(stream);
    },
    get lastSeq() {
      return journal.stream(stream).lastSeq;
    },
    get ackedSeq() {
      return journal.stream(stream).ackedSeq;
    },
    get wireBytes() {
      return wireBytes;
    },
    whenAcked: () => undefined,
    close: async () => {
      await driver.close();
      journal.close();
      await platform.stop();
    },
  };
  return door;
}

interface Wiring {
  device: string;
  broker: string;
  trustFile: string;
  journal: Journal;
}

/** `published` is told of the bytes of each batch. */
function openSync({ device, broker, trustFile, journal }: Wiring, published: (bytes: number) => void): SyncDriver {
  const trust = trustFromFile(JSON.parse(readFileSync(trustFile, "utf8")));
  const connect = createUplinkConnector({
    url: broker,
    clientId: "bench",
    subscriptions: [downTopic(device, "+")],
    will: { topic: upTopic(device, "state"), payload: "{}" },
  });
  const say = (fields: object, text: string) => console.error(text, fields);
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

function arcEvent(device: string, seq: number): NewEvent {
  const time = { monoMs: seq, earliestMs: eventMs(seq), latestMs: eventMs(seq) + 100 };
  const { kind, lane } = DICTIONARY.arc;
  return { device, lane, kind, session: 1_048_577, time, payload: arcPayload(seq) };
}
