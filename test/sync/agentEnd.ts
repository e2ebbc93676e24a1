/** Journal, outbox and wire of an agent, joined as the agent joins them. */
import type { Journal, NewEvent, Uplink, UplinkListener } from "#agent/ports.ts";
import { offlineState } from "#agent/runtime/reporting.ts";
import { createSyncDriver } from "#agent/runtime/syncDriver.ts";
import type { SyncDriverOptions } from "#agent/runtime/syncOptions.ts";
import { createUplinkConnector, type UplinkOptions } from "#agent/shell/mqtt/uplink.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";

export interface Logged {
  code: string | undefined;
  message: string;
}

export interface AgentEnd {
  sync: ReturnType<typeof createSyncDriver>;
  logged: Logged[];
  received: { device: string; channel: string; payload: string }[];
  commit(events: readonly NewEvent[]): void;
}

type Change = Partial<SyncDriverOptions>;

/** `random` is 0 unless told: the next attempt to connect follows at once. */
export function agentEnd(
  journal: Journal,
  devices: readonly string[],
  connect: (listener: UplinkListener) => Uplink,
  change: Change = {},
): AgentEnd {
  const logged: Logged[] = [];
  const received: AgentEnd["received"] = [];
  const log = (fields: object, message: string): void => {
    logged.push({ code: "code" in fields && typeof fields.code === "string" ? fields.code : undefined, message });
  };
  const sync = createSyncDriver({
    journal,
    devices,
    connect,
    clock: { monoMs: () => performance.now() },
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    random: () => 0.05,
    stateOf: () => ({ ...offlineState(journal), online: true, state: "idle" }),
    verifyWatermark: () => false,
    retainFromMs: () => 0,
    onMessage: (device, channel, payload) => received.push({ device, channel, payload: Buffer.from(payload).toString() }),
    log: { info: log, warn: log, error: log },
    ...change,
  });
  const commit = (events: readonly NewEvent[]): void => {
    journal.commit({ events, checkpoints: [] });
    for (const key of new Set(events.map(({ device, lane }) => `${device} ${lane}`))) {
      const [device = "", lane] = key.split(" ");
      sync.appended({ device, lane: lane === "telemetry" ? "telemetry" : "legal" });
    }
  };
  return { sync, logged, received, commit };
}

export function mqttConnector(
  url: string,
  devices: readonly string[],
  journal: Journal,
  tls?: UplinkOptions["tls"],
): (listener: UplinkListener) => Uplink {
  return createUplinkConnector({
    url,
    clientId: `arcgate-${devices[0]}`,
    subscriptions: devices.map((device) => downTopic(device, "+")),
    will: { topic: upTopic(devices[0] ?? "", "state"), payload: JSON.stringify(offlineState(journal)) },
    ...(tls === undefined ? {} : { tls }),
  });
}

/** Waits for something that must come; the runner's own time-out ends it when it does not. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let round = 0; !holds(); round++) {
    if (round > 5_000) throw new Error(`still waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
