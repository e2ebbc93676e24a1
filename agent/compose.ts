/** The only file that joins shells to the runtime. */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { checkBusBudget } from "#agent/core/busBudget.ts";
import { startClock, timeAt } from "#agent/core/clock/interval.ts";
import type { Bus, Clock } from "#agent/ports.ts";
import { Agent, type PlatformLink } from "#agent/runtime/agent.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { createSyncDriver, type SyncDriver } from "#agent/runtime/syncDriver.ts";
import { createUplinkConnector } from "#agent/shell/mqtt/uplink.ts";
import { openBus } from "#agent/shell/serial/openBus.ts";
import { openJournal } from "#agent/shell/store/journal.ts";
import { openListStore } from "#agent/shell/store/listFile.ts";
import { openListPart } from "#agent/shell/store/listPart.ts";
import { openCalendar } from "#agent/shell/system/calendar.ts";
import type { BusSettings, Config } from "#agent/shell/system/configSchema.ts";
import { budgetMachine, busConfig, lineSettings, machineSetup } from "#agent/shell/system/machineSettings.ts";
import { openPage } from "#agent/shell/web/server.ts";
import { BUILD_MS, VERSION } from "#agent/version.ts";
import { parseMachineQr } from "#protocol/codes/machineQr.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { cryptoSelfTest } from "#protocol/trust/selfTest.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { verifyWatermark } from "#protocol/trust/wireMessages.ts";

export interface RunningAgent {
  readonly pageUrl: string;
  close(): Promise<void>;
}

const LIST_JITTER_MS = 3_600_000;

export async function composeAgent(config: Config): Promise<RunningAgent> {
  // Nothing is energised by a library that gets its sums wrong.
  cryptoSelfTest();
  mkdirSync(config.data, { recursive: true });
  const log = pino({ level: config.log.level, base: null }, pino.destination({ dest: 1, sync: true }));
  const clock: Clock = { monoMs: () => performance.now() };
  const trust = trustFromFile(readJson(config.trust.file));
  const startedClock = startClock(BUILD_MS, clock.monoMs());
  const journal = openJournal({
    path: join(config.data, "journal.sqlite"),
    // A label that no lost journal of this machine had, not a time: so the wall clock may serve.
    initialEpoch: Math.floor(Math.max(BUILD_MS, Date.now()) / 1000),
    maxBytes: config.journal.maxMegabytes * 2 ** 20,
  });
  const lists = openListStore({ folder: join(config.data, "list"), trust });
  if (lists.fault) log.warn({ code: lists.fault.code }, "the kept certificate list cannot be used");
  const buses = config.buses.map((bus) => openBusOf(bus, clock));
  const devices = config.buses.flatMap((bus) => bus.machines.map((machine) => machine.device));

  let sync: SyncDriver | null = null;
  const platform: PlatformLink = {
    get online() {
      return sync?.status().online ?? false;
    },
    backlog: (device, lane) => {
      const stream = journal.stream({ device, lane });
      return stream.lastSeq - stream.ackedSeq;
    },
    request: (device, request) => sync?.request(device, request) ?? Promise.reject(new CodedError("sync.offline")),
    publishState: (device, state) => sync?.publishState(device, state),
    forgetConfirmed: () => sync?.forgetConfirmed() ?? 0,
  };
  const agent = new Agent(
    {
      version: VERSION,
      clock,
      journal,
      trust,
      lists,
      listFiles: { part: openListPart(join(config.data, "list")), activate: (path) => lists.activate(path) },
      platform,
      random: Math.random,
      randomId: randomUUID,
      log,
    },
    startedClock,
  );
  const machines = config.buses.flatMap((bus) => bus.machines);
  for (const [index, link] of buses.flatMap((bus) => [...bus.machines]).entries()) {
    const settings = machines[index];
    if (!settings) continue;
    const ports = {
      setup: machineSetup(settings),
      link,
      journal,
      clock,
      time: () => agent.clockState,
      log,
      committed: (device: string, lane: "legal" | "telemetry") => sync?.appended({ device, lane }),
    };
    agent.add(new MachineDriver(ports, VERSION), settings.designation);
  }
  sync = createSyncDriver({
    journal,
    connect: createUplinkConnector(uplinkOptions(config, devices)),
    devices,
    clock,
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    stateOf: (device) => agent.stateOf(device),
    verifyWatermark: (stream, chain, watermark) => isSigned(() => verifyWatermark(trust, { ...stream, chain }, watermark)),
    retainFromMs: () => timeAt(agent.clockState, clock.monoMs()).earliestMs - config.journal.retentionDays * 86_400_000,
    onMessage: (device, channel, payload) => agent.message(device, channel, payload),
    onLink: (online) => (online ? agent.online() : agent.offline()),
    log,
  });
  // The interlock comes first: a session that runs needs its lease before anybody needs a page.
  agent.start();
  const page = await openPage({
    ...config.page,
    report: () => agent.report(),
    scan: (machine, credential) => agent.scan(deviceOf(machine), credential, "page"),
  });
  sync.start();
  const calendar = openCalendar([
    { name: "listRefresh", pattern: config.calendar.listRefresh, jitterMs: LIST_JITTER_MS, run: () => agent.refreshList() },
    { name: "maintenance", pattern: config.calendar.maintenance, jitterMs: 0, run: () => agent.maintain() },
    { name: "expiryReminder", pattern: config.calendar.expiryReminder, jitterMs: 0, run: () => agent.recheckHolders() },
  ]);
  return {
    pageUrl: page.url,
    close: async () => {
      calendar.close();
      agent.stop();
      await sync?.close();
      await page.close();
      for (const bus of buses) await bus.close();
      lists.close();
      journal.close();
    },
  };
}

/** Refuses a bus that cannot keep its leases, before anything is energised. */
function openBusOf(settings: BusSettings, clock: Clock): Bus {
  const budget = checkBusBudget(lineSettings(settings), settings.machines.map(budgetMachine));
  if (!budget.ok) throw new CodedError(budget.code, `${settings.port}: ${budget.detail}`);
  return openBus(busConfig(settings), clock);
}

function uplinkOptions({ broker }: Config, devices: readonly string[]): Parameters<typeof createUplinkConnector>[0] {
  const first = devices[0] ?? "";
  const gone = { v: 1, online: false, epoch: 0, chain: 0, state: "gone", session: null, handle: null, volts: null, amps: null, backlog: 0 };
  return {
    url: broker.url,
    clientId: broker.clientId ?? `arcgate-${first}`,
    subscriptions: devices.map((device) => downTopic(device, "+")),
    will: { topic: upTopic(first, "state"), payload: JSON.stringify(gone) },
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...(broker.passwordFile === undefined ? {} : { password: readFileSync(broker.passwordFile, "utf8").trim() }),
  };
}

function isSigned(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

/** A device code as it is, or the text of a machine's QR. Anything else is no machine of ours. */
function deviceOf(text: string): string {
  if (!text.includes("/")) return text;
  try {
    return parseMachineQr(text, SHANDONG_PROFILE).code;
  } catch (error) {
    if (error instanceof CodedError) return "";
    throw error;
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CodedError("trust.badKey", file, { cause: error });
  }
}
