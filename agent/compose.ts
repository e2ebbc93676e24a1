/** The only file that joins shells to the runtime. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pino, { type Logger } from "pino";
import { checkBusBudget } from "#agent/core/busBudget.ts";
import type { Bus, Clock, DeviceSigner, Journal, Scanner } from "#agent/ports.ts";
import { Agent } from "#agent/runtime/agent.ts";
import { addMachine } from "#agent/runtime/assembly.ts";
import { CommitGroup } from "#agent/runtime/commitGroup.ts";
import { deferred } from "#agent/runtime/deferred.ts";
import { LatePlatform } from "#agent/runtime/latePlatform.ts";
import { Receipts, type ReceiptsPorts } from "#agent/runtime/receipts.ts";
import { offlineState, type ScannerHealth } from "#agent/runtime/reporting.ts";
import type { createSyncDriver as SyncDriverMaker } from "#agent/runtime/syncDriver.ts";
import { Timekeeper } from "#agent/runtime/timekeeper.ts";
import type { createUplinkConnector as UplinkMaker } from "#agent/shell/mqtt/uplink.ts";
import { openBus } from "#agent/shell/serial/openBus.ts";
import { openScanner } from "#agent/shell/serial/scanner.ts";
import { FileStores } from "#agent/shell/store/fileStores.ts";
import { openJournal, type SqliteJournal } from "#agent/shell/store/journal.ts";
import { keepReserve, keepScrubbing } from "#agent/shell/store/journalKeeping.ts";
import { WAL_ROOM_BYTES } from "#agent/shell/store/journalQuota.ts";
import { RESERVE_BYTES } from "#agent/shell/store/journalReserve.ts";
import { FORMAT } from "#agent/shell/store/journalSchema.ts";
import type { BusSettings, Config } from "#agent/shell/system/configSchema.ts";
import { openDeviceKey } from "#agent/shell/system/deviceKey.ts";
import { readTrustJson } from "#agent/shell/system/installedTrust.ts";
import { openLog } from "#agent/shell/system/logFile.ts";
import { budgetMachine, busConfig, lineSettings, machineSetup } from "#agent/shell/system/machineSettings.ts";
import { journalBytes } from "#agent/shell/system/storageShares.ts";
import { systemAfter } from "#agent/shell/system/timers.ts";
import { deviceOf } from "#agent/shell/web/deviceOf.ts";
import { BUILD_MS, VERSION } from "#agent/version.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { cryptoSelfTest } from "#protocol/trust/selfTest.ts";
import { readTrustFile } from "#protocol/trust/trustFile.ts";
import { verifyWatermark } from "#protocol/trust/wireMessages.ts";

export interface RunningAgent {
  readonly pageUrl: string;
  /** Resolves when the journal can no longer be written: only a new process, which opens and checks it anew, may go on. */
  readonly failed: Promise<CodedError>;
  /** Resolves when a newer release is to take over: the launcher's next start is its. */
  readonly updated: Promise<void>;
  close(reason: "asked" | "update"): Promise<void>;
}

const LIST_JITTER_MS = 3_600_000;
/** What the machines do not need is loaded after their first leases, or after so long when somebody does not answer. */
const FIRST_LEASES_MS = 1_000;

/** Shells that everything else is built on. */
interface Ground {
  config: Config;
  log: Logger;
  clock: Clock;
  time: Timekeeper;
  key: DeviceSigner;
  trust: TrustStore;
  journal: SqliteJournal;
  stores: FileStores;
  buses: readonly Bus[];
  devices: readonly string[];
  /** Of each machine's scanner: written by its listener, told by the pages. */
  scanners: ReadonlyMap<string, ScannerHealth>;
}

