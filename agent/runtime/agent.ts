/** The program as a whole: machines, clock, list and platform, joined. Knows no library; everything outside comes through ports. */
import type { VersionFloors } from "#agent/core/link.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import type { AgentReport, ScanReply, ShownChallenge } from "#agent/core/status.ts";
import type { After, Clock, Journal } from "#agent/ports.ts";
import { CardWatch } from "#agent/runtime/cardWatch.ts";
import { tellDeadLetters } from "#agent/runtime/deadLetters.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import type { Inbox, InboxPorts } from "#agent/runtime/inbox.ts";
import type { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { PolicyKeeper } from "#agent/runtime/policyKeeper.ts";
import type { Receipts } from "#agent/runtime/receipts.ts";
import { agentReport, liveState, type PlatformLink, type ReportedMachine } from "#agent/runtime/reporting.ts";
import { Scans } from "#agent/runtime/scans.ts";
import { type FileStores, SignedFiles } from "#agent/runtime/signedFiles.ts";
import type { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { every, within } from "#agent/runtime/timers.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import type { State } from "#protocol/events/messages.ts";
import type { DownChannel } from "#protocol/topics.ts";

export interface AgentPorts {
  version: string;
  clock: Clock;
  after: After;
  time: Timekeeper;
  receipts: Receipts;
  journal: Journal;
  trust: TrustStore;
  stores: FileStores;
  platform: PlatformLink;
  random(): number;
  randomId(): string;
  /** 16 bytes in hex that nobody can guess. */
  randomNonce(): string;
  log: DriverLog;
}

const FLOOR_PERSIST_MS = 60_000;
const SECOND_MS = 1_000;
const TIME_REFRESH_MS = 6 * 3_600_000;

export class Agent {
  readonly #ports: AgentPorts;
  readonly #machines = new Map<string, ReportedMachine>();
  readonly #files: SignedFiles;
  readonly #policies: PolicyKeeper;
  readonly #scans: Scans;
  readonly #card: CardWatch;
  /** Null until the platform is wanted: an agent without one guards its machines all the same. */
  #inbox: Inbox | null = null;
  #offlineSinceMs: number;
  #cancelTimers: (() => void)[] = [];

  constructor(ports: AgentPorts) {
    this.#ports = ports;
    this.#offlineSinceMs = ports.clock.monoMs();
    this.#policies = new PolicyKeeper({ journal: ports.journal, trust: ports.trust, time: ports.time });
    this.#files = new SignedFiles({
      ...ports,
      random: () => ports.random(),
      request: (device, request) => ports.platform.request(device, request),
      note: (device, draft) => this.#machines.get(device)?.driver.note(draft),
      policyArrived: (device, file) => this.#policyArrived(device, file),
      listChanged: () => this.#listChanged(),
      keysChanged: () => this.#askTime(),
      versionsChanged: () => {
        for (const { vault } of this.#machines.values()) vault?.renew();
      },
    });
    this.#scans = new Scans({ ...ports, files: this.#files, epoch: ports.journal.epoch });
    this.#card = new CardWatch({ ...ports, devices: () => this.#machines.keys(), note: (draft) => this.note(draft) });
    this.#raiseFloorToList();
  }

  /** Versions in force: what no disk image may go back behind. */
  floors(device: string): VersionFloors {
    return { ...this.#files.versions, policy: this.#machines.get(device)?.driver.policy.version ?? 0 };
  }

  /** What a chip holds: older lists and keysets than this were put back. */
  floorsSeen(floors: VersionFloors): void {
    this.#files.floorsSeen(floors);
  }

  add(machine: ReportedMachine): void {
    this.#machines.set(machine.driver.device, machine);
    this.#scans.add(machine.driver);
    this.#policies.restore(machine.driver);
  }

  /** What an inbox works with that is attached to this agent. */
  inboxPorts(): InboxPorts {
    const { trust, log, time, receipts, platform } = this.#ports;
    return {
      trust,
      log,
      now: () => time.now(),
      timeArrived: (utcMs, uncertaintyMs) => time.sync(utcMs, uncertaintyMs),
      envelopeArrived: (device, id, envelope) => this.#machines.get(device)?.vault?.envelopeArrived(id, envelope),
      deviceKeyArrived: (device, word) => receipts.arrived(device, word),
      fileInput: (input) => this.#files.dispatch(input),
      grant: (device, grant) => void this.#scans.grant(device, grant),
      lock: (device) => this.#machines.get(device)?.driver.dispatch({ type: "lock" }),
      comeBack: (slot) => platform.comeBack(slot),
    };
  }

  /** Messages from the platform are heard from now on. */
  attach(inbox: Inbox): void {
    this.#inbox = inbox;
  }

  get drivers(): MachineDriver[] {
    return [...this.#machines.values()].map(({ driver }) => driver);
  }

  start(): void {
    const { drivers } = this;
    this.#files.begin(drivers.map(({ device, policy }) => ({ device, have: policy.version })));
    for (const driver of drivers) driver.start();
    // What a newer list said may not be in the checkpoint.
    this.recheckCertificates(false);
    const { after, time, log } = this.#ports;
    this.#cancelTimers = [
      every(after, SECOND_MS, () => this.#publishStates()),
      every(after, FLOOR_PERSIST_MS, () => time.persist(log)),
      every(after, TIME_REFRESH_MS, () => this.#askTime()),
      every(after, SECOND_MS, () => this.#card.look()),
    ];
  }

  /** Resolves when every machine has answered, or failed to, for the first time; and in `withinMs` at the latest. */
  async firstAnswers(withinMs: number): Promise<void> {
    await within(this.#ports.after, withinMs, Promise.all(this.drivers.map(({ firstAnswer }) => firstAnswer)));
  }

  /** Stops without opening anything: the next process takes the sessions over. */
  stop(reason: "asked" | "update"): void {
    for (const cancel of this.#cancelTimers) cancel();
    this.#files.close();
    for (const { driver, vault } of this.#machines.values()) {
      driver.note({ name: "agentStopped", session: null, agoMs: 0, payload: { reason } });
      driver.stop();
      vault?.close();
    }
    this.#ports.time.persist(this.#ports.log);
  }

  online(): void {
    const payload = { offlineMs: Math.round(this.#ports.clock.monoMs() - this.#offlineSinceMs) };
    this.note({ name: "platformReached", session: null, agoMs: 0, payload });
    this.#askTime();
    this.#files.dispatch({ type: "online" });
    for (const [device, { vault }] of this.#machines) {
      vault?.link(true);
      this.#ports.receipts.online(device);
    }
  }

  offline(reason: string): void {
    this.#offlineSinceMs = this.#ports.clock.monoMs();
    this.note({ name: "platformLost", session: null, agoMs: 0, payload: { reason: reason.slice(0, 256) } });
    this.#files.dispatch({ type: "offline" });
    for (const { vault } of this.#machines.values()) vault?.link(false);
  }

  /** A message from the platform. Whatever is wrong with it is logged with its code, and has no effect. */
  message(device: string, channel: DownChannel, payload: Uint8Array): void {
    this.#inbox?.receive(device, channel, payload);
  }

  refreshFiles(): void {
    this.#files.refreshAll();
  }

  /** Looks at the certificates of those who work here again: they may have left the list. `remind` also says which soon expire. */
  recheckCertificates(remind: boolean): void {
    for (const { driver } of this.#machines.values()) {
      const certificates = this.#files.lookUpAgain(driver.state.recentHandles);
      if (certificates.length > 0)
        driver.dispatch({ type: "recheck", certificates, listIssuedMs: this.#files.list?.issuedMs ?? null, remind });
    }
  }

  /** Nightly: makes room, and says what it came to. */
  maintain(): void {
    const { journal, platform } = this.#ports;
    const payload = { freedRows: platform.forgetConfirmed(), journalBytes: journal.sizeBytes() };
    this.note({ name: "maintenanceDone", session: null, agoMs: 0, payload });
    for (const { driver } of this.#machines.values()) tellDeadLetters(journal, driver);
  }

  /** What concerns the whole agent goes on record with its first machine. */
  note(draft: EventDraft): void {
    this.drivers[0]?.note(draft);
  }

  /** The live state of a machine, for the `state` topic. */
  stateOf(device: string): State {
    return liveState(this.#machines.get(device), this.#ports);
  }

  /** What to show at a machine; null for a device code of somebody else's. */
  challenge(device: string): ShownChallenge | null {
    return this.#scans.challenge(device);
  }

  /** A response that a phone posted to the page. */
  respond(device: string, text: string): Promise<ScanReply> {
    return this.#scans.respond(device, text, "page");
  }

  /** What a scanner at the machine read, whatever it is. */
  scanText(device: string, text: string): Promise<ScanReply> {
    return this.#scans.respond(device, text, "scanner");
  }

  report(): AgentReport {
    const { list } = this.#files;
    const shown = list ? { version: list.version, overlayVersion: list.overlayVersion, entries: list.entries } : null;
    return agentReport([...this.#machines.values()], shown, this.#ports);
  }

  /** What is wrong with the file becomes an event, and is thrown; the policy in force stays. */
  #policyArrived(device: string, file: Uint8Array): number {
    const driver = this.#machines.get(device)?.driver;
    if (driver) this.#policies.arrived(driver, file);
    return driver?.policy.version ?? 0;
  }

  #listChanged(): void {
    this.#raiseFloorToList();
    this.recheckCertificates(false);
  }

  #raiseFloorToList(): void {
    if (this.#files.list) this.#ports.time.raiseByFile(this.#files.list.issuedMs, "list");
  }

  #askTime(): void {
    const request = this.#inbox?.timeRequest(this.#ports.randomId());
    if (request) void this.#ports.platform.request(this.drivers[0]?.device ?? "", request).catch(() => undefined);
  }

  #publishStates(): void {
    if (!this.#ports.platform.online) return;
    for (const device of this.#machines.keys()) this.#ports.platform.publishState(device, this.stateOf(device));
  }
}