export async function composeAgent(config: Config): Promise<RunningAgent> {
  // Nothing is energised by a library that gets its sums wrong.
  cryptoSelfTest();
  const { promise: failed, resolve: fail } = deferred<CodedError>();
  const { promise: updated, resolve: update } = deferred<void>();
  const ground = openGround(config, fail);
  const platform = new LatePlatform(ground.journal);
  const agent = openAgent(ground, platform);
  // The interlock comes first: a session that runs needs its lease before anybody needs a page.
  agent.start();
  await agent.firstAnswers(FIRST_LEASES_MS);
  const surroundings = await loadSurroundings();
  agent.attach(new surroundings.Inbox(agent.inboxPorts()));
  platform.sync = surroundings.createSyncDriver(syncOptions(ground, agent, surroundings.createUplinkConnector));
  const releases = surroundings.launchedReleases({ data: config.data, version: VERSION, journalFormat: FORMAT, trust: ground.trust });
  const giveUp = () => fail(new CodedError("update.notStarted", VERSION));
  const rules = { version: VERSION, sessionWaitMs: config.updates.sessionWaitS * 1000, after: systemAfter };
  const updates = releases && new surroundings.Updates({ ...ground, ...rules, releases, agent, update, giveUp });
  const page = await surroundings.openPage({
    ...config.page,
    report: () => ({ ...agent.report(), ...(updates && { update: updates.state }) }),
    clock: ground.clock,
    challenge: (machine) => agent.challenge(deviceOf(machine)),
    respond: (machine, response) => agent.respond(deviceOf(machine), response),
  });
  platform.sync.start();
  const scanners = openScanners(ground, agent);
  const stopScrubbing = keepScrubbing(ground.journal, ground.log);
  const stopReserving = keepReserve(ground.journal, ground.log);
  const { listRefresh, maintenance, expiryReminder } = config.calendar;
  const calendar = surroundings.openCalendar([
    { name: "listRefresh", pattern: listRefresh, jitterMs: LIST_JITTER_MS, run: () => agent.refreshFiles() },
    { name: "maintenance", pattern: maintenance, jitterMs: 0, run: () => agent.maintain() },
    { name: "expiryReminder", pattern: expiryReminder, jitterMs: 0, run: () => agent.recheckCertificates(true) },
  ]);
  const supervisor = surroundings.openSupervisor(process.env, ground.log);
  const supervision = supervisor && new surroundings.Supervision({ ...ground, after: systemAfter, supervisor, agent, platform });
  return {
    pageUrl: page.url,
    failed,
    updated,
    close: async (reason) => {
      supervision?.close();
      updates?.close();
      calendar.close();
      stopScrubbing();
      stopReserving();
      for (const scanner of scanners) await scanner.close();
      agent.stop(reason);
      await platform.sync?.close();
      await page.close();
      for (const bus of ground.buses) await bus.close();
      ground.stores.close();
      ground.journal.close();
    },
  };
}

/** Platform, page and calendar, with the heaviest libraries. */
async function loadSurroundings() {
  const { createUplinkConnector } = await import("#agent/shell/mqtt/uplink.ts");
  const { createSyncDriver } = await import("#agent/runtime/syncDriver.ts");
  const { Inbox } = await import("#agent/runtime/inbox.ts");
  const { openPage } = await import("#agent/shell/web/server.ts");
  const { openCalendar } = await import("#agent/shell/system/calendar.ts");
  const { Updates } = await import("#agent/runtime/updates.ts");
  const { launchedReleases } = await import("#agent/shell/system/releases.ts");
  const { Supervision } = await import("#agent/runtime/supervision.ts");
  const { openSupervisor } = await import("#agent/shell/system/supervisor.ts");
  return { createUplinkConnector, createSyncDriver, Inbox, openPage, openCalendar, Updates, launchedReleases, Supervision, openSupervisor };
}

function openGround(config: Config, failed: (failure: CodedError) => void): Ground {
  mkdirSync(config.data, { recursive: true });
  const log = pino({ level: config.log.level, base: null }, openLog(config.log.to, config.data));
  const clock: Clock = { monoMs: () => performance.now() };
  const installed = readTrustFile(readTrustJson(config.trust.file));
  const buses = config.buses.map((bus) => openBusOf(bus, clock, log));
  const journal = openJournal({
    path: join(config.data, "journal.sqlite"),
    // A label that no lost journal of this machine had, not a time: so the wall clock may serve.
    initialEpoch: Math.floor(Math.max(BUILD_MS, Date.now()) / 1000),
    maxBytes: journalBytes(config.storage.maxMegabytes, WAL_ROOM_BYTES + RESERVE_BYTES),
    reserveBytes: RESERVE_BYTES,
    failed,
  });
  const devices = config.buses.flatMap((bus) => bus.machines.map((machine) => machine.device));
  const stores = new FileStores({ folder: config.data, installed, device: devices[0] ?? "" });
  for (const { code, detail } of stores.faults) log.warn({ code, detail }, "a kept list or keyset cannot be used");
  const time = new Timekeeper(BUILD_MS, clock, journal);
  const scanners = new Map(devices.map((device): [string, ScannerHealth] => [device, { code: null }]));
  return { config, log, clock, time, key: openDeviceKey(config.data), trust: stores.trust, journal, stores, buses, devices, scanners };
}

function openAgent({ config, log, clock, time, key, trust, journal, stores, buses, scanners }: Ground, platform: LatePlatform): Agent {
  const ask: ReceiptsPorts["ask"] = (device, request) => platform.request(device, request);
  const receipts = new Receipts({ key, trust, journal, after: systemAfter, ask, log });
  const group = new CommitGroup();
  const common = { version: VERSION, clock, after: systemAfter, time, journal, group, receipts, platform, random: Math.random, log };
  const random = { random: Math.random, randomId: randomUUID, randomNonce: () => randomBytes(16).toString("hex") };
  const agent = new Agent({ ...common, trust, stores, ...random });
  const links = buses.flatMap((bus) => [...bus.machines]);
  for (const [index, machine] of config.buses.flatMap((bus) => bus.machines).entries()) {
    const link = links[index];
    const scanner = scanners.get(machine.device);
    if (!link || !scanner) throw new RangeError(`no link for ${machine.device}`);
    addMachine(agent, common, { setup: machineSetup(machine), link, designation: machine.designation, scanner });
  }
  return agent;
}

function openScanners({ config, clock, log, scanners }: Ground, agent: Agent): Scanner[] {
  return config.buses
    .flatMap((bus) => bus.machines)
    .flatMap(({ device, scanner }) => {
      if (!scanner) return [];
      // The welder is answered by lamp and buzzer.
      const text = (read: string) => void agent.scanText(device, read);
      const health = (code: ErrorCode | null) => {
        const held = scanners.get(device);
        if (held) held.code = code;
      };
      return [openScanner(scanner, clock, { text, health }, log.child({ device }))];
    });
}

type SyncDriverOptions = Parameters<typeof SyncDriverMaker>[0];
type UplinkOptions = Parameters<typeof UplinkMaker>[0];

function syncOptions(ground: Ground, agent: Agent, createUplinkConnector: typeof UplinkMaker): SyncDriverOptions {
  const { config, log, clock, trust, journal, devices } = ground;
  return {
    journal,
    connect: createUplinkConnector(uplinkOptions(config, devices, journal)),
    devices,
    clock,
    after: systemAfter,
    random: Math.random,
    retryMaxMs: config.broker.retryMaximumS * 1000,
    stateOf: (device) => agent.stateOf(device),
    verifyWatermark: (stream, chain, watermark) => isSigned(() => verifyWatermark(trust, { ...stream, chain }, watermark)),
    retainFromMs: () => ground.time.now().earliestMs - config.journal.retentionDays * 86_400_000,
    onMessage: (device, channel, payload) => agent.message(device, channel, payload),
    onLink: (online, reason) => (online ? agent.online() : agent.offline(reason)),
    log,
  };
}

/** Refuses a bus that cannot keep its leases, before anything is energised. */
function openBusOf(settings: BusSettings, clock: Clock, log: Logger): Bus {
  const budget = checkBusBudget(lineSettings(settings), settings.machines.map(budgetMachine));
  if (!budget.ok) throw new CodedError(budget.code, `${settings.port}: ${budget.detail}`);
  return openBus(busConfig(settings), clock, log);
}

function uplinkOptions({ broker }: Config, devices: readonly string[], journal: Journal): UplinkOptions {
  const first = devices[0] ?? "";
  return {
    url: broker.url,
    clientId: broker.clientId ?? `arcgate-${first}`,
    subscriptions: devices.map((device) => downTopic(device, "+")),
    will: { topic: upTopic(first, "state"), payload: JSON.stringify(offlineState(journal)) },
    ...(broker.tls === undefined ? {} : { tls: broker.tls }),
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
